import type { IncomingMessage } from 'node:http';

import type { ChartEdge, Implementation } from '../../chart/index.js';
import { errors, exchanges, transitions } from '../../diagnostics.js';
import { EXCHANGE, NO_MOMENT, SessionLedger, sessionWatch, type SessionRole } from '../../session/index.js';
import { remoteAddressOf, type Clock, type SocketAddress } from '../../transport/index.js';
import { hasBody, isLast, promiseClose, revokeClose, watchHead, type Response } from './node-response.js';
import { countBytes, supervisedImplementation } from './supervised-implementation.js';
import { courseFrom, enterExchanges, NOTED_TIMES, type UsualCourse } from './usual-course.js';

/** The socket of a connection, as node:http types it. */
export type NodeSocket = IncomingMessage['socket'];

/** An event of the session chart. */
type SessionEvent = Parameters<SessionLedger['notify']>[0];

/** The parser of node:http: for how long the message that arrives has been arriving, 0 between messages. */
interface MessageParser {
  readonly duration?: () => number;
}

/** What the ledger asks and reports. */
export interface SupervisedRole extends SessionRole {
  /** The last request of a connection that drains was answered. */
  cameToRest(): void;
}

/**
 * The ledger of a connection whose bytes belong to node:http, and its message cycle. node:http starts the handlers of
 * pipelined requests before the responses to earlier ones are complete. The chart has one cycle at a time, so requests
 * wait here for their turn.
 *
 * A request costs two calls: its head has arrived, and its response is finished. What happened between them is read off
 * its objects when a caller looks, at the latest at the end of the response; at once while transitions are published.
 * Of an exchange that takes its usual course only the times are kept, until a caller looks.
 */
export class SupervisedLedger extends SessionLedger {
  declare role: SupervisedRole;
  readonly socket: NodeSocket;
  /** The response in progress; its `req` is the request. */
  #current: Response | null = null;
  /** The responses to pipelined requests behind it. */
  #waiting: Response[] | null = null;
  /** The bytes read when the connection was last idle, where the parser does not report a message that arrives. */
  #bytesWhenIdle: number;
  /** The course that the next request may be expected to take; `null` where every step counts, as in a drain. */
  #course: UsualCourse | null = null;
  /** The times of exchanges that are not in the history yet: of a start and of an end in turn, the last ones in a ring. */
  #times: number[] | null = null;
  #unentered = 0;

  constructor(clock: Clock, socket: NodeSocket) {
    super(clock);
    this.socket = socket;
    this.#bytesWhenIdle = socket.bytesRead;
    // Node.js keeps an address that was asked for while the connection was there.
    if (errors.hasSubscribers || exchanges.hasSubscribers) remoteAddressOf(socket);
  }

  override get peer(): SocketAddress | undefined {
    return remoteAddressOf(this.socket);
  }

  override get implementation(): Implementation<SupervisedLedger, SessionEvent> {
    return supervisedImplementation;
  }

