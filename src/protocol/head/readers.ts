import { LIMITS } from '../../constants.js';
import { RemoteProtocolError } from '../../errors/index.js';
import { CR, LF, isHost, listHas, listMembers } from '../grammar.js';
import type { HeadLimits } from '../limits.js';
import { isPersistent, type HTTPVersion } from '../message/http-message.js';
import { HTTPRequest } from '../message/http-request.js';
import { HTTPResponse } from '../message/http-response.js';
import type { ReceiveBuffer } from '../receive-buffer.js';
import { readFramingFields, type FramingFields } from './field-block.js';
import { UNTIL_CLOSE, requestBodyLength, responseBodyLength } from './framing.js';
import { readRepeatedHead, rememberHead } from './repeated.js';
import { REQUEST_HEAD, methodName } from './request-line.js';
import { badLineEnd, scanFrom, tooManyFields } from './scanner.js';
import { RESPONSE_HEAD } from './status-line.js';
import { headText } from './text.js';

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

/** RFC 9112 section 3.2: exactly one Host in HTTP/1.1, never two, never an invalid one. It may be empty. */
function checkHost(fields: FramingFields, version: HTTPVersion): void {
  if (fields.hostCount === 1 ? isHost(fields.host) : fields.hostCount === 0 && version === 'HTTP/1.0') return;
  throw new RemoteProtocolError('Host: must be valid and given exactly once', 'ERR_HTTP_SESSION_BAD_HOST');
}

/** RFC 9110 section 10.1.1: nothing to continue without a body, or in HTTP/1.0. An unknown expectation cannot be met. */
function expectsContinue(expect: string, bodyLength: number, version: HTTPVersion): boolean {
  if (listMembers(expect).some((member) => member !== '100-continue')) {
    throw new RemoteProtocolError('Expect: unknown expectation', 'ERR_HTTP_SESSION_BAD_EXPECTATION', 417);
  }
  return bodyLength !== 0 && version === 'HTTP/1.1';
}

/** RFC 9110 section 7.8: Upgrade counts only if Connection names it, and never in HTTP/1.0. */
function offersUpgrade(fields: FramingFields, version: HTTPVersion): boolean {
  return version === 'HTTP/1.1' && listHas(fields.connection, 'upgrade');
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
