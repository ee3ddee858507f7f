import type { ChartEdge } from '../../chart/index.js';
import { LIMITS } from '../../constants.js';
import {
  type ExpiredTimer,
  type HTTPSessionError,
  IncompleteMessageError,
  NetworkError,
  NoMessageError,
  RemoteProtocolError,
} from '../../errors/index.js';
import {
  DEFAULT_HEAD_LIMITS,
  readResponseHead,
  type HTTPRequest,
  type ResponseHead,
} from '../../protocol/index.js';
import { EXCHANGE, isNewSocket } from '../core/charts.js';
import { HTTPClientResponse } from './http-client-response.js';
import type { BodyOwner } from '../message/body-owner.js';
import type { SessionCore } from '../core/session-core.js';
import { testify } from '../core/testify.js';
import type { SessionRole, WaitingReader } from '../core/role.js';

/** Takes the final response. */
export interface ResponseTaker {
  responded(response: HTTPClientResponse): void;
  /** `isReplayable`: the chart allows a retry of the request on a new connection. */
  failed(error: HTTPSessionError, isReplayable: boolean): void;
  /** The cycle of the response has ended: both messages are complete, or cannot be. */
  over?(): void;
}

/** Takes the answer of the server to whether it wants the body. */
type ContinueTaker = (isWanted: boolean) => void;

/**
 * The client's side of the message cycle: reads response heads, hands them out, and decides what becomes of the
 * connection after each response. This is where a client waits for its response.
 *
 * It also watches a keep-alive connection between exchanges. A FIN, a reset or unsolicited bytes end the connection
 * immediately, so no request is ever sent on a connection that is known to be dead.
 */
export class ClientExchange implements SessionRole, WaitingReader, BodyOwner {
  readonly kind = 'client';
  readonly sendTimer = 'send';
  readonly #core: SessionCore;
  /** How long an idle keep-alive connection is kept, in milliseconds; 0 for no limit. */
  keepAliveTimeout: number;
  #taker: ResponseTaker | null = null;
  /** The taker of the response, as long as its cycle is not over. */
  #served: ResponseTaker | null = null;
  #continueTaker: ContinueTaker | null = null;
  #response: HTTPClientResponse | null = null;
  /** A response that came before `expect`. */
  #early: HTTPClientResponse | null = null;
  #continueTimeout = 0;
  #offersSwitch = false;
  #interims = 0;

  constructor(core: SessionCore, keepAliveTimeout: number) {
    this.#core = core;
    this.keepAliveTimeout = keepAliveTimeout;
  }

  /** The response in progress, or the last one. */
  get response(): HTTPClientResponse | null {
    return this.#response;
  }

  /** Whether the connection could take a request: nothing is on it, nor are there bytes that would be taken for the response. */
  get isIdle(): boolean {
    const core = this.#core;
    return (
      core.exchange.tags.has('idle') &&
      core.is('available') &&
      core.buffer.length === 0 &&
      core.arrivedBytes === 0
    );
  }

  /** Whether a request can be sent here and now. */
  get isReady(): boolean {
    return this.isIdle && !this.#core.exchange.tags.has('preparing');
  }

