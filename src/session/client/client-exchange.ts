import type { ChartEdge } from '../../chart/index.js';
import { LIMITS } from '../../constants.js';
import {
  type ExpiredTimer,
  type HTTPSessionError,
  IncompleteMessageError,
  NetworkError,
  NoMessageError,
  type TimeoutError,
} from '../../errors/index.js';
import type { HeadLimits, HTTPRequest, ResponseHead } from '../../protocol/index.js';
import { EXCHANGE, isInterrupted, isNewSocket } from '../core/charts.js';
import { freeFromResponse } from './unread-response.js';
import { AnsweredUpload } from './answered-upload.js';
import { HeadDeadline } from './head-deadline.js';
import { nextHead, type HTTPClientResponse } from './http-client-response.js';
import { feedOf } from '../message/incoming-body.js';
import type { RequestTerms } from './request-options.js';
import type { SessionCore } from '../core/session-core.js';
import {
  BUSY,
  limitsMessage,
  requestRefusal,
  responseRefusal,
  tooManyInterims,
  unexpectedData,
} from './client-errors.js';
import { ContinueWait } from './continue-wait.js';
import { ResponseOwner } from './response-owner.js';
import type { ResponseTaker } from './response-taker.js';
import type { SessionRole, WaitingReader } from '../core/role.js';

/** Timers that end nothing that a caller waits for. */
const UNFAILING: ReadonlySet<ExpiredTimer> = new Set(['keepAlive', 'continue', 'bodyProgress', 'unread']);

/**
 * The client's side of the message cycle: reads response heads, hands them out, and decides what becomes of the
 * connection after each response. This is where a client waits for its response.
 *
 * It also watches a keep-alive connection between exchanges. A FIN, a reset or unsolicited bytes end the connection
 * immediately, so no request is ever sent on a connection that is known to be dead. The same holds where a response is
 * complete and its request is not: the upload may finish, but it must not pause for ever.
 */
export class ClientExchange extends ResponseOwner implements SessionRole, WaitingReader {
  /** How long an idle keep-alive connection is kept, in milliseconds; 0 for no limit. */
  keepAliveTimeout: number;
  readonly #headTimeout: number;
  readonly #headLimits: HeadLimits;
  /** `null` before the first byte of a head that comes in pieces. */
  #headDeadline: HeadDeadline | null = null;
  #upload: AnsweredUpload | null = null;
  #taker: ResponseTaker | null = null;
  /** The taker of the response, as long as its cycle is not over. */
  #served: ResponseTaker | null = null;
  #continueWait: ContinueWait | null = null;
  /** A response that came before `expect`. */
  #early: HTTPClientResponse | null = null;
  #offersSwitch = false;
  #interims = 0;
  /** @param headTimeout - for the whole head of a response, in milliseconds from its first byte; 0 for no limit. */
  constructor(core: SessionCore, keepAliveTimeout: number, headTimeout: number, headLimits: HeadLimits) {
    super(core);
    this.keepAliveTimeout = keepAliveTimeout;
    this.#headTimeout = headTimeout;
    this.#headLimits = headLimits;
  }

  /** Whether a call waits for a response. */
  get isAwaited(): boolean {
    return this.#taker !== null;
  }

