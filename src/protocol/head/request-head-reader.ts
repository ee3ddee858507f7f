import { LIMITS } from '../../constants.js';
import { RemoteProtocolError } from '../../errors/index.js';
import { readFramingFields, type FramingFields } from './field-block.js';
import { requestBodyLength } from '../body/framing.js';
import { CR, LF, isHost, listHas, listMembers } from '../grammar.js';
import { badLineEnd, scanFrom, tooManyFields } from './head-scanner.js';
import { headText } from './head-text.js';
import { isPersistent, type HTTPVersion } from '../message/http-message.js';
import { HTTPRequest } from '../message/http-request.js';
import type { HeadLimits } from '../limits.js';
import type { ReceiveBuffer } from '../receive-buffer.js';
import { MAX_REPEATED_BYTES } from './repeated-head.js';
import { REQUEST_HEAD } from './request-line.js';

const ONE = 0x31;

/** What a request head says. */
export interface RequestHead {
  readonly message: HTTPRequest;
  /** The length of the body in bytes, 0 for none, or `CHUNKED`. */
  readonly bodyLength: number;
  /** Does the client let the connection persist after this exchange? */
  readonly persistent: boolean;
  /** Does the client hold its body back until `100 Continue`? */
  readonly expectsContinue: boolean;
  /** May the response turn the connection over to another protocol: CONNECT, or Upgrade? */
  readonly offersSwitch: boolean;
}

/**
 * Reads one request head off the front of the buffer; `undefined` if it is not complete. Exactly the head is consumed,
 * and an empty line before it, which may go earlier (RFC 9112 section 2.2).
 *
 * @throws RemoteProtocolError as soon as the bytes can no longer become a head; the head is not consumed then, and
 * the next call throws the same.
 */
export function readRequestHead(buffer: ReceiveBuffer, limits: HeadLimits): RequestHead | undefined {
  if (buffer.peek() === CR && !skipEmptyLines(buffer)) return undefined;
  const repeated = readRepeatedHead(buffer, limits);
  if (repeated !== undefined) return repeated;
  const text = headText(buffer, REQUEST_HEAD, limits);
  if (text === undefined) return undefined;
  const head = interpret(text, limits);
  buffer.skip(text.length);
  remember(buffer, text, head, limits);
  return head;
}

/** Reads a head whose field lines are those of the last one, to the letter. */
function readRepeatedHead(buffer: ReceiveBuffer, limits: HeadLimits): RequestHead | undefined {
  const last = buffer.lastHead;
  if (last === undefined || buffer.scan !== undefined || last.limits !== limits) return undefined;
  if (!buffer.holds(last.length)) return undefined;
  const text = buffer.latin1(last.length);
  const lineEnd = text.indexOf('\r');
  // The block was judged without its blank line, and the start line has to be judged anew.
  if (lineEnd !== last.length - last.block.length - 4 || !text.endsWith('\r\n')) return undefined;
  if (text.slice(lineEnd + 2, -2) !== last.block || text.charCodeAt(lineEnd + 1) !== LF) return undefined;
  // No CONNECT is plain.
  if (!REQUEST_HEAD.isPlainStartLine(text, lineEnd) || text.charCodeAt(lineEnd - 1) !== ONE) return undefined;
  const space = text.indexOf(' ');
  const message = new HTTPRequest();
  message.adopt(methodName(text, space), text.slice(space + 1, lineEnd - 9), 'HTTP/1.1', last.block);
  buffer.skip(last.length);
  const { bodyLength, persistent, expectsContinue, offersSwitch } = last;
  return { message, bodyLength, persistent, expectsContinue, offersSwitch };
}

/** Of another version or a CONNECT the same field lines say something else. */
function remember(buffer: ReceiveBuffer, text: string, head: RequestHead, limits: HeadLimits): void {
  const { message, bodyLength, persistent, expectsContinue, offersSwitch } = head;
  const isTelling = message.version === 'HTTP/1.1' && message.method !== 'CONNECT';
  const start = text.indexOf('\r') + 2;
  if (!isTelling || start > limits.maxStartLineBytes || text.length - start > MAX_REPEATED_BYTES) return;
  buffer.lastHead = {
    limits,
    length: text.length,
    block: text.slice(start, -2),
    bodyLength,
    persistent,
    expectsContinue,
    offersSwitch,
  };
}

/** Skips as many empty lines as are allowed; false: it is not decided yet whether this is one. */
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

/** GET is no new string each time: most requests are one, and a kept connection remembers its last method. */
function methodName(text: string, length: number): string {
  return length === 3 && text.startsWith('GET') ? 'GET' : text.slice(0, length);
}

function interpret(text: string, limits: HeadLimits): RequestHead {
  const lineEnd = text.indexOf('\r');
  const space = text.indexOf(' ');
  const method = methodName(text, space);
  const version = text.charCodeAt(lineEnd - 1) === 0x31 ? 'HTTP/1.1' : 'HTTP/1.0';
  const end = text.length - 2;
  const fields = readFramingFields(text, lineEnd + 2, end);
  if (fields.count > limits.maxFieldCount) throw tooManyFields(REQUEST_HEAD.tooLarge);
  checkHost(fields, version);
  const bodyLength = requestBodyLength(fields, method, version);
  const message = new HTTPRequest();
  message.adopt(method, text.slice(space + 1, lineEnd - 9), version, text.slice(lineEnd + 2, end));
  return {
    message,
    bodyLength,
    persistent: isPersistent(version, fields.connection),
    expectsContinue: fields.expect !== '' && expectsContinue(fields.expect, bodyLength, version),
    offersSwitch: method === 'CONNECT' || (fields.upgrade !== '' && offersUpgrade(fields, version)),
  };
}

/** RFC 9112 section 3.2: one Host in HTTP/1.1, never two, never an invalid one. It may be empty. */
function checkHost(fields: FramingFields, version: HTTPVersion): void {
  if (fields.hostCount === 1 ? isHost(fields.host) : fields.hostCount === 0 && version === 'HTTP/1.0') return;
  throw new RemoteProtocolError('a request needs exactly one valid Host field', 'ERR_HTTP_SESSION_BAD_HOST');
}

/** RFC 9110 section 10.1.1: nothing is awaited without a body, or in HTTP/1.0; what is unknown cannot be met. */
function expectsContinue(expect: string, bodyLength: number, version: HTTPVersion): boolean {
  if (listMembers(expect).some((member) => member !== '100-continue')) {
    throw new RemoteProtocolError('the expectation is not known', 'ERR_HTTP_SESSION_BAD_EXPECTATION', 417);
  }
  return bodyLength !== 0 && version === 'HTTP/1.1';
}

/** RFC 9110 section 7.8: Upgrade counts only if Connection names it, and never in HTTP/1.0. */
function offersUpgrade(fields: FramingFields, version: HTTPVersion): boolean {
  return version === 'HTTP/1.1' && listHas(fields.connection, 'upgrade');
}