  /** Begins a cycle; nothing of it is sent yet. @throws InvalidStateError when the connection is not ready. */
  begin(message: HTTPRequest, call: string, mayRepeat: boolean): void {
    const core = this.#core;
    if (!this.isReady) throw core.illegal(call);
    this.#response = null;
    this.#early = null;
    this.#interims = 0;
    this.#offersSwitch = message.method === 'CONNECT' || message.has('Upgrade');
    core.suspend();
    core.assignReader(null);
    core.restingReader = null;
    core.beginRequest(message.method, message.uri);
    core.advance(EXCHANGE.requestHead);
    // Before it is known what the body waits for, or this would be taken for the start of the body.
    if (!mayRepeat && core.exchange.tags.has('replayable')) core.advance(EXCHANGE.requestStream);
    if (message.getExpectContinue()) core.advance(EXCHANGE.requestExpect);
    if (this.#offersSwitch) core.advance(EXCHANGE.requestOffer);
    if (!message.getKeepAlive()) core.advance(EXCHANGE.connectionClose);
  }

  /** Waits for the final response and hands it to a taker. */
  expect(taker: ResponseTaker): void {
    const core = this.#core;
    if (this.#early !== null) {
      const early = this.#early;
      this.#early = null;
      taker.responded(early);
      return;
    }
    if (!core.is('attached')) {
      taker.failed(core.exception ?? core.illegal('receiveResponse()'), false);
      return;
    }
    if (this.#taker !== null || !core.exchange.tags.has('unanswered')) {
      taker.failed(core.illegal('receiveResponse()'), false);
      return;
    }
    this.#taker = taker;
    this.#listen();
  }

  /** Waits for 100 Continue or a final response, `timeout` milliseconds at the most. */
  awaitContinue(timeout: number): Promise<boolean> {
    // There is one answer, and one taker for it.
    if (this.#continueTaker !== null) return Promise.reject(this.#core.illegal('peekResponse()'));
    return new Promise((resolve) => {
      this.#continueTaker = resolve;
      this.#continueTimeout = timeout;
      this.#listen();
    });
  }

  #listen(): void {
    const core = this.#core;
    core.reader = this;
    this.#armWait();
    if (core.buffer.length > 0) this.bytesArrived();
    if (core.reader === this) core.awaitBytes(this);
  }

  /** The server owes nothing before it has the request: until then only the wait for 100 Continue has a limit. */
  #armWait(): void {
    const core = this.#core;
    if (this.#continueTaker !== null && this.#continueTimeout > 0) {
      if (core.timer !== 'continue') core.arm('continue', this.#continueTimeout);
    } else if (this.#continueTaker !== null || !core.exchange.tags.has('requesting')) {
      core.arm('receive', core.receiveTimeout);
    } else core.suspend();
  }

  // ---- reading -----------------------------------------------------------------------------------------------------

  bytesArrived(): void {
    const core = this.#core;
    if (core.exchange.tags.has('idle')) {
      const error = new RemoteProtocolError(
        'the server sent bytes that nothing had asked for',
        'ERR_HTTP_SESSION_UNEXPECTED_DATA',
      );
      core.buffer.clear();
      core.fail(error, 'parse');
      return;
    }
    while (core.reader === this) {
      const head = this.#readHead();
      if (head === undefined) break;
      if (head.interim) this.#interimArrived(head);
      else this.#finalArrived(head);
    }
    if (core.reader === this && !core.exchange.tags.has('idle')) this.#armWait();
  }

  #readHead(): ResponseHead | undefined {
    const core = this.#core;
    try {
      return readResponseHead(
        core.buffer,
        { method: core.requestMethod, offersSwitch: this.#offersSwitch },
        DEFAULT_HEAD_LIMITS,
      );
    } catch (error) {
      if (!(error instanceof RemoteProtocolError)) throw error;
      testify(core, error, 'parse');
      core.advance(EXCHANGE.exchangeFail);
      core.fail(error, 'parse');
      return undefined;
    }
  }

  #interimArrived(head: ResponseHead): void {
    const core = this.#core;
    if (++this.#interims > LIMITS.maxInterimResponses.value) {
      core.fail(
        new RemoteProtocolError('too many interim responses', 'ERR_HTTP_SESSION_BAD_STATUS'),
        'parse',
      );
      return;
    }
    core.advance(head.message.status === 100 ? EXCHANGE.responseContinue : EXCHANGE.responseInterim);
    if (head.message.status === 100) this.#settleContinue(true);
  }

