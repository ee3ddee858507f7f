import { HTTPRequest, UNTIL_CLOSE, CHUNKED, type HeaderInit } from '../../protocol/index.js';
import { declaredLength, declaresChunked } from '../message/message-framing.js';

/** A body to send: whole, or in pieces. A string is UTF-8. */
export type RequestPayload = string | Uint8Array | AsyncIterable<string | Uint8Array> | Iterable<Uint8Array>;

/** What `request()` sends. */
export interface RequestInit {
  /** @defaultValue 'GET' */
  readonly method?: string | undefined;
  /** The request target. @defaultValue '/' */
  readonly path?: string | undefined;
  /** Fields; Host, Content-Length and the like are added where they are missing. */
  readonly headers?: HeaderInit | undefined;
  /** In pieces, it is sent chunked unless a Content-Length is among the fields. */
  readonly body?: RequestPayload | undefined;
  /** Waits for 100 Continue before the body is sent. @defaultValue false */
  readonly expectContinue?: boolean | undefined;
  /**
   * Aborts the request, or the response to it as long as that is not complete: the connection is reset, and whoever
   * waits is told by an AbortedError, whose cause is the reason of the signal.
   */
  readonly signal?: AbortSignal | undefined;
}

/** A body that is there as a whole, as bytes or as text that is one byte per character. */
export type WholeBody = Uint8Array | string;

const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** Methods that may be repeated without asking (RFC 9110 section 9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

/** Whether sending a request with this method twice has the effect of sending it once. */
export function isIdempotent(method: string): boolean {
  return IDEMPOTENT.has(method);
}

/** Makes the message of a request. @throws TypeError for a malformed method, target or field. */
export function messageOf(init: RequestInit): HTTPRequest {
  const message = new HTTPRequest(
    init.method ?? 'GET',
    init.path ?? '/',
    init.headers === undefined ? undefined : { headers: init.headers },
  );
  if (init.expectContinue === true) message.setExpectContinue(true);
  return message;
}

/**
 * A body as bytes, or as text when every character of it is ASCII; `null` when it comes in pieces.
 *
 * @throws TypeError when it is nothing of that kind.
 */
export function wholeBody(body: RequestPayload | undefined): WholeBody | null {
  if (body === undefined) return '';
  if (typeof body === 'string')
    return Buffer.byteLength(body) === body.length ? body : Buffer.from(body, 'utf8');
  if (body instanceof Uint8Array) return body;
  const source = Object(body) as object;
  if (!(Symbol.asyncIterator in source || Symbol.iterator in source))
    throw new TypeError('a body is a string, a Uint8Array, or an iterable of these');
  return null;
}

/** Nothing is expected without a body (RFC 9110 section 10.1.1): a server would not answer with 100 Continue. */
export function expectNothing(message: HTTPRequest): void {
  message.setExpectContinue(false);
}

/** The framing line that a request with a whole body needs; the message may have declared the length itself. */
export function wholeFraming(message: HTTPRequest, length: number): string {
  if (message.has('Transfer-Encoding')) throw new TypeError('a body that is known whole is not sent chunked');
  const declared = declaredLength(message);
  if (declared === length) return '';
  if (declared !== -1) {
    throw new TypeError(`Content-Length is ${String(declared)}, but the body has ${String(length)} bytes`);
  }
  return length > 0 || METHODS_WITH_BODY.has(message.method) ? `Content-Length: ${String(length)}\r\n` : '';
}

/** How long the body of a request is that comes in pieces, from what the message declares. */
export function declaredBodyLength(message: HTTPRequest): number {
  const length = declaredLength(message);
  if (Number.isNaN(length)) throw new TypeError('Content-Length must be one decimal number');
  if (!message.has('Transfer-Encoding')) return length === -1 ? UNTIL_CLOSE : length;
  if (length !== -1 || message.version === 'HTTP/1.0' || !declaresChunked(message)) {
    throw new TypeError('Transfer-Encoding can be chunked, in HTTP/1.1, without a Content-Length');
  }
  return CHUNKED;
}
