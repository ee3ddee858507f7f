import { LIMITS } from '../../constants.js';
import { RemoteProtocolError } from '../../errors/index.js';
import {
  CR,
  LF,
  SP,
  isDigitCode,
  isHost,
  isRequestTarget,
  isTargetCode,
  isTargetRange,
  isTokenCode,
  isTokenRange,
  listHas,
  listMembers,
} from '../grammar.js';
import type { HeadLimits } from '../limits.js';
import { HTTPRequest, isPersistent, isVersion, type HTTPVersion } from '../message/http-messages.js';
import type { ReceiveBuffer, ScanProgress } from '../receive-buffer.js';
import { headText, readFramingFields, type FramingFields, type HeadGrammar } from './field-block.js';
import { requestBodyLength } from './framing.js';
import { FIELD_START, START_LINE_LF, badLineEnd, scanFrom, tooManyFields } from './scanner.js';

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
function methodName(text: string, length: number): string {
  return length === 3 && text.startsWith('GET') ? 'GET' : cut(text, 0, length);
}

/** What an idle connection may keep of a head beside what it is to know of it. */
const MAX_KEPT_BYTES = 1_024;

/**
 * A part of a head that outlives it. A slice of a string keeps all of the string, and so of a long head the part is
 * copied.
 */
function cut(text: string, start: number, end: number): string {
  const part = text.slice(start, end);
  return text.length - part.length > MAX_KEPT_BYTES ? Buffer.from(part, 'latin1').toString('latin1') : part;
}

/** What a request head says. */
export interface RequestHead {
  readonly message: HTTPRequest;
  /** The length of the body in bytes, 0 for none, or `CHUNKED`. */
  readonly bodyLength: number;
  /** Whether the client lets the connection persist after this exchange. */
  readonly persistent: boolean;
  /** Whether the client waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
  /** Whether the response may switch the connection to another protocol: CONNECT, or Upgrade. */
  readonly offersSwitch: boolean;
}

/**
 * Reads one request head from the front of the buffer; `undefined` if it is not complete. Consumes exactly the head,
 * and empty lines before it, possibly in an earlier call (RFC 9112 section 2.2).
 *
 * @throws RemoteProtocolError as soon as the bytes can no longer become a head. The head is not consumed then, and the
 * next call throws the same.
 */
export function readRequestHead(buffer: ReceiveBuffer, limits: HeadLimits): RequestHead | undefined {
  if (buffer.peek() === CR && !skipEmptyLines(buffer)) return undefined;
  const repeated = readRepeatedHead(buffer, limits);
  if (repeated !== undefined) return repeated;
  const text = headText(buffer, REQUEST_HEAD, limits);
  if (text === undefined) return undefined;
  const head = interpretRequest(text, limits);
  buffer.skip(text.length);
  rememberHead(buffer, text, head, limits);
  return head;
}

/** Skips as many empty lines as are allowed. Returns false while it is undecided whether this is one. */
function skipEmptyLines(buffer: ReceiveBuffer): boolean {
  let seen = buffer.scan?.emptyLines ?? 0;
  for (; buffer.peek() === CR && seen < LIMITS.maxLeadingEmptyLines.value; seen++) {
    const next = buffer.from(1);
    if (next === undefined) return false;
    if (next[0] !== LF) throw badLineEnd();
    buffer.skip(2);
    buffer.scan = scanFrom(REQUEST_HEAD.start, seen + 1);
  }
  return true;
}

function interpretRequest(text: string, limits: HeadLimits): RequestHead {
  const lineEnd = text.indexOf('\r');
  const space = text.indexOf(' ');
  const method = methodName(text, space);
  const version = text.charCodeAt(lineEnd - 1) === 0x31 ? 'HTTP/1.1' : 'HTTP/1.0';
  const end = text.length - 2;
  const fields = readFramingFields(text, lineEnd + 2, end);
  if (fields.count > limits.maxFieldCount) throw tooManyFields(REQUEST_HEAD.tooLarge, limits.maxFieldCount);
  checkHost(fields, version, limits);
  const bodyLength = requestBodyLength(fields, method, version);
  const message = new HTTPRequest();
  message.adopt(method, cut(text, space + 1, lineEnd - 9), version, text.slice(lineEnd + 2, end));
  return {
    message,
    bodyLength,
    persistent: isPersistent(version, fields.connection),
    expectsContinue: fields.expect !== '' && expectsContinue(fields.expect, bodyLength, version, limits),
    offersSwitch: method === 'CONNECT' || (fields.upgrade !== '' && offersUpgrade(fields, version)),
  };
}

