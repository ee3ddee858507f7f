import { AbortedError, HTTPSessionError } from '../../errors/index.js';
import { EXCHANGE } from '../core/charts.js';
import type { SessionCore } from '../core/session-core.js';
import { testify, testifyUnsent, unsentRequest } from '../core/testify.js';
import { quietly } from '../core/unheard.js';
import { BUSY, requestRefusal } from './client-errors.js';
import type { HTTPClientResponse } from './http-client-response.js';
import { listenOneTurn, type TurnListener } from './listening-turn.js';
import type { PreparedRequest, WholeBody } from './prepared-request.js';
import { RequestBody } from './request-body.js';
import type { RequestPreparation } from './request-preparation.js';
import type { RequestTaker, ResponseTaker } from './response-taker.js';
import { sendPieces } from './send-pieces.js';

/**
 * One `request()`: from making the connection ready to the head of the response, with one retry if the chart allows it.
 * Its signal is listened to until both messages are complete.
 */
export class RequestRun implements ResponseTaker, TurnListener {
  readonly #preparation: RequestPreparation;
  readonly #request: PreparedRequest;
  readonly #head: string;
  readonly #continueTimeout: number;
  /** Takes the response in the place of a promise, and sees to retries itself; `null` for a request of the session alone. */
  readonly #taker: RequestTaker | null;
  #forgetSignal: (() => void) | null = null;
  /** Whether an attempt was made; a second one may fail to connect after the first has reached the server. */
  #isSent = false;
  #isAnswered = false;
  #promise!: Promise<HTTPClientResponse>;
  #resolve!: (response: HTTPClientResponse) => void;
  #reject!: (error: unknown) => void;

  constructor(
    preparation: RequestPreparation,
    request: PreparedRequest,
    head: string,
    continueTimeout: number,
    taker: RequestTaker | null = null,
  ) {
    this.#preparation = preparation;
    this.#request = request;
    this.#head = head;
    this.#continueTimeout = continueTimeout;
    this.#taker = taker;
  }

  /** Sends the request now, on a connection that is ready for it. */
  startHere(): void {
    const { signal, message } = this.#request;
    if (signal !== undefined && !this.#listenForAbort(signal)) return;
    const { core, exchange } = this.#preparation;
    const { tags } = core.exchange;
    if (exchange.isReady && (tags.has('reserved') || !tags.has('reused'))) this.#send();
    else this.#fail(testifyUnsent(requestRefusal(core, 'startRequest()', BUSY), message));
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
    const { signal } = this.#request;
    if (signal !== undefined && !this.#listenForAbort(signal)) return;
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
    const { message, signal, terms } = this.#request;
    const isWanted = signal?.aborted !== true && !core.exchange.tags.has('cancelled');
    if (isWanted && exchange.isIdle) {
      core.advance(EXCHANGE.requestPrepared);
      this.#send();
    } else {
      this.#sendAfter(this.#preparation.conclude('request()', message, signal, terms?.timeouts.connect));
    }
  }

  #prepare(): void {
    const { message, signal, terms } = this.#request;
    const unsent = this.#isSent ? null : message;
    this.#sendAfter(this.#preparation.prepare('request()', unsent, signal, terms?.timeouts.connect));
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
    if (this.#taker !== null) {
      this.#taker.failed(error, false);
      return;
    }
    void quietly(this.#promise);
    this.#reject(error);
  }

  #send(): void {
    const { core, exchange } = this.#preparation;
    const { message, whole, mayRepeat, terms } = this.#request;
    try {
      this.#request.renew();
      this.#isSent = true;
      exchange.begin(message, 'request()', mayRepeat, terms);
      if (whole === null || message.getExpectContinue()) {
        const body = new RequestBody(core, exchange, this.#head, this.#request.bodyLength);
        this.#sendBody(body).catch((error: unknown) => {
          this.#bodyFailed(body, error);
        });
      } else {
        sendWhole(core, this.#head, whole);
        terms?.bytesSent(whole.length, core.id);
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
    if (this.#taker === null) this.#resolve(response);
    else this.#taker.responded(response);
  }

  over(): void {
    this.#settle();
    this.#taker?.over();
  }

  failed(error: HTTPSessionError, isReplayable: boolean): void {
    if (isReplayable && this.#preparation.core.advance(EXCHANGE.requestReplay)) {
      if (this.#taker !== null) {
        this.#forgetSignal?.();
        this.#taker.failed(error, true);
        return;
      }
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
    this.#request.letGo();
  }
}

/** Sends a whole request, the body together with the head. A string has one byte per character. */
function sendWhole(core: SessionCore, head: string, body: WholeBody): void {
  core.joinPiece(head, body, '');
  core.advance(EXCHANGE.requestEnd);
  core.flush();
}