  /** Begins a cycle; nothing of it is sent yet. @throws InvalidStateError when the connection is not ready. */
  begin(message: HTTPRequest, call: string, mayRepeat: boolean, terms: RequestTerms | null = null): void {
    const { core } = this;
    if (!this.isReady) throw requestRefusal(core, call, BUSY);
    this.#headDeadline = null;
    this.response = null;
    this.#early = null;
    this.#interims = 0;
    this.terms = terms;
    terms?.begin(core);
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
    const { core } = this;
    if (this.#early !== null) {
      const early = this.#early;
      this.#early = null;
      taker.responded(early);
      return;
    }
    if (this.#taker !== null || !core.exchange.tags.has('unanswered') || !core.is('attached')) {
      taker.failed(responseRefusal(core, this.#taker !== null), false);
      return;
    }
    this.#taker = taker;
    this.#listen();
  }

  /** Waits for 100 Continue or a final response, `timeout` milliseconds at the most. */
  awaitContinue(timeout: number): Promise<boolean> {
    // There is one answer, and one taker for it.
    if (this.#continueWait !== null) {
      const reason = 'another call waits for 100 Continue';
      return Promise.reject(this.core.illegal('peekResponse()', reason));
    }
    return new Promise((resolve) => {
      this.#continueWait = new ContinueWait(this.core, timeout, resolve);
      this.#listen();
    });
  }

  #listen(): void {
    const { core } = this;
    core.reader = this;
    this.#armWait();
    if (core.buffer.length > 0) this.bytesArrived();
    if (core.reader === this) core.awaitBytes(this);
  }

  /**
   * The server owes nothing before it has the request: until then only the wait for 100 Continue has a limit.
   *
   * @param hasBegun - bytes of the response, or interim responses, have come.
   */
  #armWait(hasBegun = false): void {
    const { core } = this;
    if (this.#continueWait !== null) this.#continueWait.arm();
    else if (core.exchange.tags.has('requesting')) core.suspend();
    else if (this.terms?.timeouts.head !== undefined) this.#headDeadlineOf(this.terms.timeouts.head);
    else if (hasBegun) (this.#headDeadline ??= new HeadDeadline(core, this.#headTimeout)).arm();
    else core.arm('receive', core.receiveTimeout);
  }

  #headDeadlineOf(timeout: number): void {
    (this.#headDeadline ??= new HeadDeadline(this.core, timeout)).armWhole();
  }

  // ---- reading -----------------------------------------------------------------------------------------------------

  bytesArrived(): void {
    const { core } = this;
    if (core.exchange.tags.has('idle') || this.isUploadLeft) {
      core.buffer.clear();
      core.fail(unexpectedData(), 'parse');
      return;
    }
    while (core.reader === this) {
      const head = nextHead(core, this.#offersSwitch, this.#headLimits);
      if (head === undefined) break;
      if (head.interim) this.#interimArrived(head);
      else this.#finalArrived(head);
    }
    if (core.reader === this && core.exchange.tags.has('unanswered')) this.#armWait(true);
  }

  #interimArrived(head: ResponseHead): void {
    const { core } = this;
    if (++this.#interims > LIMITS.maxInterimResponses.value) {
      core.fail(tooManyInterims(), 'parse');
      return;
    }
    this.terms?.interim(head.message, core.id);
    core.advance(head.message.status === 100 ? EXCHANGE.responseContinue : EXCHANGE.responseInterim);
    if (head.message.status === 100) this.#settleContinue(true);
  }

  #finalArrived(head: ResponseHead): void {
    const { core } = this;
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
    const response = this.responseOf(head);
    if (response === null) return;
    this.response = response;
    core.release();
    this.#settleContinue(false);
    const taker = this.#taker;
    this.#taker = null;
    this.#served = taker;
    if (taker === null) this.#early = response;
    else taker.responded(response);
    // Garbage or the end of the connection behind a complete response does not belong to it.
    if (head.switched) {
      this.#over();
      this.holding?.check();
    } else if (head.bodyLength === 0) this.bodyCompleted();
    else this.leaveUnread(response);
  }

  #settleContinue(isWanted: boolean): void {
    const wait = this.#continueWait;
    if (wait === null) return;
    this.#continueWait = null;
    if (this.#taker === null && isWanted) this.core.release();
    wait.settle(isWanted);
  }

  // ---- the cycle ---------------------------------------------------------------------------------------------------

  /** A piece of the request was handed to the socket. */
  pieceSent(bytes: number): void {
    this.noteSent(bytes);
    if (this.core.reader === this && this.isUploadLeft) this.#upload?.arm();
  }

  requestCompleted(): void {
    const { core } = this;
    if (core.reader === this && core.exchange.tags.has('unanswered')) this.#armWait();
    this.settle();
  }

  /** Continues where the chart is: watches a connection that is idle, closes one that is over. */
  protected override settle(): void {
    const { core } = this;
    const { tags } = core.exchange;
    if (tags.has('over') && core.is('attached')) {
      core.notify({ type: 'session.close' });
    } else if (tags.has('idle')) {
      this.#over();
      if (core.reader !== null && core.reader !== this) return;
      core.arm('keepAlive', this.keepAliveTimeout);
      this.#watch();
      // Last of all: the holder may use the session at once.
      this.holding?.available();
    } else if (this.isUploadLeft) {
      // As long as pieces of it come, it may continue.
      this.#upload ??= new AnsweredUpload(core);
      this.#upload.arm();
      this.#watch();
      this.holding?.read();
    }
  }

  /** The cycle has ended, with the connection or without it. */
  #over(): void {
    const served = this.#served;
    this.#served = null;
    this.terms?.end(this.core);
    served?.over?.();
    if (this.#upload !== null) this.#upload.over();
  }

  /** Looks for a FIN, a reset and bytes that answer no request. */
  #watch(): void {
    const { core } = this;
    core.restingReader = this;
    core.reader = this;
    if (core.buffer.length > 0) this.bytesArrived();
    if (core.reader === this) core.awaitBytes(this);
  }

