import { reportFault } from '../../diagnostics.js';
import type { Transport } from '../../transport/index.js';
import type { SessionCore } from '../core/session-core.js';
import type { ClientExchange } from './client-exchange.js';
import type { HTTPClientSession } from './http-client-session.js';
import type { SessionHolder } from './session-holder.js';

/** A notice to the holder of a session. */
type Notice = keyof SessionHolder;

/** Notifies the holder of a session, once the session can be called again. */
export class Holding {
  readonly #session: HTTPClientSession;
  readonly #exchange: ClientExchange;
  readonly #holder: SessionHolder;
  /** The connection whose end was not reported yet. */
  #held: Transport | null = null;
  /** The id of the last connection: the end of each is reported once. */
  #lastId = 0;
  /** Whether the holder has just been set: nothing can have arrived since the connection was opened. */
  #isNew = true;
  /** The turn of a response whose body has found no reader yet; 0 for none. */
  #unreadTurn = 0;

  constructor(session: HTTPClientSession, exchange: ClientExchange, holder: SessionHolder) {
    this.#session = session;
    this.#exchange = exchange;
    this.#holder = holder;
    queueMicrotask(() => {
      this.#isNew = false;
    });
  }

  /** Whether the connection may have got something that nothing has read yet. */
  get mustListen(): boolean {
    return !this.#isNew;
  }

  get #core(): SessionCore {
    return this.#session.core;
  }

  /** Whether the connection takes requests, now or after the exchange in progress. */
  get #isLasting(): boolean {
    return this.#core.is('usable') && !this.#core.exchange.tags.has('over');
  }

  /** Something may have ended or opened a connection. */
  check(): void {
    const core = this.#core;
    const held = this.#held;
    if (held !== null && (core.transport !== held || !this.#isLasting)) {
      this.#held = null;
      this.#notify('sessionEnded');
    }
    const { transport } = core;
    if (transport === null || transport.id === this.#lastId || this.#exchange.holding !== this) return;
    if (!this.#isLasting) return;
    this.#lastId = transport.id;
    this.#held = transport;
    if (this.#exchange.isIdle) this.#exchange.watchFresh();
    else if (core.exchange.tags.has('idle')) this.#closeSoon(transport);
  }

  /** Before the session had a holder, the server has closed the connection or sent something: it takes no request. */
  #closeSoon(transport: Transport): void {
    queueMicrotask(() => {
      if (this.#core.transport === transport && !this.#exchange.isIdle) {
        this.#core.notify({ type: 'session.close' });
      }
    });
  }

  /** The exchange is over. */
  available(): void {
    this.#unreadTurn = 0;
    if (this.#held === null || this.#core.isSending || !this.#exchange.isAvailable) return;
    this.#notify('sessionAvailable');
  }

  /** A response was handed out whose body is not complete. */
  unread(): void {
    if (this.#held === null) return;
    this.#unreadTurn = this.#core.turn;
    this.#notify('responseUnread');
  }

  /** The body was not read in time: what reads it from now on throws it away. */
  abandon(): void {
    this.#unreadTurn = 0;
  }

  /** The body is being read, or is complete. */
  read(): void {
    const isUnread = this.#unreadTurn === this.#core.turn;
    this.#unreadTurn = 0;
    if (isUnread && this.#held !== null) this.#notify('bodyRead');
  }

  #notify(notice: Notice): void {
    try {
      this.#holder[notice](this.#session);
    } catch (error) {
      reportFault('listener', error, this.#core.id);
    }
  }
}
