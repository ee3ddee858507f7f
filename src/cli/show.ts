import { readFile } from 'node:fs/promises';
import type { WriteStream } from 'node:tty';

import {
  readRecording,
  type ReadRecording,
  type RecordingLine,
} from '../inspector/recorder/recording-lines.js';
import { choiceOption, integerOption, parseOptions, refuseMore } from './arguments.js';
import { isTerminal, writeTo, type CommandIO } from './io.js';
import { mermaidOf } from './show-mermaid.js';
import { tableLine } from './show-lines.js';
import { SHOW_FORMATS, SHOW_TABLE } from './show-table.js';
import { paintFor } from './trace.js';
import { UsageError } from './usage.js';

/** Of a terminal that does not know how wide it is. */
const USUAL_COLUMNS = 80;

/** Lines that are written at once. */
const BATCH = 500;

/** `http-session show`: prints a recording of `recordSessions` or of the page. */
export async function showRecording(args: readonly string[], io: CommandIO): Promise<number> {
  const { values, positionals } = parseOptions(args, SHOW_TABLE);
  refuseMore(positionals, 1);
  const [file] = positionals;
  if (file === undefined) throw new UsageError('the file of a recording is missing; - is standard input');
  const format = choiceOption('--format', values.format, SHOW_FORMATS);
  const number = (name: 'session' | 'last'): number | null => {
    const text = values[name];
    return text === undefined ? null : integerOption(`--${name}`, text, 1, Number.MAX_SAFE_INTEGER);
  };
  const [session, last] = [number('session'), number('last')];
  const recording = reading(file, await textOf(file, io), values.queries);
  if (session !== null && !recording.sessions.some((one) => one.session === session)) {
    throw new Error(`${nameOf(file)}: has no session ${String(session)}`);
  }
  const chosen = recording.lines.filter((line) => session === null || line.session === session);
  const lines = last === null ? chosen : chosen.slice(-last);
  for (const text of textsOf(format, { ...recording, lines }, session, io)) await writeTo(io.stdout, text);
  return 0;
}

/** @throws Error in one line for what is not a recording */
function reading(file: string, text: string, hasQueries: boolean): ReadRecording {
  try {
    return readRecording(text, hasQueries);
  } catch (error) {
    throw new Error(`${nameOf(file)}: ${(error as Error).message}`, { cause: error });
  }
}

function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}

async function textOf(file: string, io: CommandIO): Promise<string> {
  if (file !== '-') {
    try {
      return await readFile(file, 'utf8');
    } catch (error) {
      throw new Error(`cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}`, {
        cause: error,
      });
    }
  }
  const pieces: Buffer[] = [];
  for await (const piece of io.stdin()) pieces.push(Buffer.from(piece as string));
  return Buffer.concat(pieces).toString();
}

function* textsOf(
  format: (typeof SHOW_FORMATS)[number],
  recording: ReadRecording,
  session: number | null,
  io: CommandIO,
): Generator<string, void> {
  if (format === 'mermaid') {
    yield mermaidOf(recording, session);
    return;
  }
  const { columns: width = 0 } = io.stdout as Partial<WriteStream>;
  const columns = isTerminal(io.stdout) ? width || USUAL_COLUMNS : Infinity;
  const paint = paintFor(io.stdout, io.env);
  const toText = (line: RecordingLine): string =>
    format === 'jsonl' ? JSON.stringify(line) : tableLine(line, columns, paint);
  for (let at = 0; at < recording.lines.length; at += BATCH) {
    yield `${recording.lines
      .slice(at, at + BATCH)
      .map(toText)
      .join('\n')}\n`;
  }
}
