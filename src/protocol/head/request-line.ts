import { RemoteProtocolError } from '../../errors/index.js';
import {
  CR,
  LF,
  SP,
  isDigitCode,
  isRequestTarget,
  isTargetCode,
  isTargetRange,
  isTokenCode,
  isTokenRange,
} from '../grammar.js';
import { FIELD_START, START_LINE_LF, badLineEnd } from './scanner.js';
import type { HeadGrammar } from './text.js';
import { isVersion } from '../message/http-message.js';
import type { ReceiveBuffer, ScanProgress } from '../receive-buffer.js';

/*
 * request-line = method SP request-target SP HTTP-version (RFC 9112 section 3)
 */

const METHOD_START = 0;
const METHOD = 1;
const TARGET_START = 2;
const TARGET = 3;
/** The first of the eight places of `HTTP/d.d`. */
const VERSION = 4;
const VERSION_END = 12;

const VERSION_PATTERN = 'HTTP/0.0';
const SLASH = 0x2f;

/** The grammar of a request head. */
export const REQUEST_HEAD: HeadGrammar = {
  isPlainStartLine: isPlainRequestLine,
  start: METHOD_START,
  stepStartLine: stepRequestLine,
  badField: 'ERR_HTTP_SESSION_BAD_FIELD',
  tooLarge: 'ERR_HTTP_SESSION_HEAD_TOO_LARGE',
};

/**
 * Whether the first line of `text`, which ends at `end`, is a well-formed request line at a glance. A target in another
 * form than `/path` and an unsupported version are left to the scanner.
 */
function isPlainRequestLine(text: string, end: number): boolean {
  const space = text.indexOf(' ');
  const versionAt = end - 8;
  const minor = text.charCodeAt(end - 1);
  return (
    text.charCodeAt(space + 1) === SLASH &&
    text.charCodeAt(versionAt - 1) === SP &&
    text.startsWith('HTTP/1.', versionAt) &&
    (minor === 0x31 || minor === 0x30) &&
    isTokenRange(text, 0, space) &&
    isTargetRange(text, space + 1, versionAt - 1) &&
    // CONNECT takes no path; the scanner reports that.
    !text.startsWith('CONNECT ')
  );
}

function stepRequestLine(progress: ScanProgress, byte: number, buffer: ReceiveBuffer): number {
  const { phase } = progress;
  if (phase === START_LINE_LF) {
    if (byte !== LF) throw badLineEnd();
    return FIELD_START;
  }
  if (byte === LF) throw badLineEnd();
  if (phase >= VERSION) return stepVersion(phase, byte, buffer, progress.scanned);
  if (byte === CR) {
    throw new RemoteProtocolError('request line: ends too early', 'ERR_HTTP_SESSION_BAD_START_LINE');
  }
  return phase <= METHOD ? stepMethod(phase, byte) : stepTarget(phase, byte, buffer, progress.scanned);
}

function stepMethod(phase: number, byte: number): number {
  if (isTokenCode(byte)) return METHOD;
  if (byte === SP && phase === METHOD) return TARGET_START;
  throw new RemoteProtocolError('method: not a token', 'ERR_HTTP_SESSION_BAD_METHOD');
}

function stepTarget(phase: number, byte: number, buffer: ReceiveBuffer, scanned: number): number {
  if (isTargetCode(byte)) return TARGET;
  if (byte === SP && phase === TARGET) {
    const text = buffer.latin1(scanned);
    const space = text.indexOf(' ');
    if (isRequestTarget(text.slice(space + 1), text.slice(0, space))) return VERSION;
  }
  throw new RemoteProtocolError('request target: malformed', 'ERR_HTTP_SESSION_BAD_TARGET');
}

function stepVersion(phase: number, byte: number, buffer: ReceiveBuffer, scanned: number): number {
  if (phase === VERSION_END) {
    if (byte === CR) return START_LINE_LF;
  } else if (matchesVersion(phase - VERSION, byte)) {
    if (phase === VERSION_END - 1) checkVersion(buffer.latin1(scanned + 1).slice(-VERSION_PATTERN.length));
    return phase + 1;
  }
  throw new RemoteProtocolError(
    'request line: does not end in an HTTP version',
    'ERR_HTTP_SESSION_BAD_VERSION',
  );
}

function matchesVersion(index: number, byte: number): boolean {
  const expected = VERSION_PATTERN.charCodeAt(index);
  return isDigitCode(expected) ? isDigitCode(byte) : byte === expected;
}

function checkVersion(version: string): void {
  if (isVersion(version)) return;
  throw new RemoteProtocolError('HTTP version: not supported', 'ERR_HTTP_SESSION_BAD_VERSION', 505);
}

/** Without a new string for GET: most requests are one, and an idle connection keeps the method of its last request. */
export function methodName(text: string, length: number): string {
  return length === 3 && text.startsWith('GET') ? 'GET' : text.slice(0, length);
}
