import { LIMITS } from '../../constants.js';
import {
  AbortedError,
  type ExpiredTimer,
  type HTTPSessionError,
  IncompleteMessageError,
  RemoteProtocolError,
  type TimeoutError,
} from '../../errors/index.js';
import { readRequestHead, type RequestHead } from '../../protocol/index.js';
import { EXCHANGE } from '../core/charts.js';
import { detach } from '../core/implementation.js';
import { HTTPServerRequest } from './http-server-request.js';
import { HTTPServerResponse } from './http-server-response.js';
import type { BodyOwner } from '../message/body-owner.js';
import { feedOf } from '../message/incoming-body.js';
import { giveToTaker } from './refusal-taker.js';
import { refusal, statusOf } from './response-head.js';
import { afterFailure, closesOnDrain, isLastRequest, mustLinger, nextStep, waitingTimer } from './rules.js';
import type { RequestSink } from './request-sinks.js';
import { ConnectionDeadlines } from './connection-deadlines.js';
import { expire, type ExpiringLoop } from './expiries.js';
import type { WatchedExchange } from './half-closed.js';
import type { ServerRole } from './server-role.js';
import type { ServerSettings } from './server-settings.js';
import type { ServerTimers } from './server-timers.js';
import type { SessionCore, UpgradedSocket } from '../core/session-core.js';
import { publishRefusal } from './publish-refusal.js';
import { inOwnContext } from './request-context.js';
import { testify } from '../core/testify.js';
import type { WaitingReader } from '../core/role.js';

/**
 * The server's side of the message cycle: reads heads while the exchange is idle, hands requests out, and decides
 * what becomes of the connection after each response.
 *
 * It is the resting reader of its session, so that an idle connection is always read: a request, a FIN or a reset is
 * noticed at once.
 */
export class ServerLoop implements WaitingReader, BodyOwner, ExpiringLoop, WatchedExchange {
  readonly #core: SessionCore;
  readonly role: ServerRole;
  readonly settings: ServerSettings;
  readonly #sink: RequestSink;
  #request: HTTPServerRequest | null = null;
  #response: HTTPServerResponse | null = null;
  /** Those beside the one of the core, once one was needed. */
  deadlines: ConnectionDeadlines | null = null;

  constructor(core: SessionCore, role: ServerRole, settings: ServerSettings, sink: RequestSink) {
    this.#core = core;
    this.role = role;
    this.settings = settings;
    this.#sink = sink;
    if (settings.timers.connectionAge > 0) this.#ceilings.connectionBegan();
  }

  /** The request in progress, or the last one. */
  get request(): HTTPServerRequest | null {
    return this.#request;
  }

  /** The response to it. */
  get response(): HTTPServerResponse | null {
    return this.#response;
  }

  /** Most connections never need them. */
  get #ceilings(): ConnectionDeadlines {
    return (this.deadlines ??= new ConnectionDeadlines(this.#core, this));
  }

  /** Whether the client has said that no request follows, and all of its last one was read. */
  get isClientDone(): boolean {
    return this.#request?.isLast === true && this.#request.isFullyRead && this.#isDrained;
  }

  get #isDrained(): boolean {
    return this.#core.buffer.length === 0 && this.#core.arrivedBytes === 0;
  }

  /** Waits for the next request; what is buffered already is served first. */
  listen(): void {
    const core = this.#core;
    core.assignReader(this);
    core.restingReader = this;
    core.suspend();
    core.refillFromArrived();
    // Inside `bytesArrived` its loop continues by itself.
    if (core.isJoining) return;
    if (core.buffer.length === 0) this.bytesArrived();
    else inOwnContext(this);
  }

  /** Waits again after an exception was stored and cleared; a cycle that it interrupted continues by itself. */
  resume(): void {
    const core = this.#core;
    if (core.exchange.tags.has('idle') && core.reader === null) this.listen();
  }

