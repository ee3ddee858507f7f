import { mermaidText } from '../inspector/model/sequence-mermaid.js';
import type { ReadRecording, RecordingLine, SessionLine } from '../inspector/recorder/recording-lines.js';
import { timeOf } from './show-lines.js';
import { durationInWords } from './words.js';

/**
 * A recording as a Mermaid `sequenceDiagram`: each session and its peer, with the requests between them, and the changes of
 * the connection as notes.
 *
 * @param only - the number of a session; otherwise all of them
 */
export function mermaidOf({ sessions, lines }: ReadRecording, only: number | null): string {
  const used = new Set(lines.map(({ session }) => session));
  const shown = sessions.filter(({ session }) => used.has(session) && (only === null || only === session));
  const text = [
    'sequenceDiagram',
    ...shown.flatMap(({ session, name, peer }) => [
      `  participant p${String(session)} as ${mermaidText(peer ?? 'peer')}`,
      `  participant s${String(session)} as ${mermaidText(name)}`,
    ]),
    ...lines.flatMap((line) => messagesOf(line, shown)),
  ];
  return `${text.join('\n')}\n`;
}

function messagesOf(line: RecordingLine, shown: readonly SessionLine[]): string[] {
  const session = shown.find((one) => one.session === line.session);
  if (session === undefined) return [];
  const [own, peer] = [`s${String(session.session)}`, `p${String(session.session)}`];
  const [from, to] = session.role === 'client' ? [own, peer] : [peer, own];
  if (line.type === 'request') {
    const { number, method, target, status, outcome, code, duration } = line;
    const request = `  ${from}->>${to}: ${mermaidText(`#${String(number)} ${method} ${target}`)}`;
    if (outcome === 'open') return [request];
    const took = durationInWords(duration);
    if (status === null)
      return [request, `  ${to}--x${from}: ${mermaidText(`failed ${code ?? ''} ${took}`)}`];
    return [request, `  ${to}-->>${from}: ${mermaidText(`${String(status)} ${took}`)}`];
  }
  const time = timeOf(line.at);
  if (line.type === 'error') return [`  Note over ${own}: ${mermaidText(`${time} ${line.code}`)}`];
  // The requests stand for the steps of their message cycles.
  if (!/^(session|socket|exception|deadline|connect)\./.test(line.event)) return [];
  return [`  Note over ${own}: ${mermaidText(`${time} ${line.event}`)}`];
}
