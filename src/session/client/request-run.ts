import { AbortedError, HTTPSessionError } from '../../errors/index.js';
import type { HTTPRequest } from '../../protocol/index.js';
import { EXCHANGE } from '../core/charts.js';
import type { ClientExchange, ResponseTaker } from './client-exchange.js';
import type { HTTPClientResponse } from './http-client-response.js';
import { RequestBody, sendWhole } from './request-body.js';
import {
  declaredBodyLength,
  expectNothing,
  isIdempotent,
  wholeBody,
  wholeFraming,
  type RequestInit,
  type RequestPayload,
  type WholeBody,
} from './request-init.js';
import { CHUNKED, UNTIL_CLOSE } from '../../protocol/index.js';
import type { SessionCore } from '../core/session-core.js';
import { testify, testifyUnsent } from '../core/testify.js';

/** What a run asks of the client session that it works for. */
export interface RequestSender {
  readonly core: SessionCore;
  readonly exchange: ClientExchange;
  /** Whether a request can be sent here and now. */
  readonly isReady: boolean;
  /** Makes the connection ready for a request. */
  ready(call: string, listensFirst: boolean, signal?: AbortSignal): Promise<void>;
  /** The text of a request's head. */
  headOf(message: HTTPRequest, framing: string): string;
  /** Begins a cycle on a connection that is ready. */
  begin(message: HTTPRequest, call: string, mayRepeat?: boolean): void;
}

/**
 * One `request()`: from making the connection ready to the head of the response, and once more if the chart allows. Its
 * signal is heard until both messages are complete.
 */
export class RequestRun implements ResponseTaker {
  readonly #session: RequestSender;
  readonly #message: HTTPRequest;
  readonly #whole: WholeBody | null;
  readonly #payload: RequestPayload | undefined;
  readonly #head: string;
  readonly #continueTimeout: number;
  readonly #signal: AbortSignal | undefined;
  #forgetSignal: (() => void) | null = null;
  /** Whether an attempt was made; a second one may fail to connect after the first has reached the server. */
  #isSent = false;
  #isAnswered = false;
  #resolve!: (response: HTTPClientResponse) => void;
  #reject!: (error: unknown) => void;

  constructor(session: RequestSender, message: HTTPRequest, init: RequestInit, continueTimeout: number) {
    this.#session = session;
    this.#message = message;
    this.#payload = init.body;
    this.#whole = wholeBody(init.body);
    if (this.#whole?.length === 0) expectNothing(message);
    this.#head = session.headOf(
      message,
      this.#whole === null ? pieceFraming(message) : wholeFraming(message, this.#whole.length),
    );
    this.#continueTimeout = continueTimeout;
    this.#signal = init.signal;
  }

  start(): Promise<HTTPClientResponse> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      if (this.#signal !== undefined && !this.#listenForAbort(this.#signal)) return;
      const mayRepeat = this.#mayRepeat;
      if (this.#session.isReady && (mayRepeat || !this.#session.core.exchange.tags.has('reused')))
        this.#send();
      else this.#sendWhenReady(!mayRepeat);
    });
  }

  /** Whether the request, sent twice, has the effect of being sent once, and can be sent twice. */
  get #mayRepeat(): boolean {
    return this.#whole !== null && isIdempotent(this.#message.method);
  }

  #sendWhenReady(listensFirst: boolean): void {
    this.#session.ready('request()', listensFirst, this.#signal).then(
      () => {
        this.#send();
      },
      (error: unknown) => {
        this.#settle();
        this.#reject(this.#isSent ? error : testifyUnsent(error, this.#message));
      },
    );
  }

  #send(): void {
    const { core, exchange } = this.#session;
    try {
      this.#isSent = true;
      this.#session.begin(this.#message, 'request()', this.#mayRepeat);
      if (this.#whole === null || this.#message.getExpectContinue()) {
        const length = bodyLengthOf(this.#message, this.#whole);
        const body = new RequestBody(core, exchange, this.#head, length);
        this.#sendBody(body).catch((error: unknown) => {
          this.#bodyFailed(body, error);
        });
      } else sendWhole(core, exchange, this.#head, this.#whole);
      exchange.expect(this);
    } catch (error) {
      this.#settle();
      this.#reject(error);
    }
  }

  /** Sends a body that waits for leave, or that comes in pieces; stops when the server has answered. */
  async #sendBody(body: RequestBody): Promise<void> {
    const { exchange } = this.#session;
    body.flush();
    if (this.#message.getExpectContinue() && !(await exchange.awaitContinue(this.#continueTimeout))) return;
    if (this.#whole !== null) {
      if (!body.finished) await body.end(this.#whole);
      return;
    }
    for await (const piece of this.#payload as AsyncIterable<string | Uint8Array>) {
      if (body.finished) return;
      await body.write(piece);
    }
    if (!body.finished) await body.end();
  }

  /** A source that throws leaves half a request behind: the connection cannot be used any more. */
  #bodyFailed(body: RequestBody, error: unknown): void {
    const { core } = this.#session;
    if (error instanceof HTTPSessionError && !core.is('usable')) return;
    this.#settle();
    this.#reject(error);
    // By now the session may have another connection, which is none of this request's affair.
    if (!body.isCurrent) return;
    if (!core.exchange.tags.has('unanswered')) {
      // The caller has the response already: whoever reads it learns of it, and whoever asks the session.
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
    if (isReplayable && this.#session.core.advance(EXCHANGE.requestReplay)) {
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
        testify(this.#session.core, new AbortedError('the request was aborted', { cause: signal.reason })),
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
    const { core } = this.#session;
    const aborted = new AbortedError('the request was aborted', { cause: reason });
    const error = testify(core, aborted, 'local');
    // The caller has the response already: whoever reads it learns of it, and whoever asks the session.
    if (this.#isAnswered) core.notify({ type: 'exception.set', exception: error });
    else this.#reject(this.#isSent ? error : testifyUnsent(error, this.#message));
    core.notify({ type: 'session.abort' });
  }

  #settle(): void {
    this.#forgetSignal?.();
  }
}

function pieceFraming(message: HTTPRequest): string {
  return declaredBodyLength(message) === UNTIL_CLOSE ? 'Transfer-Encoding: chunked\r\n' : '';
}

function bodyLengthOf(message: HTTPRequest, whole: WholeBody | null): number {
  if (whole !== null) return whole.length;
  const declared = declaredBodyLength(message);
  return declared === UNTIL_CLOSE ? CHUNKED : declared;
}
