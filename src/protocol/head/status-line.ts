import { RemoteProtocolError } from '../../errors/index.js';
import { CR, LF, SP, isDigitCode, isFieldValue, isValueCode } from '../grammar.js';
import { FIELD_START, START_LINE_LF, badLineEnd } from './scanner.js';
import type { HeadGrammar } from './text.js';
import type { ScanProgress } from '../receive-buffer.js';

/*
 * status-line = HTTP-version SP status-code SP [ reason-phrase ] (RFC 9112 section 4)
 *
 * One deviation is tolerated: with an empty reason, the SP after the status may be missing. Many servers omit it, every
 * client accepts that, and no two readers can disagree about what it means.
 */

const PREFIX = 'HTTP/1.';
/** Places 0 to 6 read the prefix. Then come the minor version, SP, three digits, and SP. */
const MINOR = 7;
const VERSION_SP = 8;
const FIRST_DIGIT = 9;
const LAST_DIGIT = 11;
const STATUS_END = 12;
const REASON = 13;

/** The grammar of a response head. */
export const RESPONSE_HEAD: HeadGrammar = {
  isPlainStartLine: isPlainStatusLine,
  start: 0,
  stepStartLine: stepStatusLine,
  badField: 'ERR_HTTP_SESSION_BAD_FIELD',
  tooLarge: 'ERR_HTTP_SESSION_HEAD_TOO_LARGE',
};

/** Whether the first line of `text`, which ends at `end`, is a well-formed status line with its second SP, at a glance. */
function isPlainStatusLine(text: string, end: number): boolean {
  const minor = text.charCodeAt(MINOR);
  const first = text.charCodeAt(FIRST_DIGIT);
  return (
    text.startsWith(PREFIX) &&
    (minor === 0x31 || minor === 0x30) &&
    text.charCodeAt(VERSION_SP) === SP &&
    first >= 0x31 &&
    isDigitCode(first) &&
    isDigitCode(text.charCodeAt(FIRST_DIGIT + 1)) &&
    isDigitCode(text.charCodeAt(LAST_DIGIT)) &&
    text.charCodeAt(STATUS_END) === SP &&
    isFieldValue(text.slice(REASON, end))
  );
}

function stepStatusLine({ phase }: ScanProgress, byte: number): number {
  if (phase === START_LINE_LF) {
    if (byte !== LF) throw badLineEnd();
    return FIELD_START;
  }
  if (byte === LF) throw badLineEnd();
  if (phase <= MINOR) return stepVersion(phase, byte);
  if (phase <= LAST_DIGIT) return stepStatus(phase, byte);
  return stepReason(phase, byte);
}

function stepVersion(phase: number, byte: number): number {
  const matches = phase === MINOR ? byte === 0x31 || byte === 0x30 : byte === PREFIX.charCodeAt(phase);
  if (matches) return phase + 1;
  throw phase < PREFIX.indexOf('1')
    ? new RemoteProtocolError('response: not HTTP', 'ERR_HTTP_SESSION_BAD_START_LINE')
    : new RemoteProtocolError('HTTP version: not supported', 'ERR_HTTP_SESSION_BAD_VERSION');
}

function stepStatus(phase: number, byte: number): number {
  if (phase === VERSION_SP) {
    if (byte === SP) return phase + 1;
    throw new RemoteProtocolError('status line: malformed', 'ERR_HTTP_SESSION_BAD_START_LINE');
  }
  if (isDigitCode(byte) && (phase !== FIRST_DIGIT || byte !== 0x30)) return phase + 1;
  throw new RemoteProtocolError('status: must be three digits, 100 or more', 'ERR_HTTP_SESSION_BAD_STATUS');
}

function stepReason(phase: number, byte: number): number {
  if (byte === CR) return START_LINE_LF;
  if (phase === STATUS_END) {
    if (byte === SP) return REASON;
    throw new RemoteProtocolError('status: must be three digits', 'ERR_HTTP_SESSION_BAD_STATUS');
  }
  if (isValueCode(byte)) return REASON;
  throw new RemoteProtocolError('reason phrase: malformed', 'ERR_HTTP_SESSION_BAD_START_LINE');
}