  /**
   * Watches a connection on which nothing was exchanged yet, for a holder who has no other use for it than a request: what
   * the server does to it is noticed when it happens.
   */
  watchFresh(): void {
    const { core } = this;
    if (!this.isIdle || core.reader !== null) return;
    core.arm('keepAlive', this.keepAliveTimeout);
    this.#watch();
  }

  /** The upload that continues behind a complete response; `null` when there is none. */
  get upload(): AnsweredUpload | null {
    return this.isUploadLeft && this.core.is('usable') ? this.#upload : null;
  }

  // ---- ends --------------------------------------------------------------------------------------------------------

  streamEnded(): void {
    const { core } = this;
    if (core.exchange.tags.has('idle')) core.notify({ type: 'session.close' });
    else if (this.isUploadLeft) this.#upload?.giveUp();
    else core.fail(core.buffer.length === 0 ? new NoMessageError() : new IncompleteMessageError(), 'fin');
  }

  /** The socket is about to be forgotten. `readFailed` reports it to the taker of a pending response. */
  socketLost(): void {
    this.#over();
  }

  readFailed(error: HTTPSessionError): void {
    const { tags } = this.core.exchange;
    // Only where the server has ended the connection: an abort, a close or a timeout of this side is deliberate.
    const isLost = error instanceof NetworkError || error instanceof NoMessageError;
    const isReplayable = isLost && tags.has('replayable') && this.core.buffer.length === 0;
    this.#settleContinue(false);
    const taker = this.#taker;
    this.#taker = null;
    taker?.failed(error, isReplayable);
  }

  /** A timer expired; `true` when that is dealt with. */
  deadlineExpired(timer: ExpiredTimer, error: TimeoutError): boolean {
    const { core } = this;
    if (timer === 'continue') {
      // The server does not know Expect, or takes its time: the body goes out (RFC 9110 section 10.1.1).
      this.#settleContinue(true);
      if (core.reader === this) this.#armWait();
      return true;
    }
    if (timer === 'unread') {
      core.suspend();
      this.holding?.abandon();
      if (this.response !== null) freeFromResponse(core, feedOf(this.response.body));
      return true;
    }
    if (timer === 'keepAlive' || timer === 'bodyProgress') {
      // One that the server has half-closed before anything was said is left to callers who send bytes on it.
      if (timer === 'keepAlive' && core.reader !== this && this.wasUsed && !core.is('faulty')) return true;
      core.endedBy ??= 'timeout';
      if (timer === 'keepAlive') core.notify({ type: 'session.close' });
      else this.#upload?.giveUp();
      return true;
    }
    if (!limitsMessage(core, timer, this)) return false;
    core.fail(error, 'timeout');
    return true;
  }

  /** What belongs to an old socket belongs to another turn; what an exception interrupts is taken up again here. */
  transitioned(edge: ChartEdge): void {
    const { core } = this;
    if (isNewSocket(edge)) this.#early = null;
    if (isInterrupted(edge)) core.arm('keepAlive', this.keepAliveTimeout);
    else if (edge.event === 'exception.clear' && edge.target.tags.has('usable')) {
      core.suspend();
      const { tags } = core.exchange;
      if (tags.has('over') || tags.has('reused') || this.isUploadLeft) this.settle();
    }
  }

  isFailure(timer: ExpiredTimer): boolean {
    // After `continue` the body is sent all the same, and the response to an upload that is given up is complete.
    return !UNFAILING.has(timer);
  }

  streamEndedUnread(): void {
    const { core } = this;
    // Nothing was ever said on this connection: it is of no use for a request, but bytes can still be sent on it.
    if (core.exchange.tags.has('idle') && !this.wasUsed) core.arm('keepAlive', this.keepAliveTimeout);
  }

  /** The lifecycle chart has taken a step, and the session can be called. */
  settled(): void {
    this.holding?.check();
  }

  reasonToKeepSocket(): string | undefined {
    if (this.#early === null) return undefined;
    return 'the head of a response was read that receiveResponse() has not returned yet';
  }
}
