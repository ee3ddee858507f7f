import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import { localAddressOf, remoteAddressOf, type ConnectionAddresses } from './addresses.js';

/** A connection whose TLS handshake is in progress. Its addresses stay known when it is gone. */
export type Handshake = ConnectionAddresses;

/** Is called about handshakes. */
interface HandshakeObserver {
  handshakeBegan?(handshake: Handshake): boolean;
  handshakeEnded?(handshake: Handshake, error: Error | null): void;
}

interface Pending {
  readonly handshake: Handshake;
  readonly closed: () => void;
}

/** Which listener watches a handshake in progress. */
const watchers = new WeakMap<Duplex, Handshakes>();

/** The TLS handshakes in progress at one listener. Each is reported once. */
export class Handshakes {
  readonly #observer: HandshakeObserver;
  readonly #pending = new Map<Duplex, Pending>();

  constructor(observer: HandshakeObserver) {
    this.#observer = observer;
  }

  /** Watches the handshakes of a server of node:tls. */
  watch(server: Server): void {
    server.on('connection', this.#began);
    server.on('tlsClientError', this.#refused);
  }

  /** Leaves the handshakes that begin from here on alone: the server belongs to another listener. */
  unwatch(server: Server): void {
    server.off('connection', this.#began);
  }

  readonly #began = (socket: Socket): void => {
    this.#begin(socket);
  };

  readonly #refused = (error: Error, socket: Duplex): void => {
    this.#failed(socketBelow(socket), error);
    socket.destroy();
  };

  #begin(socket: Socket): void {
    const handshake = { remote: remoteAddressOf(socket), local: localAddressOf(socket) };
    if (this.#observer.handshakeBegan?.(handshake) === false) {
      socket.destroy();
      return;
    }
    const closed = (): void => {
      this.#failed(socket, new Error('the connection was closed before the handshake was complete'));
    };
    this.#pending.set(socket, { handshake, closed });
    watchers.set(socket, this);
    socket.on('close', closed);
  }

  /**
   * The handshake of a TLS socket that is complete; `null` if it was not watched here. Where a server listens again, another
   * listener may have watched it: it does so no more.
   */
  completed(socket: Duplex): Handshake | null {
    const below = socketBelow(socket);
    const watcher = watchers.get(below) ?? this;
    const handshake = watcher.#forget(below);
    if (watcher === this || handshake === null) return handshake;
    watcher.#observer.handshakeEnded?.(handshake, null);
    return null;
  }

  #failed(socket: Duplex, error: Error): void {
    const handshake = this.#forget(socket);
    if (handshake !== null) this.#observer.handshakeEnded?.(handshake, error);
  }

  #forget(socket: Duplex): Handshake | null {
    const pending = this.#pending.get(socket);
    if (pending === undefined) return null;
    this.#pending.delete(socket);
    watchers.delete(socket);
    socket.off('close', pending.closed);
    return pending.handshake;
  }

  /** Destroys the connections whose handshake is not complete: that is no failure of theirs. */
  abandon(server: Server): void {
    server.off('tlsClientError', this.#refused);
    for (const socket of [...this.#pending.keys()]) {
      const handshake = this.#forget(socket);
      if (handshake !== null) this.#observer.handshakeEnded?.(handshake, null);
      socket.destroy();
    }
  }
}

/** The socket that a TLS socket was made of. */
function socketBelow(socket: Duplex): Duplex {
  return (socket as { _parent?: Duplex | null })._parent ?? socket;
}
