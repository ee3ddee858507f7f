import type { WebSocket } from 'ws';

import type { InspectorSink } from './stately-inspector.js';
import { actorMessage, snapshotMessage } from './stately-messages.js';
import { loadWebSocketPackage, openQuietly, type WebSocketPackage } from './web-socket.js';

/** Bytes that may wait in the socket before messages are kept back. */
const MAX_UNSENT_BYTES = 1_048_576;
const CLOSE_TIMEOUT = 1_000;
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 10_000;

/** The owner of a relay. */
export interface RelayObserver {
  /**
   * The relay does not know what there is: everything has to be announced again, one thing with each step, so that the
   * socket keeps pace.
   */
  announcements(): Iterator<void>;
}

/**
 * A WebSocket to Stately's relay server, or to anything else that takes what `createWebSocketInspector` sends. It is not
 * that of `@statelyai/inspect`, which keeps the process alive, does not come back after a close and queues in the socket
 * without a bound.
 *
 * While the relay is away or slow, messages wait, up to a bound. Where one had to be dropped, or the relay was away, what
 * it knows is incomplete: then everything is announced again.
 */
export class StatelyRelay {
  readonly inspector: InspectorSink;
  readonly #package: WebSocketPackage;
  readonly #url: string;
  readonly #maxQueued: number;
  #observer: RelayObserver | null = null;
  #queue: string[] = [];
  #socket: WebSocket | null = null;
  #retry: NodeJS.Timeout | null = null;
  #pause = FIRST_PAUSE;
  #dropped = 0;
  /** Whether the messages sent and queued so far are complete. */
  #isComplete = true;
  #announcements: Iterator<void> | null = null;
  #isStopped = false;

  /** Connects. @throws SyntaxError for an invalid URL; Error if `ws` is not installed */
  constructor(url: string, maxQueued: number) {
    this.#url = url;
    this.#maxQueued = maxQueued;
    this.#package = loadWebSocketPackage('inspectSessions()');
    this.inspector = {
      actor: (actor, state) => {
        this.#send(actorMessage(actor, state));
      },
      snapshot: (actor, state, info) => {
        this.#send(snapshotMessage(actor, state, info));
      },
    };
    this.#connect();
  }

  /** Sets the observer that can announce everything again. */
  start(observer: RelayObserver): void {
    this.#observer = observer;
  }

  /** Whether the relay is connected. */
  get connected(): boolean {
    return this.#socket !== null && this.#socket.readyState === this.#socket.OPEN;
  }

  /** Messages that were dropped. */
  get dropped(): number {
    return this.#dropped;
  }

  #send(text: string): void {
    if (this.#isStopped) return;
    if (this.#queue.length === 0 && this.#canSend) this.#transmit(text);
    else this.#keep(text);
  }

  get #canSend(): boolean {
    return this.connected && (this.#socket as WebSocket).bufferedAmount < MAX_UNSENT_BYTES;
  }

  #keep(text: string): void {
    this.#queue.push(text);
    if (this.#queue.length <= this.#maxQueued) return;
    this.#dropped += this.#queue.length;
    this.#queue = [];
    this.#isComplete = false;
  }

  #transmit(text: string): void {
    this.#socket?.send(text, () => {
      this.#flush();
    });
  }

  /** Sends what waits, as far as the socket takes it. */
  #flush(): void {
    if (!this.#canSend) return;
    if (!this.#isComplete) {
      this.#isComplete = true;
      this.#dropped += this.#queue.length;
      this.#queue = [];
      this.#announcements = this.#observer?.announcements() ?? null;
    }
    let sent = 0;
    for (; sent < this.#queue.length && this.#canSend; sent++) this.#transmit(this.#queue[sent] as string);
    this.#queue.splice(0, sent);
    while (this.#announcements !== null && this.#queue.length === 0 && this.#canSend) {
      if (this.#announcements.next().done === true) this.#announcements = null;
    }
  }

  #connect(): void {
    const socket = openQuietly(this.#package, this.#url);
    this.#socket = socket;
    socket.on('open', () => {
      this.#pause = FIRST_PAUSE;
      // The next connection may reach a relay that knows nothing.
      socket.on('close', () => (this.#isComplete = false));
      this.#flush();
    });
    // Messages of other programs through the relay are not for us.
    socket.on('message', () => undefined);
    // `close` follows, and says all that is of interest.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#socket === socket) this.#wentAway();
    });
  }

  #wentAway(): void {
    this.#socket = null;
    if (this.#isStopped) return;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.#connect();
    }, this.#pause).unref();
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  /** Ends the connection, after what was sent. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#queue = [];
    const socket = this.#socket;
    if (socket === null) return;
    socket.close();
    const impatience = setTimeout(() => {
      socket.terminate();
    }, CLOSE_TIMEOUT).unref();
    socket.on('close', () => {
      clearTimeout(impatience);
    });
  }
}
