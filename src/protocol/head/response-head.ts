import { RemoteProtocolError } from '../../errors/index.js';
import { CR, LF, SP, isDigitCode, isFieldValue, isValueCode } from '../grammar.js';
import type { HeadLimits } from '../limits.js';
import { HTTPResponse, isPersistent } from '../message/http-messages.js';
import type { ReceiveBuffer, ScanProgress } from '../receive-buffer.js';
import { headText, readFramingFields, type HeadGrammar } from './field-block.js';
import { UNTIL_CLOSE, responseBodyLength } from './framing.js';
import { FIELD_START, START_LINE_LF, badLineEnd, tooManyFields } from './scanner.js';

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
const RESPONSE_HEAD: HeadGrammar = {
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

/** What the reader of a response has to know of the request. */
export interface ResponseContext {
  readonly method: string;
  /** Whether the request offered to switch protocols: CONNECT, or Upgrade. */
  readonly offersSwitch: boolean;
}

/** What a response head says. */
export interface ResponseHead {
  readonly message: HTTPResponse;
  /** The length of the body in bytes, 0 for none, or `CHUNKED`, or `UNTIL_CLOSE`. */
  readonly bodyLength: number;
  /** Whether the server lets the connection persist after this response. */
  readonly persistent: boolean;
  /** Whether this is a 1xx response that another one follows. */
  readonly interim: boolean;
  /** Whether the connection belongs to another protocol from here on: 101, or 2xx to CONNECT. */
  readonly switched: boolean;
}

/**
 * Reads one response head, interim or final, from the front of the buffer; `undefined` if it is not complete. Consumes
 * exactly the head.
 *
 * @throws RemoteProtocolError as soon as the bytes can no longer become a head. Nothing is consumed then, and the next
 * call throws the same.
 */
export function readResponseHead(
  buffer: ReceiveBuffer,
  request: ResponseContext,
  limits: HeadLimits,
): ResponseHead | undefined {
  const text = headText(buffer, RESPONSE_HEAD, limits);
  if (text === undefined) return undefined;
  const head = interpretResponse(text, request, limits);
  buffer.skip(text.length);
  return head;
}

function interpretResponse(text: string, request: ResponseContext, limits: HeadLimits): ResponseHead {
  const lineEnd = text.indexOf('\r');
  const version = text.charCodeAt(7) === 0x31 ? 'HTTP/1.1' : 'HTTP/1.0';
  const status = Number(text.slice(9, 12));
  const end = text.length - 2;
  const fields = readFramingFields(text, lineEnd + 2, end);
  if (fields.count > limits.maxFieldCount) throw tooManyFields(RESPONSE_HEAD.tooLarge, limits.maxFieldCount);
  const switched = switches(status, request);
  const bodyLength = responseBodyLength(fields, request.method, version, status);
  const message = new HTTPResponse();
  message.adopt(status, text.slice(13, Math.max(lineEnd, 13)), version, text.slice(lineEnd + 2, end));
  return {
    message,
    bodyLength,
    persistent: bodyLength !== UNTIL_CLOSE && isPersistent(version, fields.connection),
    interim: status < 200 && !switched,
    switched,
  };
}

function switches(status: number, request: ResponseContext): boolean {
  if (status === 101) {
    // RFC 9110 section 7.8: only to a protocol that the client offered.
    if (request.offersSwitch && request.method !== 'CONNECT') return true;
    throw new RemoteProtocolError(
      'status 101: the request offered no upgrade',
      'ERR_HTTP_SESSION_BAD_STATUS',
    );
  }
  return request.method === 'CONNECT' && status >= 200 && status < 300;
}
