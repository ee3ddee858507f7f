import { LIMITS } from '../../constants.js';
import { AbortedError, type HTTPSessionError } from '../../errors/index.js';
import { EXCHANGE } from '../core/charts.js';
import type { SessionCore } from '../core/session-core.js';
import { testify, testifyUnsent, unsentRequest } from '../core/testify.js';
import { type BodyFeed } from '../message/body-feed.js';
import { feedOf } from '../message/incoming-body.js';
import { BUSY, requestRefusal } from './client-errors.js';
import type { ClientExchange } from './client-exchange.js';
import type { HTTPClientSession } from './http-client-session.js';
import { listenOneTurn, oneTurn } from './listening-turn.js';
import { Reservation, type ReservationSettled } from './reservation.js';

/** A request that is to be sent, as its errors name it. */
export interface RequestName {
  readonly method: string;
  readonly uri: string;
}

/**
 * Makes the connection of a client ready for a request: finishes with the previous exchange, and connects if necessary.
 * The exchange chart says that a request is being prepared, and whether the user has closed the session meanwhile.
 */
export class RequestPreparation {
  readonly core: SessionCore;
  readonly exchange: ClientExchange;
  readonly #session: HTTPClientSession;
  /** The reservation that waits for the end of its turn. */
  #pending: Reservation | null = null;

  constructor(session: HTTPClientSession, exchange: ClientExchange) {
    this.core = session.core;
    this.exchange = exchange;
    this.#session = session;
  }

  /**
   * Prepares one request. A connection that was used before is listened to for one turn of the event loop: what the
   * server has sent or closed unasked is noticed then.
   *
   * @param connectTimeout - of this request, in milliseconds; that of the session by default.
   * @param request - what the errors say that nothing was sent of; `null` for one that was sent before.
   * @throws InvalidStateError while another request is in progress; AbortedError when the signal is aborted, or the
   * session closed; what `connect` throws.
   */
  async prepare(
    call: string,
    request: RequestName | null,
    signal?: AbortSignal,
    connectTimeout?: number,
  ): Promise<void> {
    const { core, exchange } = this;
    const upload = this.#followUpload(call);
    if (upload !== null) await upload;
    if (core.exchange.tags.has('preparing')) {
      const isConnecting = core.is('connecting');
      throw requestRefusal(core, call, isConnecting ? 'the connection is being opened' : BUSY);
    }
    const unread = exchange.isIdle ? null : this.#unreadBody(call);
    if (unread === null && !exchange.isIdle) this.#permitConnecting(call);
    core.advance(EXCHANGE.requestPrepare);
    if (unread !== null) await unread.discard(LIMITS.maxUnreadBodyBytes.value);
    if (exchange.isIdle && core.exchange.tags.has('reused')) await oneTurn();
    await this.conclude(call, request, signal, connectTimeout);
  }

  /**
   * Concludes a preparation, with another connection if that is not ready.
   *
   * @throws what `prepare` throws.
   */
  async conclude(
    call: string,
    request: RequestName | null,
    signal?: AbortSignal,
    connectTimeout?: number,
  ): Promise<void> {
    const { core, exchange } = this;
    try {
      // The caller has learned of it when it happened.
      if (signal?.aborted === true) throw new AbortedError('the request was aborted');
      if (core.exchange.tags.has('cancelled')) throw this.closedBefore(request);
      if (!exchange.isIdle) await this.#reconnect(call, connectTimeout);
    } catch (error) {
      throw request === null ? error : testifyUnsent(error, request);
    } finally {
      core.advance(EXCHANGE.requestPrepared);
    }
  }

  /** Keeps the connection for one request; reports whether it is kept, at once or after the turn of listening. */
  reserve(settled: ReservationSettled): void {
    const { core, exchange } = this;
    const reservation = new Reservation(this, settled);
    if (!exchange.isAvailable) reservation.settle(false);
    else if (core.exchange.tags.has('reused') || exchange.holding?.mustListen === true) {
      core.advance(EXCHANGE.requestPrepare);
      reservation.transport = core.transport;
      this.#pending = reservation;
      listenOneTurn(reservation);
    } else reservation.settle(core.advance(EXCHANGE.requestReserve));
  }

  /** The turn of a reservation is over. */
  listened(reservation: Reservation): void {
    // It was given back meanwhile.
    if (this.#pending !== reservation) return;
    this.#pending = null;
    const { core, exchange } = this;
    // Another connection that was attached meanwhile was not listened to, nor is it the one that was asked for.
    const isKept = exchange.isIdle && core.transport === reservation.transport;
    core.advance(EXCHANGE.requestPrepared);
    reservation.settle(isKept && core.advance(EXCHANGE.requestReserve));
  }

  /** Gives a reservation back; one that waits for the end of its turn settles with `false`. */
  release(): void {
    const { core } = this;
    const pending = this.#pending;
    this.#pending = null;
    if (pending === null) core.advance(EXCHANGE.requestRelease);
    else {
      core.advance(EXCHANGE.requestPrepared);
      pending.settle(false);
    }
  }

  /** The error for a request that was not sent because the user has closed the session. */
  closedBefore(request: RequestName | null): HTTPSessionError {
    const { core } = this;
    const about = request === null ? null : unsentRequest(core, request);
    const text = 'the session was closed before the request was sent';
    return testify(core, new AbortedError(text), core.endedBy, about);
  }

  /** The upload of a request that was answered may finish, as long as it makes progress. */
  #followUpload(call: string): Promise<void> | null {
    const { upload } = this.exchange;
    if (upload === null) return null;
    if (upload.isFollowed) throw requestRefusal(this.core, call, BUSY);
    return upload.follow();
  }

  /** What is left to be read of the previous exchange; `null` when there is nothing. */
  #unreadBody(call: string): BodyFeed | null {
    const { core, exchange } = this;
    const { tags } = core.exchange;
    if (!core.is('usable') || tags.has('over') || tags.has('idle')) return null;
    const { response } = exchange;
    if (response === null && !tags.has('requesting') && !exchange.isAwaited) {
      throw requestRefusal(core, call, 'the response to the request before was not received');
    }
    const feed = response === null || tags.has('requesting') ? null : feedOf(response.body);
    if (feed === null) throw requestRefusal(core, call, BUSY);
    if (feed.isBeingRead) throw requestRefusal(core, call, 'the response before is being read');
    return feed;
  }

  #permitConnecting(call: string): void {
    const { core } = this;
    if (core.is('connecting')) throw requestRefusal(core, call, 'the connection is being opened');
    if (this.#session.address !== null) return;
    throw core.exception ?? requestRefusal(core, call, 'the session knows no host to connect to');
  }

  #reconnect(call: string, connectTimeout?: number): Promise<void> | null {
    this.#permitConnecting(call);
    const session = this.#session;
    const { address } = session;
    if (this.core.is('attached')) this.core.notify({ type: 'session.close' });
    if (address === null) return null;
    const before = session.getConnectTimeout();
    // The connector takes it along; what the user has set stays set.
    if (connectTimeout !== undefined) session.setConnectTimeout(connectTimeout);
    const connected = session.connect(address);
    session.setConnectTimeout(before);
    return connected;
  }
}
