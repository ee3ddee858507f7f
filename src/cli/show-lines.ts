import type { HTTPSessionError } from '../errors/index.js';
import { changeText } from '../inspector/model/state-change.js';
import type { ErrorLine, RecordingLine, RequestLine } from '../inspector/recorder/recording-lines.js';
import { failureLines } from './failure-words.js';
import type { Paint } from './trace.js';
import { bytesInWords, durationInWords, printable } from './words.js';

const OF_WIDTH = 10;
const EVENT_WIDTH = 20;
/** Time, actor and event, each with two spaces behind it. */
const BEFORE_TEXT = 12 + 2 + OF_WIDTH + 2 + EVENT_WIDTH + 2;

/**
 * A line of a recording in columns: time, session, event, and what it changed. Testimonies of errors follow in lines of
 * their own.
 *
 * @param columns - how wide the terminal is; what is beyond it is cut off
 */
export function tableLine(line: RecordingLine, columns: number, paint: Paint): string {
  const time = paint('dim', timeOf(line.at));
  const of = paint('dim', cut(printable(line.of), OF_WIDTH).padEnd(OF_WIDTH));
  if (line.type === 'request') {
    return [time, of, paint(colourOf(line), cut(printable(requestInWords(line)), columns - 26))].join('  ');
  }
  if (line.type === 'error') {
    const [first = '', ...others] = errorInWords(line).map((text) => cut(printable(text), columns - 26));
    return [
      [time, of, paint('red', first)].join('  '),
      ...others.map((text) => `${' '.repeat(26)}${paint('dim', text)}`),
    ].join('\n');
  }
  const event = cut(printable(line.event), EVENT_WIDTH).padEnd(EVENT_WIDTH);
  const text = cut(printable(changeText(line.from, line.to, line.event)), columns - BEFORE_TEXT);
  return [time, of, paint('cyan', event), text].join('  ').trimEnd();
}

/** A request in a line: `#22 GET /json 200  3.0 ms  87 B in  120 B out`. */
export function requestInWords(line: RequestLine): string {
  const { number, method, target, status, duration, bytesIn, bytesOut, outcome, code } = line;
  const how = outcome === 'open' ? 'in progress' : outcome === 'replayed' ? 'retried elsewhere' : null;
  return [
    `#${String(number)} ${method} ${target} ${status === null ? '' : String(status)}`.trim(),
    ...(how === null ? [] : [how]),
    ...(outcome === 'failed' ? [`failed ${code ?? ''}`.trim()] : []),
    durationInWords(duration),
    `${bytesInWords(bytesIn)} in`,
    `${bytesInWords(bytesOut)} out`,
  ].join('  ');
}

function errorInWords({ role, code, error }: ErrorLine): string[] {
  if (error === null) return [code];
  const { message = '' } = error as { readonly message?: string };
  return [`${code}: ${message}`, ...failureLines(error as HTTPSessionError, role)];
}

function colourOf({ outcome, status }: RequestLine): 'red' | 'green' {
  return outcome === 'failed' || (status ?? 0) >= 500 ? 'red' : 'green';
}

/** The time of a day here, with milliseconds. */
export function timeOf(at: number): string {
  const time = new Date(at);
  const part = (value: number, width: number): string => String(Math.floor(value)).padStart(width, '0');
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map((value) => part(value, 2));
  return `${clock.join(':')}.${part(time.getMilliseconds(), 3)}`;
}

function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  return width < 2 ? '' : `${text.slice(0, width - 1)}…`;
}