  /** Whether the head of a request is arriving. */
  get isReceiving(): boolean {
    if (this.#current !== null) return false;
    const { parser } = this.socket as { parser?: MessageParser | null };
    // The time of the first message begins with the connection.
    return this.requestNumber === 0 || parser?.duration === undefined
      ? this.socket.bytesRead > this.#bytesWhenIdle
      : parser.duration() > 0;
  }

  /** Whether no request is in progress, and none is arriving. */
  get isAtRest(): boolean {
    return this.#current === null && !this.isReceiving;
  }

  /** Whether the request of a response has been seen. */
  knows(response: Response): boolean {
    return this.#current === response || (this.#waiting?.includes(response) ?? false);
  }

  /**
   * The head of a request has arrived, and its exchange may take the usual course.
   *
   * @returns `false` if not. Nothing has changed then, and `requestArrived` is to be called.
   */
  beganAsUsual(response: Response): boolean {
    const course = this.#course;
    if (course === null || this.#current !== null || this.exchange !== course.rest) return false;
    if (transitions.hasSubscribers || exchanges.hasSubscribers) return false;
    const { method = '', url = '' } = response.req;
    this.#current = response;
    this.exchange = course.active;
    this.beginRequest(method, url);
    const at = this.clock.wallTime();
    if (sessionWatch !== null) sessionWatch.stepped(this, course.begin, at);
    (this.#times ??= [])[this.#unentered++ % NOTED_TIMES] = at;
    return true;
  }

  /**
   * The response is finished, and so is an exchange that has taken the usual course.
   *
   * @returns `false` if not. Nothing has changed then, and `responseFinished` is to be called.
   */
  finishedAsUsual(response: Response): boolean {
    const course = this.#course;
    // An odd number: a look would have entered the start of the exchange and everything before it.
    if (course === null || this.#times === null || this.#unentered % 2 === 0) return false;
    if (this.#current !== response || this.#waiting !== null || !response.req.complete) return false;
    if (isLast(response) || transitions.hasSubscribers || exchanges.hasSubscribers) return false;
    const at = this.clock.wallTime();
    this.#times[this.#unentered++ % NOTED_TIMES] = at;
    this.exchange = course.rest;
    this.responseStatus = response.statusCode;
    this.answered++;
    this.#current = null;
    if (sessionWatch !== null) {
      countBytes(this);
      for (const edge of course.others) sessionWatch.stepped(this, edge, at);
    }
    return true;
  }

  override advance(...step: Parameters<SessionLedger['advance']>): boolean {
    this.#enter();
    return super.advance(...step);
  }

  override transitioned(edge: ChartEdge): void {
    this.#enter();
    this.#course = null;
    super.transitioned(edge);
  }

  /** Enters the exchanges that took their usual course in the history. */
  #enter(): void {
    if (this.#course === null || this.#times === null || this.#unentered === 0) return;
    enterExchanges(this, this.#course, this.#times, this.#unentered);
    this.#unentered = 0;
  }

  /**
   * The head of a request has arrived; `false` if it must not be processed: it came behind a request whose response has
   * already said that it is the last one (RFC 9112 section 9.6).
   */
  requestArrived(response: Response): boolean {
    if (this.is('draining')) {
      const newest = this.#newest;
      const isPastLast = newest === null ? !this.allows(EXCHANGE.requestHead) : !revokeClose(newest);
      if (isPastLast) return false;
      promiseClose(response);
    }
    if (this.#current === null) this.#begin(response);
    else (this.#waiting ??= []).push(response);
    return true;
  }

  get #newest(): Response | null {
    return this.#waiting?.at(-1) ?? this.#current;
  }

  /** The request waits for `100 Continue`. */
  requestExpects(response: Response): void {
    if (this.#current === response) this.advance(EXCHANGE.requestExpect);
  }

  /** A request whose socket is handed over. */
  requestSwitched({ method = '', url = '' }: IncomingMessage): void {
    this.beginRequest(method, url);
    this.advance(EXCHANGE.requestHead);
    this.advance(EXCHANGE.requestOffer);
    this.advance(EXCHANGE.requestEnd);
    this.advance(EXCHANGE.responseSwitch);
    this.answered++;
  }

  /** node:http has finished a response: that of a handler, or one of its own. */
  responseFinished(response: Response): void {
    this.momentsTime = this.clock.wallTime();
    // It has answered by itself, without an event: 400 without `Host`, 417, 503 of `maxRequestsPerSocket`.
    if (this.#current === null) this.#begin(response);
    if (this.#current === response) {
      this.catchUp();
      if (this.exchange.tags.has('unanswered')) this.#headSent(response);
      if (transitions.hasSubscribers || sessionWatch !== null) countBytes(this);
      if (this.advance(EXCHANGE.responseEnd)) this.answered++;
      this.#settle();
    }
    this.momentsTime = NO_MOMENT;
  }

  /** The last response says that it is the last one. */
  announceClose(): void {
    const newest = this.#newest;
    if (newest !== null) promiseClose(newest);
  }

  /** Makes the steps of the exchange in progress that node:http has made by now. */
  catchUp(): void {
    this.#enter();
    const response = this.#current;
    if (response === null) return;
    const { tags } = this.exchange;
    if (tags.has('requesting') && (response.req.complete || !hasBody(response.req))) {
      this.advance(EXCHANGE.requestEnd);
    }
    if (response.headersSent && tags.has('unanswered')) this.#headSent(response);
  }

  /** The connection is gone. */
  forgetExchanges(): void {
    this.#waiting = null;
    this.#current = null;
  }

  #begin(response: Response): void {
    // After the last exchange of a connection there is no other one.
    if (!this.allows(EXCHANGE.requestHead)) return;
    const { method = '', url = '' } = response.req;
    this.#current = response;
    this.beginRequest(method, url);
    this.advance(EXCHANGE.requestHead);
    if (!transitions.hasSubscribers) return;
    countBytes(this);
    this.catchUp();
    this.#follow(response);
  }

  /** Makes each step when it happens, for subscribers. */
  #follow(response: Response): void {
    const step = (): void => {
      if (this.#current === response) this.catchUp();
    };
    response.req.once('end', step);
    watchHead(response, step);
  }

  #headSent(response: Response): void {
    this.responseStatus = response.statusCode;
    if (isLast(response)) this.advance(EXCHANGE.connectionClose);
    this.advance(EXCHANGE.responseHead);
  }

  /** Continues where the chart is: with the rest of the request, with the next request, or with the end of a drain. */
  #settle(): void {
    const response = this.#current;
    if (response !== null && this.exchange.tags.has('requesting')) {
      response.req.once('close', () => {
        if (this.#current !== response) return;
        this.advance(response.req.complete ? EXCHANGE.requestEnd : EXCHANGE.requestAbandon);
        this.#settle();
      });
      return;
    }
    this.#current = null;
    const next = this.#waiting?.shift();
    if (this.#waiting?.length === 0) this.#waiting = null;
    if (next !== undefined) this.#begin(next);
    // Not before node:http has dealt with the response as well.
    else if (this.is('draining')) process.nextTick(cameToRest, this);
    else this.#expectNext();
  }

  #expectNext(): void {
    const isReported = (this.socket as { parser?: MessageParser | null }).parser?.duration !== undefined;
    if (!isReported) this.#bytesWhenIdle = this.socket.bytesRead;
    this.#course = isReported ? courseFrom(this.exchange) : null;
  }
}

function cameToRest({ role }: SupervisedLedger): void {
  role.cameToRest();
}