  #finalArrived(head: ResponseHead): void {
    const core = this.#core;
    core.responseStatus = head.message.status;
    if (head.switched) core.advance(EXCHANGE.responseSwitch);
    else {
      if (!head.persistent) core.advance(EXCHANGE.connectionClose);
      core.advance(EXCHANGE.responseHead);
      // The server has refused while the body is still on its way: the rest of it is not wanted.
      if (head.message.status >= 400 && core.exchange.tags.has('requesting')) {
        core.advance(EXCHANGE.requestAbandon);
      }
    }
    const response = new HTTPClientResponse(core, this, head);
    this.#response = response;
    core.release();
    this.#settleContinue(false);
    const taker = this.#taker;
    this.#taker = null;
    this.#served = taker;
    if (taker === null) this.#early = response;
    else taker.responded(response);
    // Garbage or the end of the connection behind a complete response does not belong to it.
    if (head.switched) this.#over();
    else if (head.bodyLength === 0) this.#responseCompleted();
  }

  #settleContinue(isWanted: boolean): void {
    const taker = this.#continueTaker;
    if (taker === null) return;
    this.#continueTaker = null;
    if (this.#taker === null && isWanted) this.#core.release();
    taker(isWanted);
  }

  // ---- the cycle ---------------------------------------------------------------------------------------------------

  bodyReleased(): void {
    // What is left unread is dealt with when the connection is wanted again.
  }

  bodyWanted(): void {
    this.#core.arm('receive', this.#core.receiveTimeout);
  }

  bodyArrived(isWaiting: boolean): void {
    if (isWaiting) this.bodyWanted();
  }

  bodyCompleted(): void {
    this.#responseCompleted();
  }

  bodyBroken(error: HTTPSessionError): void {
    this.#core.advance(EXCHANGE.exchangeFail);
    this.#core.fail(error, this.#core.endedBy ?? 'parse');
  }

  requestCompleted(): void {
    if (this.#core.reader === this) this.#armWait();
    this.#settle();
  }

  #responseCompleted(): void {
    this.#core.advance(EXCHANGE.responseEnd);
    this.#settle();
  }

  /** Continues where the chart is: watches a connection that is idle, closes one that is over. */
  #settle(): void {
    const core = this.#core;
    const { tags } = core.exchange;
    if (tags.has('over') && core.is('attached')) {
      core.notify({ type: 'session.close' });
    } else if (tags.has('idle')) {
      this.#over();
      if (core.reader === null) this.#watchIdle();
    }
  }

  #over(): void {
    const served = this.#served;
    this.#served = null;
    served?.over?.();
  }

  #watchIdle(): void {
    const core = this.#core;
    core.restingReader = this;
    core.reader = this;
    core.arm('keepAlive', this.keepAliveTimeout);
    if (core.buffer.length > 0) this.bytesArrived();
    if (core.reader === this) core.awaitBytes(this);
  }

  // ---- ends --------------------------------------------------------------------------------------------------------

  streamEnded(): void {
    const core = this.#core;
    if (core.exchange.tags.has('idle')) {
      core.notify({ type: 'session.close' });
      return;
    }
    const error = core.buffer.length === 0 ? new NoMessageError() : new IncompleteMessageError();
    core.fail(error, 'fin');
  }

  /** The socket is about to be forgotten. `readFailed` reports it to the taker of a pending response. */
  socketLost(): void {
    this.#over();
  }

  readFailed(error: HTTPSessionError): void {
    const { tags } = this.#core.exchange;
    // Only where the server has ended the connection: an abort, a close or a timeout of this side is deliberate.
    const isLost = error instanceof NetworkError || error instanceof NoMessageError;
    const isReplayable = isLost && tags.has('replayable') && this.#core.buffer.length === 0;
    this.#settleContinue(false);
    const taker = this.#taker;
    this.#taker = null;
    taker?.failed(error, isReplayable);
  }

  /** A timer expired; `true` when that is dealt with. */
  deadlineExpired(timer: ExpiredTimer): boolean {
    const core = this.#core;
    if (timer === 'continue') {
      // The server does not know Expect, or takes its time: the body goes out (RFC 9110 section 10.1.1).
      this.#settleContinue(true);
      if (core.reader === this) this.#armWait();
      return true;
    }
    if (timer === 'keepAlive') {
      // One that the server has half-closed before anything was said is left to whoever sends bytes on it.
      if (core.reader !== this && this.#wasUsed) return true;
      core.endedBy ??= 'timeout';
      core.notify({ type: 'session.close' });
      return true;
    }
    return false;
  }

  // ---- what the core asks its role ---------------------------------------------------------------------------------

  transitioned(edge: ChartEdge): void {
    // What belongs to an old socket belongs to another turn.
    if (isNewSocket(edge)) this.#early = null;
  }

  isFailure(timer: ExpiredTimer): boolean {
    // After `continue` the body is sent all the same.
    return timer !== 'keepAlive' && timer !== 'continue';
  }

  streamEndedUnread(): void {
    const core = this.#core;
    // Nothing was ever said on this connection: it is of no use for a request, but bytes can still be sent on it.
    if (core.exchange.tags.has('idle') && !this.#wasUsed) core.arm('keepAlive', this.keepAliveTimeout);
  }

  /** Whether a byte has gone over this connection. */
  get #wasUsed(): boolean {
    return this.#core.bytesIn > 0 || this.#core.bytesOut > 0;
  }

  reasonToKeepSocket(): string | undefined {
    if (this.#early === null) return undefined;
    return 'the head of a response was read that receiveResponse() has not returned yet';
  }

  isHeadSent(): boolean {
    return !this.isRequestUnsent() && this.#core.requestNumber > 0;
  }

  isRequestUnsent(): boolean {
    return this.#core.bytesOut === this.#core.bytesOutBefore;
  }
}
