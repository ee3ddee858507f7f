import { LIMITS } from '../constants.js';
import {
  AbortedError,
  type HTTPSessionError,
  IncompleteMessageError,
  RemoteProtocolError,
  TimeoutError,
} from '../errors/index.js';
import { DEFAULT_HEAD_LIMITS, HTTPResponse, readRequestHead, type RequestHead } from '../protocol/index.js';
import { EXCHANGE } from './charts.js';
import { HTTPServerRequest } from './http-server-request.js';
import { HTTPServerResponse, type ResponseOwner } from './http-server-response.js';
import type { BodyOwner } from './incoming-body.js';
import { finalHead } from './response-head.js';
import type { ServerSettings } from './server-settings.js';
import type { SessionCore } from './session-core.js';
import { testify } from './testify.js';
import type { WaitingReader } from './waiting-reader.js';

/** What a loop asks of the session that it works for. */
export interface KeepAliveDecider {
  getKeepAlive(): boolean;
}

/** Who takes the requests of a loop. */
export interface RequestTaker {
  requestArrived(request: HTTPServerRequest, response: HTTPServerResponse, core: SessionCore): void;
  /** No request will come any more; `error` unless that is an orderly end. */
  requestsEnded(error: HTTPSessionError | null): void;
}

/**
 * The server's side of the message cycle: reads heads while the exchange is idle, hands requests out, and decides
 * what becomes of the connection after each response.
 *
 * It is the resting reader of its session, so that an idle connection is always read: a request, a FIN or a reset
 * finds somebody who listens.
 */
export class ServerLoop implements WaitingReader, BodyOwner, ResponseOwner {
  readonly #core: SessionCore;
  readonly #session: KeepAliveDecider;
  readonly #settings: ServerSettings;
  readonly #taker: RequestTaker;
  #request: HTTPServerRequest | null = null;
  #response: HTTPServerResponse | null = null;

  constructor(core: SessionCore, session: KeepAliveDecider, settings: ServerSettings, taker: RequestTaker) {
    this.#core = core;
    this.#session = session;
    this.#settings = settings;
    this.#taker = taker;
  }

  get softwareVersion(): string {
    return this.#settings.softwareVersion;
  }

  /** The request in progress, or the last one. */
  get request(): HTTPServerRequest | null {
    return this.#request;
  }

  /** Waits for the next request; what is buffered already is served first. */
  listen(): void {
    const core = this.#core;
    core.restingReader = this;
    core.reader = this;
    this.#armIdle();
    core.pull();
    // Inside `bytesArrived` its loop goes on by itself.
    if (!core.isJoining) this.bytesArrived();
  }

  /** Waits again after an exception was stored and cleared; a cycle that it interrupted goes on by itself. */
  resume(): void {
    const core = this.#core;
    if (core.exchange.tags.has('idle') && core.reader === null) this.listen();
  }

