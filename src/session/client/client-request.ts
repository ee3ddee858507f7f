import {
  AbortedError,
  checkOptions,
  checkSignal,
  describeValue,
  HTTPSessionError,
  KnownNames,
} from '../../errors/index.js';
import {
  bytesOf,
  CHUNKED,
  HTTPRequest,
  isBytes,
  UNTIL_CLOSE,
  type BodyContent,
  type HeaderInit,
} from '../../protocol/index.js';
import { EXCHANGE } from '../core/charts.js';
import type { SessionCore } from '../core/session-core.js';
import { testify, unsentRequest } from '../core/testify.js';
import { quietly } from '../core/unheard.js';
import { declaredLength, declaresChunked } from '../message/message-framing.js';
import type { HTTPClientResponse } from './http-client-response.js';
import { listenOneTurn, type TurnListener } from './listening-turn.js';
import { RequestBody } from './request-body.js';
import type { RequestPreparation } from './request-preparation.js';
import type { ResponseTaker } from './response-taker.js';
import { sendPieces } from './send-pieces.js';
import { bodyError, isNoBody, isPieced, UploadSource, type PiecedBody } from './upload-source.js';

/**
 * A body to send: whole, or in pieces. A string is UTF-8.
 *
 * A body that comes in pieces is given away: it is let go on every way out, also where nothing of it was sent. A Node.js
 * stream is destroyed, a web stream cancelled, and `return()` of an iterator called.
 */
export type RequestPayload = BodyContent | PiecedBody;

/** What `request()` sends. */
export interface RequestInit {
  /** @defaultValue 'GET' */
  readonly method?: string | undefined;
  /** The request target. @defaultValue '/' */
  readonly path?: string | undefined;
  /** Header fields; missing ones such as Host and Content-Length are added. */
  readonly headers?: HeaderInit | undefined;
  /**
   * The body: content, or a stream or any other iterable of content. One that comes in pieces is sent chunked unless
   * `headers` has a Content-Length, and is let go on every way out.
   */
  readonly body?: RequestPayload | undefined;
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

/** A request that is to be sent: its message, and what follows from its body. */
export class OutgoingRequest {
  readonly message: HTTPRequest;
  /** The body, when it is known whole. */
  readonly whole: WholeBody | null;
  /** The body, when it comes in pieces. */
  readonly source: UploadSource | null;
  /** The field line that the message still needs; mostly empty. */
  readonly framing: string;
  /** Whether the request, sent twice, has the effect of being sent once, and can be sent twice. */
  readonly mayRepeat: boolean;

  /** @throws TypeError for a malformed method, target, field or body. */
  constructor(init: RequestInit) {
    const message = messageOf(init);
    const whole = wholeBody(init.body);
    if (whole?.length === 0) expectNothing(message);
    this.message = message;
    this.whole = whole;
    this.framing = whole === null ? pieceFraming(message) : wholeFraming(message, whole.length);
    this.mayRepeat = whole !== null && isIdempotent(message.method);
    this.source = whole === null ? new UploadSource(init.body as PiecedBody) : null;
  }

  /** Length of the body in bytes, or `CHUNKED`. */
  get bodyLength(): number {
    if (this.whole !== null) return this.whole.length;
    const declared = declaredBodyLength(this.message);
    return declared === UNTIL_CLOSE ? CHUNKED : declared;
  }
}

/**
 * One `request()`: from making the connection ready to the head of the response, with one retry if the chart allows it.
 * Its signal is listened to until both messages are complete.
 */
export class RequestRun implements ResponseTaker, TurnListener {
  readonly #preparation: RequestPreparation;
  readonly #request: OutgoingRequest;
  readonly #head: string;
  readonly #continueTimeout: number;
  readonly #signal: AbortSignal | undefined;
  #forgetSignal: (() => void) | null = null;
  /** Whether an attempt was made; a second one may fail to connect after the first has reached the server. */
  #isSent = false;
  #isAnswered = false;
  #promise!: Promise<HTTPClientResponse>;
  #resolve!: (response: HTTPClientResponse) => void;
  #reject!: (error: unknown) => void;

  constructor(
    preparation: RequestPreparation,
    request: OutgoingRequest,
    head: string,
    continueTimeout: number,
    signal: AbortSignal | undefined,
  ) {
    this.#preparation = preparation;
    this.#request = request;
    this.#head = head;
    this.#continueTimeout = continueTimeout;
    this.#signal = signal;
  }

  start(): Promise<HTTPClientResponse> {
    this.#promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#begin();
    return this.#promise;
  }

  #begin(): void {
    if (this.#signal !== undefined && !this.#listenForAbort(this.#signal)) return;
    const { core, exchange } = this.#preparation;
    const { tags } = core.exchange;
    if (!exchange.isReady) this.#prepare();
    else if (tags.has('reserved') || !tags.has('reused')) this.#send();
    else {
      core.advance(EXCHANGE.requestPrepare);
      listenOneTurn(this);
    }
  }

  /** What the server had sent or closed unasked is known now. */
  listened(): void {
    const { core, exchange } = this.#preparation;
    const isWanted = this.#signal?.aborted !== true && !core.exchange.tags.has('cancelled');
    if (isWanted && exchange.isIdle) {
      core.advance(EXCHANGE.requestPrepared);
      this.#send();
    } else this.#sendAfter(this.#preparation.conclude('request()', this.#unsent, this.#signal));
  }

  #prepare(): void {
    this.#sendAfter(this.#preparation.prepare('request()', this.#unsent, this.#signal));
  }

