import { RemoteProtocolError, type HTTPSessionError } from '../../errors/index.js';
import type { ResponseHead } from '../../protocol/index.js';
import { EXCHANGE } from '../core/charts.js';
import type { BodyOwner } from '../message/body-owner.js';
import { feedOf } from '../message/incoming-body.js';
import { ClientConnection } from './client-connection.js';
import type { Holding } from './holding.js';
import { HTTPClientResponse } from './http-client-response.js';
import type { RequestTerms } from './request-options.js';
import { freeFromResponse } from './unread-response.js';

/** Owns the response in progress: limits the time in which its body is read, and reports how it is read. */
export abstract class ResponseOwner extends ClientConnection implements BodyOwner {
  /** How long a response may stay unread before its connection is freed, in milliseconds; 0 for no limit. */
  unreadTimeout = 0;
  /** Who is notified of what becomes of the session; `null` when there is no holder. */
  holding: Holding | null = null;
  /** The response in progress, or the last one. */
  response: HTTPClientResponse | null = null;
  /** What the request in progress wants to be different. */
  protected terms: RequestTerms | null = null;

  /** A message is complete: continues where the chart is. */
  protected abstract settle(): void;

  /** The body is left to the caller, who may have begun to read it already. */
  protected leaveUnread(response: HTTPClientResponse): void {
    if (response.body.complete || feedOf(response.body).isBeingRead) return;
    if (this.unreadTimeout > 0) this.core.arm('unread', this.unreadTimeout);
    this.holding?.unread();
  }

  /** `null` for a body that is declared to be larger than allowed: the connection ends. */
  protected responseOf(head: ResponseHead): HTTPClientResponse | null {
    const { core } = this;
    try {
      const response = new HTTPClientResponse(core, this, head, this.terms?.bodyLimits);
      this.terms?.bodyBegins(feedOf(response.body).reader.taken);
      return response;
    } catch (error) {
      if (!(error instanceof RemoteProtocolError)) throw error;
      core.fail(error, 'parse');
      return null;
    }
  }

  /** The caller needs no more of a response. */
  discardResponse(response: HTTPClientResponse): void {
    const feed = feedOf(response.body);
    if (this.response !== response || !this.core.is('attached')) return;
    if (response.body.complete || feed.isBeingRead) return;
    if (this.core.timer === 'unread') this.core.suspend();
    this.holding?.abandon();
    freeFromResponse(this.core, feed);
  }

  bodyReleased(): void {
    // What is left unread is dealt with when the connection is wanted again; it has a reader, who may take time.
    if (this.core.timer === 'unread') this.core.suspend();
    this.#noteReceived();
    this.holding?.read();
  }

  bodyWanted(): void {
    const { core } = this;
    if (!this.#isReadAway) core.arm('receive', core.receiveTimeout);
    else if (core.timer !== 'unread') core.arm('unread', this.unreadTimeout);
    this.holding?.read();
  }

  /** Whether the rest of a response that was not read in time is read only to be thrown away. */
  get #isReadAway(): boolean {
    return this.unreadTimeout > 0 && this.response !== null && feedOf(this.response.body).isThrownAway;
  }

  /** Chunk extensions and trailers gain no time. */
  bodyArrived(isWaiting: boolean, hasContent: boolean): void {
    if (isWaiting && hasContent) this.bodyWanted();
    if (hasContent) this.#noteReceived();
  }

  #noteReceived(): void {
    if (this.terms === null || this.response === null) return;
    this.terms.bytesReceived(feedOf(this.response.body).reader.taken, this.core.id);
  }

  bodyCompleted(): void {
    this.#noteReceived();
    this.core.advance(EXCHANGE.responseEnd);
    this.settle();
  }

  bodyBroken(error: HTTPSessionError): void {
    this.core.advance(EXCHANGE.exchangeFail);
    this.core.fail(error, this.core.endedBy ?? 'parse');
  }

  /** Bytes of the request's body were handed to the socket. */
  noteSent(bytes: number): void {
    this.terms?.bytesSent(bytes, this.core.id);
  }
}
