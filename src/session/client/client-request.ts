import { AbortedError, HTTPSessionError } from '../../errors/index.js';
import { CHUNKED, HTTPRequest, UNTIL_CLOSE, type HeaderInit } from '../../protocol/index.js';
import { EXCHANGE } from '../core/charts.js';
import type { SessionCore } from '../core/session-core.js';
import { testify, testifyUnsent } from '../core/testify.js';
import { declaredLength, declaresChunked } from '../message/message-framing.js';
import type { ResponseTaker } from './client-exchange.js';
import type { HTTPClientResponse } from './http-client-response.js';
import { RequestBody } from './request-body.js';
import type { RequestPreparation } from './request-preparation.js';

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
  readonly payload: RequestPayload | undefined;
  /** The body, when it is known whole. */
  readonly whole: WholeBody | null;
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
    this.payload = init.body;
    this.whole = whole;
    this.framing = whole === null ? pieceFraming(message) : wholeFraming(message, whole.length);
    this.mayRepeat = whole !== null && isIdempotent(message.method);
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
export class RequestRun implements ResponseTaker {
  readonly #preparation: RequestPreparation;
  readonly #request: OutgoingRequest;
  readonly #head: string;
  readonly #continueTimeout: number;
  readonly #signal: AbortSignal | undefined;
  #forgetSignal: (() => void) | null = null;
  /** Whether an attempt was made; a second one may fail to connect after the first has reached the server. */
  #isSent = false;
  #isAnswered = false;
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
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      if (this.#signal !== undefined && !this.#listenForAbort(this.#signal)) return;
      const { core, exchange } = this.#preparation;
      const { mayRepeat } = this.#request;
      if (exchange.isReady && (mayRepeat || !core.exchange.tags.has('reused'))) this.#send();
      else this.#sendWhenReady(!mayRepeat);
    });
  }

  #sendWhenReady(listensFirst: boolean): void {
    this.#preparation.prepare('request()', listensFirst, this.#signal).then(
      () => {
        this.#send();
      },
      (error: unknown) => {
        this.#settle();
        this.#reject(this.#isSent ? error : testifyUnsent(error, this.#request.message));
      },
    );
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
      this.#settle();
      this.#reject(error);
    }
  }

  /** Sends a body that waits for 100 Continue, or that comes in pieces; stops when the server has answered. */
  async #sendBody(body: RequestBody): Promise<void> {
    const { exchange } = this.#preparation;
    const { message, whole, payload } = this.#request;
    body.flush();
    if (message.getExpectContinue() && !(await exchange.awaitContinue(this.#continueTimeout))) return;
    if (whole !== null) {
      if (!body.finished) await body.end(whole);
      return;
    }
    for await (const piece of payload as AsyncIterable<string | Uint8Array>) {
      if (body.finished) return;
      await body.write(piece);
    }
    if (!body.finished) await body.end();
  }

  /** A source that throws leaves half a request behind: the connection cannot be used any more. */
  #bodyFailed(body: RequestBody, error: unknown): void {
    const { core } = this.#preparation;
    if (error instanceof HTTPSessionError && !core.is('usable')) return;
    this.#settle();
    this.#reject(error);
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
    this.#resolve(response);
  }

  over(): void {
    this.#settle();
  }

  failed(error: HTTPSessionError, isReplayable: boolean): void {
    if (isReplayable && this.#preparation.core.advance(EXCHANGE.requestReplay)) {
      // The chart is in the middle of the transition that failed; the next one begins after it.
      queueMicrotask(() => {
        this.#sendWhenReady(false);
      });
      return;
    }
    this.#settle();
    this.#reject(error);
  }

  #listenForAbort(signal: AbortSignal): boolean {
    if (signal.aborted) {
      this.#reject(
        testify(
          this.#preparation.core,
          new AbortedError('the request was aborted', { cause: signal.reason }),
        ),
      );
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
    const { core } = this.#preparation;
    const aborted = new AbortedError('the request was aborted', { cause: reason });
    const error = testify(core, aborted, 'local');
    // The caller has the response already: pending reads of it reject, and the session keeps the exception.
    if (this.#isAnswered) core.notify({ type: 'exception.set', exception: error });
    else this.#reject(this.#isSent ? error : testifyUnsent(error, this.#request.message));
    core.notify({ type: 'session.abort' });
  }

  #settle(): void {
    this.#forgetSignal?.();
  }
}

/** Up to this many bytes a body is joined to its head as text: one string and one write. */
const AS_TEXT = 4_096;

/** Sends a whole request, the body together with the head. A string has one byte per character. */
function sendWhole(core: SessionCore, head: string, body: WholeBody): void {
  if (typeof body === 'string') core.writeText(head + body);
  else if (body.length <= AS_TEXT) {
    core.writeText(head + Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1'));
  } else {
    core.writeText(head);
    core.writeBytes(body);
  }
  core.advance(EXCHANGE.requestEnd);
}

const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** Methods that may be retried (RFC 9110 section 9.2.2). */
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
 * @throws TypeError for any other value.
 */
export function wholeBody(body: RequestPayload | undefined): WholeBody | null {
  if (body === undefined) return '';
  if (typeof body === 'string')
    return Buffer.byteLength(body) === body.length ? body : Buffer.from(body, 'utf8');
  if (body instanceof Uint8Array) return body;
  const source = Object(body) as object;
  if (!(Symbol.asyncIterator in source || Symbol.iterator in source)) {
    throw new TypeError(`body: must be a string, a Uint8Array or an iterable of these (got ${typeof body})`);
  }
  return null;
}

/** Nothing is expected without a body (RFC 9110 section 10.1.1): a server would not answer with 100 Continue. */
export function expectNothing(message: HTTPRequest): void {
  message.setExpectContinue(false);
}

/** The framing line that a request with a whole body needs; the message may have declared the length itself. */
export function wholeFraming(message: HTTPRequest, length: number): string {
  if (message.has('Transfer-Encoding')) {
    throw new TypeError(
      'Transfer-Encoding: a body that is known whole is not sent chunked; remove the field',
    );
  }
  if (message.hasContentLength()) {
    const declared = declaredLength(message);
    if (declared === length) return '';
    throw new TypeError(`Content-Length: is ${String(declared)}, but the body has ${String(length)} bytes`);
  }
  return length > 0 || METHODS_WITH_BODY.has(message.method) ? `Content-Length: ${String(length)}\r\n` : '';
}

/** How long the body of a request is that comes in pieces, from what the message declares. */
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