  /** What an error says that nothing was sent of; `null` after an attempt. */
  get #unsent(): HTTPRequest | null {
    return this.#isSent ? null : this.#request.message;
  }

  #sendAfter(prepared: Promise<void>): void {
    prepared.then(
      () => {
        this.#send();
      },
      (error: unknown) => {
        this.#fail(error);
      },
    );
  }

  /** A caller who awaits gets the error; a request that is not awaited must not end the process. */
  #fail(error: unknown): void {
    this.#settle();
    void quietly(this.#promise);
    this.#reject(error);
  }

  #send(): void {
    const { core, exchange } = this.#preparation;
    const { message, whole, mayRepeat } = this.#request;
    try {
      this.#isSent = true;
      exchange.begin(message, 'request()', mayRepeat);
      if (whole === null || message.getExpectContinue()) {
        const body = new RequestBody(core, exchange, this.#head, this.#request.bodyLength);
        this.#sendBody(body).catch((error: unknown) => {
          this.#bodyFailed(body, error);
        });
      } else {
        sendWhole(core, this.#head, whole);
        exchange.requestCompleted();
      }
      exchange.expect(this);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Sends a body that waits for 100 Continue, or that comes in pieces; stops when the server has answered. */
  async #sendBody(body: RequestBody): Promise<void> {
    const { exchange } = this.#preparation;
    const { message, whole, source } = this.#request;
    if (message.getExpectContinue()) {
      // The server answers the head alone.
      body.flush();
      if (!(await exchange.awaitContinue(this.#continueTimeout))) {
        source?.letGo();
        return;
      }
    } else body.joinHead();
    if (source !== null) await sendPieces(this.#preparation.core, body, source);
    else if (!body.finished) await body.end(whole ?? undefined);
  }

  /** A source that throws leaves half a request behind: the connection cannot be used any more. */
  #bodyFailed(body: RequestBody, error: unknown): void {
    const { core } = this.#preparation;
    this.#request.source?.letGo();
    if (error instanceof HTTPSessionError && !core.is('usable')) return;
    this.#fail(error);
    // Another connection, or another request on this one, has nothing to do with it.
    if (!body.isCurrent) return;
    if (!core.exchange.tags.has('unanswered')) {
      // The caller has the response already: pending reads of it reject, and the session keeps the exception.
      const exception = new AbortedError('the source of the request body failed', { cause: error });
      core.notify({ type: 'exception.set', exception: testify(core, exception, 'local') });
    }
    core.notify({ type: 'session.abort' });
  }

  responded(response: HTTPClientResponse): void {
    this.#isAnswered = true;
    // Refused in the middle of its body: the source is not asked for the rest.
    if (this.#request.source !== null && !this.#preparation.core.exchange.tags.has('requesting')) {
      this.#request.source.letGo();
    }
    this.#resolve(response);
  }

  over(): void {
    this.#settle();
  }

  failed(error: HTTPSessionError, isReplayable: boolean): void {
    if (isReplayable && this.#preparation.core.advance(EXCHANGE.requestReplay)) {
      // The chart is in the middle of the transition that failed; the next one begins after it.
      queueMicrotask(() => {
        this.#prepare();
      });
      return;
    }
    // The response that may still come belongs to no request.
    this.#preparation.core.advance(EXCHANGE.exchangeFail);
    this.#fail(error);
  }

  #listenForAbort(signal: AbortSignal): boolean {
    if (signal.aborted) {
      this.#fail(this.#abortedError(signal.reason));
      return false;
    }
    const abort = (): void => {
      this.#aborted(signal.reason);
    };
    signal.addEventListener('abort', abort);
    this.#forgetSignal = () => {
      signal.removeEventListener('abort', abort);
    };
    return true;
  }

  #aborted(reason: unknown): void {
    const { core, exchange } = this.#preparation;
    const error = this.#abortedError(reason);
    // What waits behind the upload of another request is withdrawn, and does not end that.
    if (!this.#isSent && exchange.upload?.stopFollowing(error) === true) return;
    // The caller has the response already: pending reads of it reject, and the session keeps the exception.
    if (this.#isAnswered) core.notify({ type: 'exception.set', exception: error });
    else this.#fail(error);
    core.notify({ type: 'session.abort' });
  }

  #abortedError(reason: unknown): AbortedError {
    const { core } = this.#preparation;
    const about = this.#isSent ? null : unsentRequest(core, this.#request.message);
    return testify(core, new AbortedError('the request was aborted', { cause: reason }), 'local', about);
  }

  /** Both messages are complete, or never will be. */
  #settle(): void {
    this.#forgetSignal?.();
    this.#request.source?.letGo();
  }
}

/** Sends a whole request, the body together with the head. A string has one byte per character. */
function sendWhole(core: SessionCore, head: string, body: WholeBody): void {
  core.joinPiece(head, body, '');
  core.advance(EXCHANGE.requestEnd);
  core.flush();
}

const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** Methods that may be retried (RFC 9110 section 9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

/** Whether sending a request with this method twice has the effect of sending it once. */
export function isIdempotent(method: string): boolean {
  return IDEMPOTENT.has(method);
}

const OPTIONS: Readonly<Record<keyof RequestInit, true>> = {
  method: true,
  path: true,
  headers: true,
  body: true,
  expectContinue: true,
  signal: true,
};
const REQUEST_OPTIONS = new KnownNames('option of request()', Object.keys(OPTIONS));

/** Makes the message of a request. @throws TypeError for a malformed method, target or field, or an unknown option. */
export function messageOf(init: RequestInit): HTTPRequest {
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
    init.path ?? '/',
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