  /** Stops waiting: what arrives from here on is kept for the next reader. */
  #leave(): void {
    const core = this.#core;
    core.restingReader = null;
    if (core.reader === this) core.reader = null;
    core.suspend();
  }

  /**
   * Arms the timer that the state names, unless it runs already: a head has one deadline as a whole, and so has the rest
   * of a request that was answered. Called where a step ends, so that requests that came together arm one deadline.
   */
  #armNamed(): void {
    const timer = waitingTimer(this.#core.exchange);
    if (timer !== undefined && this.#core.timer !== timer) this.#arm(timer);
  }

  #arm(timer: keyof ServerTimers): void {
    const core = this.#core;
    core.arm(timer, timer === 'bodyProgress' ? core.receiveTimeout : this.settings.timers[timer]);
  }

  bytesArrived(): void {
    const core = this.#core;
    core.beginJoining();
    while (core.reader === this && core.buffer.length > 0) {
      const head = this.#readHead();
      if (head === undefined) break;
      this.#begin(head);
    }
    core.endJoining(!core.exchange.tags.has('responding'));
    if (core.reader === this) this.#armNamed();
    else if (core.exchange.tags.has('responding')) this.#awaitHandler();
    if (core.reader === this && !core.is('readable')) this.streamEnded();
  }

  /** The step ends with a request that is not answered. */
  #awaitHandler(): void {
    this.#ceilings.handlerAwaited();
    if (this.#request?.isAwaited) this.#ceilings.messageAwaited();
  }

  #readHead(): RequestHead | undefined {
    const core = this.#core;
    let head: RequestHead | undefined;
    try {
      head = readRequestHead(core.buffer, this.settings.headLimits);
    } catch (error) {
      if (!(error instanceof RemoteProtocolError)) throw error;
      this.refuse(testify(core, error, 'parse'), error.status);
      return undefined;
    }
    // An empty line before a head, which some send after a body, begins none.
    if (head === undefined && core.buffer.length > 0 && core.advance(EXCHANGE.requestBegin)) {
      this.#ceilings.messageAwaited();
    }
    return head;
  }

  #begin(head: RequestHead): void {
    const core = this.#core;
    const { message } = head;
    // Whatever comes next waits at the transport until this cycle is over.
    this.#leave();
    core.beginRequest(message.method, message.uri);
    core.advance(EXCHANGE.requestHead);
    if (head.expectsContinue) core.advance(EXCHANGE.requestExpect);
    if (head.offersSwitch) core.advance(EXCHANGE.requestOffer);
    if (!head.persistent || this.#isLastRequest) core.advance(EXCHANGE.connectionClose);
    if (head.bodyLength === 0) this.#requestEnded();
    if (this.role.drain !== null) this.role.requestBegan();
    const request = new HTTPServerRequest(core, this, head);
    const response = new HTTPServerResponse(core, this, message);
    this.#request = request;
    this.#response = response;
    this.#sink.requestArrived(request, response, core);
    if (this.#request === request) this.role.requestLasts();
  }

  get #isLastRequest(): boolean {
    const core = this.#core;
    const { maxKeepAliveRequests } = this.settings;
    return isLastRequest(core.is('draining'), core.keepAlive, core.requestNumber, maxKeepAliveRequests);
  }

  // ---- the cycle ---------------------------------------------------------------------------------------------------

  bodyWanted(): void {
    this.#response?.sendContinue();
    this.#ceilings.messageAwaited();
    this.#armNamed();
  }

  /** Framing without content, such as chunk extensions and trailers, gains no time. */
  bodyArrived(isWaiting: boolean, hasContent: boolean): void {
    const core = this.#core;
    if (core.exchange.tags.has('continued')) core.advance(EXCHANGE.requestStream);
    if (!isWaiting || !core.exchange.tags.has('responding')) return;
    if (hasContent) this.#arm('bodyProgress');
    else this.#armNamed();
  }

  /** A handler that keeps reading after its response may take its time for each piece, but not forever. */
  bodyReleased(): void {
    const { tags } = this.#core.exchange;
    if (tags.has('requesting') && !tags.has('responding')) this.#armNamed();
  }

  bodyCompleted(): void {
    this.#requestEnded();
    this.#settle();
  }

  #requestEnded(): void {
    this.deadlines?.messageEnded();
    this.#core.advance(EXCHANGE.requestEnd);
  }

  bodyBroken(error: HTTPSessionError): void {
    const next = afterFailure(this.#core.exchange.tags);
    if (next === 'refuse') this.refuse(error, statusOf(error));
    else if (next === 'finish') this.#finishConnection();
    else if (this.#core.advance(EXCHANGE.requestAbandon)) this.#response?.requestBroken(error);
  }

  responseCompleted(): void {
    this.#settle();
    // Where the next request is being handled already, its answer may join.
    if (!this.#core.isJoining && !this.#core.exchange.tags.has('responding')) this.#core.flush();
  }

  get abandonsRequest(): boolean {
    return this.#request?.isTooMuchUnread ?? false;
  }

  /** Continues where the chart is: the next request, the rest of this one, or the end. */
  #settle(): void {
    const step = nextStep(this.#core.exchange.tags);
    if (step === 'listen') this.#next();
    else if (step === 'finish') this.#finishConnection();
    else if (step === 'discard') this.discardRequest();
  }

  #next(): void {
    const core = this.#core;
    this.#request = null;
    this.#response = null;
    // A client that pipelines and does not read must not make this side hold its answers.
    if (this.#waitsForPeer(() => core.exchange.tags.has('idle') && core.reader === null && this.listen()))
      return;
    this.listen();
  }

  /** Whether the peer has yet to take what was written; `proceed` is called when it has, if it does so in time. */
  #waitsForPeer(proceed: () => unknown): boolean {
    const core = this.#core;
    if (!core.isBlocked) return false;
    // Only what was handed over can drain.
    core.flush();
    core.drained().then(proceed, () => undefined);
    return true;
  }

  /** The response was complete before its request: throws the rest away, within bounds; `ended` hears whether that was all. */
  discardRequest(ended?: (isComplete: boolean) => void): void {
    const request = this.#request;
    if (request === null || request.isBeingRead) return;
    if (this.#core.exchange.tags.has('finishing') || this.abandonsRequest) {
      this.abandonRequest();
      return ended?.(false);
    }
    void feedOf(request.body)
      .discard(LIMITS.maxUnreadBodyBytes.value)
      .then((isComplete) => {
        ended?.(isComplete);
        // Meanwhile the session may have got another socket, with a request of its own.
        if (!isComplete && this.#request === request && this.#core.exchange.tags.has('requesting'))
          this.abandonRequest();
      });
  }

  /** The rest of the request will not be read, and nothing can follow it. */
  abandonRequest(): void {
    this.#request?.giveUpBody();
    this.#core.advance(EXCHANGE.requestAbandon);
    this.#finishConnection();
  }

  /**
   * After the last response: closes at once, or lingers when the peer may still be sending. A response that the peer has
   * yet to take is waited for here, where its timer runs and the session is seen.
   */
  #finishConnection(): void {
    const core = this.#core;
    if (!core.is('attached') || core.is('lingering')) return;
    this.#leave();
    // Only what was handed over shows whether the peer takes it.
    core.flush();
    const wasRead = this.#request?.isFullyRead ?? true;
    const isAwaited = this.#waitsForPeer(() => {
      this.#finishConnection();
    });
    // A client may take nothing before it has sent its whole request, and so that is taken from it.
    if (isAwaited && !wasRead) core.discard();
    if (isAwaited) return;
    const isSilent = wasRead && this.#isDrained;
    const isLast = this.#request?.isLast ?? true;
    if (mustLinger(isSilent, isLast, core.bytesOut - core.bytesOutBefore)) core.linger();
    else core.notify({ type: 'session.close' });
    this.#sink.requestsEnded(null);
  }

  // ---- ends --------------------------------------------------------------------------------------------------------

  streamEnded(): void {
    const core = this.#core;
    if (core.buffer.length === 0) this.endOfRequests();
    else this.refuse(testify(core, new IncompleteMessageError(), 'fin'), 400);
  }

  /** No request will come any more. */
  endOfRequests(): void {
    this.#leave();
    this.#core.notify({ type: 'session.close' });
    this.#sink.requestsEnded(null);
  }

  /** An end that this side asked for is orderly, and needs no error. */
  readFailed(error: HTTPSessionError): void {
    this.#sink.requestsEnded(error instanceof AbortedError ? null : error);
  }

  /** A timer of this session passed; `true` when that is dealt with. */
  deadlineExpired(timer: ExpiredTimer, error: TimeoutError): boolean {
    return expire(this.#core, this, timer, error);
  }

  /** The session has another socket now: what is left of the old one's requests must not read from it. */
  replaced(): void {
    this.#request?.giveUpBody();
    this.#request = null;
  }

  /** The socket is about to be forgotten. */
  socketLost(why: string): void {
    this.deadlines?.end();
    if (this.#core.exchange.tags.has('responding')) this.#deliveryFailed(why);
  }

  #deliveryFailed(why: string): void {
    this.#request?.deliveryFailed(why);
    this.#response?.deliveryFailed(why);
  }

  /** The response has switched protocols: hands the socket to the handler. */
  handOver(call: string): UpgradedSocket {
    const { socket, head } = detach(this.#core, call);
    this.#request?.socketTaken(socket);
    return this.role.upgraded(socket, head);
  }

  /**
   * The response in progress is the last one; an idle connection is read on, as a request may be on its way, and then
   * its response is the last one. With a stored exception nothing is read, and so a request that has come gets no answer.
   */
  startDraining(): void {
    const core = this.#core;
    if (!core.exchange.tags.has('idle')) core.advance(EXCHANGE.connectionClose);
    else if (core.is('faulty') && core.arrivedBytes > 0) this.drain();
    this.role.drainBegan();
  }

  /** No further request is to begin: an idle connection closes now, a busy one after its response. */
  drain(): void {
    const core = this.#core;
    this.role.drainBegan();
    if (!closesOnDrain(core.exchange.tags) && !core.is('faulty')) return;
    core.advance(EXCHANGE.connectionClose);
    if (core.exchange.tags.has('over')) this.#finishConnection();
  }

  /**
   * Answers a request that cannot be served with one complete response, and never reads a second message out of
   * what follows.
   */
  refuse(error: HTTPSessionError, status: number): void {
    const core = this.#core;
    if (core.is('writable')) publishRefusal(core, this.settings, status, error);
    core.advance(EXCHANGE.exchangeFail, error);
    this.#request?.giveUpBody();
    this.#leave();
    core.notify({ type: 'exception.set', exception: error });
    this.#deliveryFailed(error.message);
    const isTaken = giveToTaker(core, this.settings.refusalTaker, error);
    if (!isTaken && core.is('writable')) core.writeText(refusal(core, status, this.settings));
    // Told before the connection ends, which by itself would be an orderly end.
    this.#sink.requestsEnded(error);
    if (!isTaken) core.linger();
  }
}