/** RFC 9112 section 3.2: exactly one Host in HTTP/1.1, never two, never an invalid one. It may be empty. */
function checkHost(fields: FramingFields, version: HTTPVersion, limits: HeadLimits): void {
  const mayLack = version === 'HTTP/1.0' || limits.needsNoHost === true;
  if (fields.hostCount === 1 ? isHost(fields.host) : fields.hostCount === 0 && mayLack) return;
  throw new RemoteProtocolError('Host: must be valid and given exactly once', 'ERR_HTTP_SESSION_BAD_HOST');
}

/** Whether 100-continue is one of the things that a client expects, as node:http finds out. */
export const CONTINUE_AMONG_OTHERS = /(?:^|\W)100-continue(?:$|\W)/i;

/** RFC 9110 section 10.1.1: nothing to continue without a body, or in HTTP/1.0. An unknown expectation cannot be met. */
function expectsContinue(
  expect: string,
  bodyLength: number,
  version: HTTPVersion,
  limits: HeadLimits,
): boolean {
  const hasOthers = listMembers(expect).some((member) => member !== '100-continue');
  if (hasOthers && limits.keepsExpectations !== true) {
    throw new RemoteProtocolError('Expect: unknown expectation', 'ERR_HTTP_SESSION_BAD_EXPECTATION', 417);
  }
  if (hasOthers && !CONTINUE_AMONG_OTHERS.test(expect)) return false;
  return bodyLength !== 0 && version === 'HTTP/1.1';
}

/** RFC 9110 section 7.8: Upgrade counts only if Connection names it, and never in HTTP/1.0. */
function offersUpgrade(fields: FramingFields, version: HTTPVersion): boolean {
  return version === 'HTTP/1.1' && listHas(fields.connection, 'upgrade');
}

/** Longer field blocks are not remembered, so that an idle connection costs little. */
const MAX_REPEATED_BYTES = 2_048;

const ONE = 0x31;

/** Reads a head whose field lines repeat those of the last one to the letter; `undefined` for any other. */
function readRepeatedHead(buffer: ReceiveBuffer, limits: HeadLimits): RequestHead | undefined {
  const last = buffer.lastHead;
  if (last === undefined || buffer.scan !== undefined || last.limits !== limits) return undefined;
  if (!buffer.holds(last.length)) return undefined;
  const text = buffer.latin1(last.length);
  const lineEnd = text.indexOf('\r');
  // The block was checked without its blank line, and the start line has to be checked again.
  if (lineEnd !== last.length - last.block.length - 4 || !text.endsWith('\r\n')) return undefined;
  if (text.slice(lineEnd + 2, -2) !== last.block || text.charCodeAt(lineEnd + 1) !== LF) return undefined;
  // A CONNECT is never plain.
  if (!REQUEST_HEAD.isPlainStartLine(text, lineEnd) || text.charCodeAt(lineEnd - 1) !== ONE) return undefined;
  const space = text.indexOf(' ');
  const message = new HTTPRequest();
  message.adopt(methodName(text, space), cut(text, space + 1, lineEnd - 9), 'HTTP/1.1', last.block);
  buffer.skip(last.length);
  const { bodyLength, persistent, expectsContinue, offersSwitch } = last;
  return { message, bodyLength, persistent, expectsContinue, offersSwitch };
}

/** Remembers a head. With another version, or for a CONNECT, the same field lines would mean something else. */
function rememberHead(buffer: ReceiveBuffer, text: string, head: RequestHead, limits: HeadLimits): void {
  const { message, bodyLength, persistent, expectsContinue, offersSwitch } = head;
  const isTelling = message.version === 'HTTP/1.1' && message.method !== 'CONNECT';
  const start = text.indexOf('\r') + 2;
  if (!isTelling || start > limits.maxStartLineBytes || text.length - start > MAX_REPEATED_BYTES) return;
  buffer.lastHead = {
    limits,
    length: text.length,
    block: cut(text, start, text.length - 2),
    bodyLength,
    persistent,
    expectsContinue,
    offersSwitch,
  };
}
