import type { Duplex } from 'node:stream';

import type { SessionTag } from '../../machines/session.events.js';
import type { SessionState } from '../../machines/session.states.js';
import type { AbortedError } from '../errors/index.js';
import type { SessionActivity } from '../session/index.js';
import type { Handshake } from '../transport/index.js';
import { LiveSet } from './live-set.js';

/** A connection as its server sees it, whichever parser it has. */
export interface LiveConnection {
  /** The number of its session within the process. */
  readonly id: number;
  /** The lifecycle state, dotted. */
  readonly state: SessionState;
  /** Since when it is in that state, in milliseconds since the Unix epoch. */
  readonly since: number;
  /** When it last made a transition of any kind, in milliseconds since the Unix epoch. */
  readonly changedAt: number;
  /** What the connection is doing. */
  readonly activity: SessionActivity;
  /** How many requests were answered. */
  readonly answered: number;
  /** Answers whether its lifecycle state has a tag, and which ones its message cycle has. */
  readonly core: {
    is(tag: SessionTag): boolean;
    readonly exchange: { readonly tags: ReadonlySet<string> };
  };
  /** Makes the response in progress, or the next one, the last; an idle connection is still read. */
  startDraining(): void;
  /**
   * The end of the grace: makes the response in progress the last one, closes an idle connection, and gives up what is
   * left of a request that was answered. A head in progress must be complete in `headTime` milliseconds.
   */
  finishDraining(headTime: number): void;
  /** Makes the response in progress the last one; closes an idle connection. */
  drain(): void;
  /** Resets the connection. */
  abort(): void;
}

/** How many connections are in which state, at one moment. */
export interface ConnectionCounts {
  /** By lifecycle state, dotted; states without connections are left out. */
  readonly states: Readonly<Partial<Record<SessionState, number>>>;
  /** By what they are doing. */
  readonly activities: Readonly<Record<SessionActivity, number>>;
  /** TLS handshakes in progress: connections that are not counted above yet. */
  readonly handshakes: number;
}

/** A socket that was handed over and is not closed yet. */
interface HandedOver {
  readonly socket: Duplex;
  readonly closed: () => void;
  /** Made when the new owner asks for its signal. */
  drainController: AbortController | null;
  /** Why the new owner must finish; `undefined` while it need not. */
  drainReason: AbortedError | undefined;
}

/** Is notified when connections end. */
export interface RegistryObserver<TConnection> {
  /** The socket of the connection was handed over. */
  handedOver(connection: TConnection): void;
  /** The socket of the connection is closed. */
  gone(connection: TConnection): void;
}

/**
 * The live connections of a server. Every accepted socket counts until it is closed, also after it was handed over.
 * POCO: the counters of `TCPServer`.
 */
export class ConnectionRegistry<TConnection extends LiveConnection> {
  /** TLS handshakes in progress: connections that are no sessions yet. */
  readonly handshakes = new Set<Handshake>();
  readonly #live = new LiveSet<TConnection>();
  readonly #handedOver = new Map<TConnection, HandedOver>();
  readonly #observer: RegistryObserver<TConnection>;
  #total = 0;
  #maxConcurrent = 0;
  #refused = 0;

  constructor(observer: RegistryObserver<TConnection>) {
    this.#observer = observer;
  }

  /** The live connections, in the order in which they came. */
  get live(): ReadonlySet<TConnection> {
    return this.#live;
  }

  /** Connections so far. */
  get total(): number {
    return this.#total;
  }

  /** The most connections that were live at the same time. */
  get maxConcurrent(): number {
    return this.#maxConcurrent;
  }

  /** Connections that were refused. */
  get refused(): number {
    return this.#refused;
  }

  /** Counts a connection that was refused. */
  countRefused(): void {
    this.#refused++;
  }

  /** Adds a connection. */
  add(connection: TConnection): void {
    this.#live.add(connection);
    this.#total++;
    if (this.#live.size > this.#maxConcurrent) this.#maxConcurrent = this.#live.size;
  }

  /**
   * Removes a connection whose session has no socket any more; with `socket`, once that is closed by its new owner.
   *
   * @param drainController - of a signal that the new owner got while the session still had the socket.
   */
  left(connection: TConnection, socket: Duplex | null, drainController: AbortController | null = null): void {
    if (!this.#live.has(connection)) return;
    if (socket === null || socket.closed) {
      this.#remove(connection);
      return;
    }
    const closed = (): void => {
      this.#handedOver.delete(connection);
      this.#remove(connection);
    };
    socket.once('close', closed);
    this.#handedOver.set(connection, { socket, closed, drainController, drainReason: undefined });
    this.#observer.handedOver(connection);
  }

  /** Adds a connection again that got another socket after it was gone. */
  returned(connection: TConnection): void {
    if (!this.#live.has(connection)) this.add(connection);
  }

  #remove(connection: TConnection): void {
    if (this.#live.delete(connection)) this.#observer.gone(connection);
  }

  /**
   * Aborts when the new owner of the connection's socket must finish. If it must already when it first asks, the signal
   * aborts in the next turn of the event loop, so that an owner who only adds a listener is notified as well.
   */
  drainSignal(connection: TConnection): AbortSignal {
    const handedOver = this.#handedOver.get(connection);
    // A closed socket has nothing to drain.
    if (handedOver === undefined) return new AbortController().signal;
    if (handedOver.drainController === null) {
      const controller = new AbortController();
      handedOver.drainController = controller;
      if (handedOver.drainReason !== undefined) setImmediate(() => controller.abort(handedOver.drainReason));
    }
    return handedOver.drainController.signal;
  }

  /** Signals the new owner of the connection's socket to finish. */
  signalDrain(connection: TConnection, reason: AbortedError): void {
    const handedOver = this.#handedOver.get(connection);
    if (handedOver === undefined) return;
    handedOver.drainReason ??= reason;
    handedOver.drainController?.abort(reason);
  }

  /** Resets a connection, or destroys the socket that was handed over. */
  abort(connection: TConnection): void {
    const handedOver = this.#handedOver.get(connection);
    if (handedOver === undefined) connection.abort();
    else handedOver.socket.destroy();
  }

  /** Counts the live connections; takes time in proportion to their number. */
  counts(): ConnectionCounts {
    const states: Partial<Record<SessionState, number>> = {};
    const activities = { silent: 0, idle: 0, active: 0, lingering: 0, detached: 0 };
    for (const { state, activity } of this.#live) {
      states[state] = (states[state] ?? 0) + 1;
      activities[activity]++;
    }
    return { states, activities, handshakes: this.handshakes.size };
  }
}
