import { IDEMPOTENT_METHODS } from '../../constants.js';
import { checkOptions, checkSignal, describeValue, KnownNames } from '../../errors/index.js';
import {
  bytesOf,
  CHUNKED,
  HTTPRequest,
  isBytes,
  UNTIL_CLOSE,
  type BodyContent,
  type HeaderInit,
} from '../../protocol/index.js';
import { declaredLength, declaresChunked } from '../message/message-framing.js';
import { requestTerms, type RequestOptions, type RequestTerms } from './request-options.js';
import { bodyError, isNoBody, isPieced, UploadSource, type PiecedBody } from './upload-source.js';

/**
 * A body to send: whole, or in pieces. A string is UTF-8.
 *
 * A body that comes in pieces is given away: it is let go on every way out, also where nothing of it was sent. A Node.js
 * stream is destroyed, a web stream cancelled, and `return()` of an iterator called.
 */
export type RequestPayload = BodyContent | PiecedBody;

/** What `request()` sends. */
export interface RequestInit extends RequestOptions {
  /** @defaultValue 'GET' */
  readonly method?: string | undefined;
  /** The request target. @defaultValue '/' */
  readonly path?: string | undefined;
  /** Header fields; missing ones such as Host and Content-Length are added. */
  readonly headers?: HeaderInit | undefined;
  /**
   * The body: content, or a stream or any other iterable of content. One that comes in pieces is sent chunked unless
   * `headers` has a Content-Length, and is let go on every way out. A function returns the pieces; it is called for each
   * attempt, so that such a body can be sent twice.
   */
  readonly body?: RequestPayload | (() => PiecedBody) | undefined;
  /** Waits for 100 Continue before the body is sent. @defaultValue false */
  readonly expectContinue?: boolean | undefined;
  /**
   * Aborts the request, or the response to it as long as that is not complete: the connection is reset, and what is
   * pending rejects with an AbortedError, whose cause is the reason of the signal.
   */
  readonly signal?: AbortSignal | undefined;
}

/** A body that is known whole, as bytes or as text that is one byte per character. */
export type WholeBody = Uint8Array | string;

/**
 * A request that is checked and ready to be sent, several times one after another if its body can be had again.
 *
 * @example
 * ```ts
 * const request = prepareRequest({ method: 'PUT', path: '/orders/7', body: '{"state":"paid"}' });
 * if (request.isRepeatable) console.log((await session.request(request)).status);
 * ```
 */
export class PreparedRequest {
  /** The message: method, target and fields. */
  readonly message: HTTPRequest;
  /** Aborts the request. */
  readonly signal: AbortSignal | undefined;
  /** The body, when it is known whole. @internal */
  readonly whole: WholeBody | null;
  /** The field line that the message still needs; mostly empty. @internal */
  readonly framing: string;
  /** What it wants to be different from other requests of its session. @internal */
  readonly terms: RequestTerms | null;
  /** Makes the body for each attempt. */
  readonly #factory: (() => unknown) | null;
  #source: UploadSource | null = null;

  /** @internal */
  constructor(init: RequestInit, path = (init as RequestInit | null)?.path) {
    const message = messageOf(init, path);
    const { body } = init;
    const isMade = typeof body === 'function';
    const whole = isMade ? null : wholeBody(body);
    if (whole?.length === 0) expectNothing(message);
    this.message = message;
    this.signal = init.signal;
    this.whole = whole;
    this.framing = whole === null ? pieceFraming(message) : wholeFraming(message, whole.length);
    this.terms = requestTerms(init);
    this.#factory = isMade ? body : null;
    if (whole === null && !isMade) this.#source = new UploadSource(body as PiecedBody);
  }

  /** Whether it can be sent more than once: its body is known whole, or is made for each attempt. */
  get isRepeatable(): boolean {
    return this.whole !== null || this.#factory !== null;
  }

  /** Whether the request, sent twice, has the effect of being sent once, and can be sent twice. */
  get mayRepeat(): boolean {
    return this.isRepeatable && isIdempotent(this.message.method);
  }

  /** The pieces of the body of the attempt in progress; `null` when there are none. @internal */
  get source(): UploadSource | null {
    return this.#source;
  }