  /** Stops waiting: the session's bytes are nobody's now. */
  #leave(): void {
    const core = this.#core;
    core.restingReader = null;
    if (core.reader === this) core.reader = null;
    core.suspend();
  }

  #armIdle(): void {
    const { timeout, keepAliveTimeout } = this.#settings;
    this.#core.arm('keepAlive', this.#core.requestNumber === 0 ? timeout : keepAliveTimeout);
  }

  bytesArrived(): void {
    const core = this.#core;
    core.beginJoining();
    while (core.reader === this && core.buffer.length > 0) {
      const head = this.#readHead();
      if (head === undefined) break;
      this.#begin(head);
    }
    core.endJoining();
    if (core.reader === this && !core.is('readable')) this.streamEnded();
  }

  #readHead(): RequestHead | undefined {
    const core = this.#core;
    let head: RequestHead | undefined;
    try {
      head = readRequestHead(core.buffer, DEFAULT_HEAD_LIMITS);
    } catch (error) {
      if (!(error instanceof RemoteProtocolError)) throw error;
      this.#refuse(testify(core, error, 'parse'), error.status);
      return undefined;
    }
    // One deadline for the whole head: a peer that sends it byte by byte gains no time. An empty line before it, which
    // some send after a body, begins no head.
    const isBegun = head === undefined && core.buffer.length > 0;
    if (isBegun && core.timer !== 'head') core.arm('head', this.#settings.timeout);
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
    if (!head.persistent || this.#isLastRequest()) core.advance(EXCHANGE.connectionClose);
    if (head.bodyLength === 0) core.advance(EXCHANGE.requestEnd);
    const request = new HTTPServerRequest(core, this, head);
    const response = new HTTPServerResponse(core, this, message);
    this.#request = request;
    this.#response = response;
    this.#taker.requestArrived(request, response, core);
  }

  #isLastRequest(): boolean {
    const { maxKeepAliveRequests } = this.#settings;
    if (
      !this.#session.getKeepAlive() ||
      (maxKeepAliveRequests > 0 && this.#core.requestNumber >= maxKeepAliveRequests)
    )
      return true;
    return this.#core.state === 'connected.draining';
  }

  // ---- the cycle ---------------------------------------------------------------------------------------------------

  bodyWanted(): void {
    if (this.#core.exchange.tags.has('awaitingContinue')) this.#response?.sendContinue();
  }

  /** A handler that goes on reading after its response may take its time for each piece, but not for ever. */
  bodyReleased(): void {
    const { tags } = this.#core.exchange;
    if (tags.has('requesting') && !tags.has('responding')) this.#core.arm('unread', this.#settings.timeout);
  }

  bodyCompleted(): void {
    this.#core.advance(EXCHANGE.requestEnd);
    this.#settle();
  }

  bodyBroken(error: HTTPSessionError): void {
    if (this.#core.exchange.tags.has('unanswered')) this.#refuse(error, statusOf(error));
    else if (this.#core.exchange.tags.has('responding')) this.#core.advance(EXCHANGE.requestAbandon);
    else this.#finishConnection();
  }

  responseCompleted(): void {
    this.#settle();
  }

  /** Goes on where the chart is: the next request, the rest of this one, or the end. */
  #settle(): void {
    const { tags } = this.#core.exchange;
    if (tags.has('idle')) this.#next();
    else if (tags.has('over')) this.#finishConnection();
    else if (!tags.has('responding')) this.#discardRequest();
  }

  #next(): void {
    const core = this.#core;
    this.#request = null;
    this.#response = null;
    // Only what was handed over can drain.
    if (core.isBlocked) core.flush();
    if (core.isBlocked) {
      // A client that pipelines and does not read must not make this side hold its answers.
      core.drained().then(
        () => {
          if (core.exchange.tags.has('idle') && core.reader === null) this.listen();
        },
        () => undefined,
      );
      return;
    }
    this.listen();
  }

  /** The response was complete before its request: the rest is read and thrown away, within bounds. */
  #discardRequest(): void {
    const body = this.#request?.body;
    if (body === undefined || body.isBeingRead) return;
    const bound = LIMITS.maxUnreadBodyBytes.value;
    if (this.#core.exchange.tags.has('finishing') || body.remaining > bound) {
      this.#abandonRequest();
      return;
    }
    void body.discard(bound).then((isComplete) => {
      if (!isComplete && this.#core.exchange.tags.has('requesting')) this.#abandonRequest();
    });
  }

  #abandonRequest(): void {
    this.#request?.giveUpBody();
    this.#core.advance(EXCHANGE.requestAbandon);
    this.#finishConnection();
  }

  /** After the last response: closes at once, or lingers when the peer may still be sending. */
  #finishConnection(): void {
    const core = this.#core;
    if (!core.is('attached')) return;
    this.#leave();
    const wasRead = this.#request?.isFullyRead ?? true;
    if (wasRead && core.buffer.length === 0 && core.arrivedBytes === 0)
      core.notify({ type: 'session.close' });
    else core.linger();
    this.#taker.requestsEnded(null);
  }

  // ---- ends --------------------------------------------------------------------------------------------------------

  streamEnded(): void {
    const core = this.#core;
    if (core.buffer.length === 0) this.#endOfRequests();
    else this.#refuse(testify(core, new IncompleteMessageError(), 'fin'), 400);
  }

  #endOfRequests(): void {
    this.#leave();
    this.#core.notify({ type: 'session.close' });
    this.#taker.requestsEnded(null);
  }

  /** Whoever ended the session on this side needs no error to know of it. */
  readFailed(error: HTTPSessionError): void {
    this.#taker.requestsEnded(error instanceof AbortedError ? null : error);
  }

  /** A timer of this session passed; `true` when that is dealt with. */
  deadlineExpired(timer: string, error: TimeoutError): boolean {
    if (timer === 'linger') return false;
    if (timer === 'keepAlive') {
      this.#core.endedBy ??= 'timeout';
      this.#endOfRequests();
    } else if (timer === 'unread') this.#abandonRequest();
    else if (timer === 'send') this.#core.fail(error, 'timeout');
    else if (this.#request?.isBeingRead === true) this.#request.body.interrupt(error);
    else this.#refuse(error, 408);
    return true;
  }

  /** The session has another socket now: what is left of the old one's requests must not read from it. */
  replaced(): void {
    this.#request?.giveUpBody();
  }

  /** No further request is to begin: an idle connection closes now, a busy one after its response. */
  drain(): void {
    const core = this.#core;
    core.advance(EXCHANGE.connectionClose);
    // A session that lingers is on its way out already, and must not cut its last answer off.
    if (core.exchange.tags.has('over') && !this.#isLingering) this.#finishConnection();
  }

  get #isLingering(): boolean {
    return this.#core.state.endsWith('.lingering');
  }

  /**
   * Answers a request that cannot be served with one complete response, and never reads a second message out of
   * what follows.
   */
  #refuse(error: HTTPSessionError, status: number): void {
    const core = this.#core;
    const canAnswer = core.is('writable') && !core.exchange.tags.has('over') && !this.#isResponding();
    core.advance(EXCHANGE.exchangeFail);
    this.#request?.giveUpBody();
    this.#leave();
    core.notify({ type: 'exception.set', exception: error });
    if (canAnswer) {
      const message = new HTTPResponse(status);
      message.setContentType('text/plain');
      const text = `${String(status)} ${message.reason}\n`;
      const framing = `Content-Length: ${String(text.length)}\r\n`;
      core.writeText(finalHead(core, message, framing, false, this.softwareVersion) + text);
    }
    // Told before the connection ends, which by itself would be an orderly end.
    this.#taker.requestsEnded(error);
    core.linger();
  }

  #isResponding(): boolean {
    const { tags } = this.#core.exchange;
    return tags.has('responding') && !tags.has('unanswered');
  }
}

function statusOf(error: HTTPSessionError): number {
  if (error instanceof RemoteProtocolError) return error.status;
  return error instanceof TimeoutError ? 408 : 400;
}