  /** Begins an attempt: makes the body if it is made for each. @throws what the function throws; TypeError. @internal */
  renew(): void {
    if (this.#factory === null) return;
    this.#source?.letGo();
    const body = this.#factory();
    if (typeof body !== 'object' || body === null || isBytes(body) || isNoBody(body) || !isPieced(body)) {
      throw bodyError(body);
    }
    this.#source = new UploadSource(body);
  }

  /** Lets go of a body that comes in pieces. @internal */
  letGo(): void {
    this.#source?.letGo();
  }

  /** Length of the body in bytes, or `CHUNKED`. @internal */
  get bodyLength(): number {
    if (this.whole !== null) return this.whole.length;
    const declared = declaredBodyLength(this.message);
    return declared === UNTIL_CLOSE ? CHUNKED : declared;
  }
}

/**
 * Checks a request, and makes it ready to be sent by `session.request()` or by a pool.
 *
 * @throws TypeError for a malformed method, target, field or body, or an unknown option.
 *
 * @example
 * ```ts
 * const request = prepareRequest({ path: '/orders' });
 * const response = await session.request(request);
 * ```
 */
export function prepareRequest(init: RequestInit): PreparedRequest {
  return new PreparedRequest(init);
}

const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** Whether sending a request with this method twice has the effect of sending it once. */
export function isIdempotent(method: string): boolean {
  return IDEMPOTENT_METHODS.has(method);
}

const OPTIONS: Readonly<Record<keyof RequestInit, true>> = {
  method: true,
  path: true,
  headers: true,
  body: true,
  expectContinue: true,
  signal: true,
  timeouts: true,
  onInterim: true,
  onProgress: true,
  maxResponseBytes: true,
};
const REQUEST_OPTIONS = new KnownNames('option of request()', Object.keys(OPTIONS));

/** Makes the message of a request. @throws TypeError for a malformed method, target or field, or an unknown option. */
export function messageOf(init: RequestInit, path = (init as RequestInit | null)?.path): HTTPRequest {
  if (typeof init !== 'object' || (init as unknown) === null)
    checkOptions('request()', init, REQUEST_OPTIONS);
  for (const name in init) if (!(name in OPTIONS)) REQUEST_OPTIONS.check(name);
  const { signal, expectContinue } = init;
  if (signal !== undefined) checkSignal('request()', signal);
  if (expectContinue !== undefined && typeof expectContinue !== 'boolean') {
    throw new TypeError(`expectContinue: must be true or false (got ${describeValue(expectContinue)})`);
  }
  const message = new HTTPRequest(
    init.method ?? 'GET',
    path ?? '/',
    init.headers === undefined ? undefined : { headers: init.headers },
  );
  if (expectContinue === true) message.setExpectContinue(true);
  return message;
}

/**
 * A body as bytes, or as text when every character of it is ASCII; `null` when it comes in pieces.
 *
 * @throws TypeError for any other value.
 */
export function wholeBody(body: RequestPayload | undefined): WholeBody | null {
  if (body === undefined) return '';
  if (typeof body === 'string')
    return Buffer.byteLength(body) === body.length ? body : Buffer.from(body, 'utf8');
  if (typeof body !== 'object' || body === null || isNoBody(body)) throw bodyError(body);
  // Streams and generators come first: to find out that a value is no ArrayBuffer of any realm costs an exception.
  if (Symbol.asyncIterator in body) return null;
  if (isBytes(body)) return bytesOf(body, 'request()');
  if (!isPieced(body)) throw bodyError(body);
  if (Array.isArray(body) && !body.every((piece) => typeof piece === 'string' || isBytes(piece))) {
    throw bodyError(body);
  }
  return null;
}

/** Removes `Expect` from a request without a body: no server answers it with 100 Continue (RFC 9110 section 10.1.1). */
export function expectNothing(message: HTTPRequest): void {
  message.setExpectContinue(false);
}

/** The framing line that a request with a whole body needs; empty when the message declares the length itself. */
export function wholeFraming(message: HTTPRequest, length: number): string {
  if (message.has('Transfer-Encoding')) {
    throw new TypeError(
      'Transfer-Encoding: a body that is known whole is not sent chunked; remove the field',
    );
  }
  if (message.hasContentLength()) {
    const declared = declaredLength(message);
    if (declared === length) return '';
    throw new TypeError(
      `Content-Length: must be the length of the body, ${String(length)} bytes (got ${String(declared)})`,
    );
  }
  return length > 0 || METHODS_WITH_BODY.has(message.method) ? `Content-Length: ${String(length)}\r\n` : '';
}

/** The length of a body that comes in pieces, as the message declares it. */
export function declaredBodyLength(message: HTTPRequest): number {
  const length = declaredLength(message);
  if (Number.isNaN(length)) throw new TypeError('Content-Length: must be one decimal number');
  if (!message.has('Transfer-Encoding')) return length === -1 ? UNTIL_CLOSE : length;
  if (length !== -1 || message.version === 'HTTP/1.0' || !declaresChunked(message)) {
    throw new TypeError(
      'Transfer-Encoding: must be "chunked" alone, in an HTTP/1.1 message without Content-Length',
    );
  }
  return CHUNKED;
}

function pieceFraming(message: HTTPRequest): string {
  return declaredBodyLength(message) === UNTIL_CLOSE ? 'Transfer-Encoding: chunked\r\n' : '';
}
