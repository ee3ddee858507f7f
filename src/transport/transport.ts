import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import {
  localAddressOf,
  remoteAddressOf,
  type ConnectionAddresses,
  type SocketAddress,
} from './addresses.js';
import { systemClock, type Clock } from './clock.js';
import { MemorySocket } from './memory/socket.js';
import { net } from './node-modules.js';
import { NO_BYTES, closeInOrder, forgetPause, guardErrors, ownBytes } from './release.js';

/** What a transport is made of; `duplex` is any stream that this package does not know more about. */
export type TransportKind = 'tcp' | 'tls' | 'unix' | 'memory' | 'duplex';

/** What a transport tells about itself. */
export interface TransportDescription {
  readonly id: number;
  readonly kind: TransportKind;
  readonly local: SocketAddress | undefined;
  readonly remote: SocketAddress | undefined;
}

/** What `Transport.release` hands over. */
export interface ReleasedSocket {
  readonly socket: Duplex;
  /** Bytes that could not be put back because the socket had ended already; mostly empty. */
  readonly unread: Buffer;
}

/**
 * What the handle of a socket tells: bytes that it was given, and those of them that the kernel has not taken. Node.js
 * asks it for the same, for `bytesWritten` and for the timeout of a socket.
 */
interface OutputCount {
  readonly bytesWritten?: unknown;
  readonly writeQueueSize?: unknown;
  readonly _parent?: OutputCount | null;
}

/** How the listeners, shared by all transports, find theirs: no closure per connection. */
const TRANSPORT = Symbol('transport');

type HeldSocket = Duplex & { [TRANSPORT]?: Transport | undefined };

/** The observer, if any, has asked for silence; always set while there is no observer. */
const PAUSED = 1;
const TOLD_ENDED = 2;
/** `onClosed` or `onFailed` was told. */
const TOLD_GONE = 4;
/** Destroyed, closed or released by this side: nothing is told any more. */
const LET_GO = 8;
const READING = 16;
const DRAIN_LISTENED = 32;
const DRAIN_OWED = 64;
/** The socket came with `allowHalfOpen` off. */
const CLOSES_BY_ITSELF = 128;

let lastId = 0;

/**
 * Reads on, as far as the stream buffers. Sockets do so by themselves when they are paused, and so notice a reset, but
 * for those that read into a buffer of their owner.
 */
function readAhead(socket: Duplex): void {
  if (socket.readable) socket.read(0);
}

/**
 * The handle of one socket: owns it from its creation until it is destroyed, closed or released.
 *
 * While it is held, the socket is half-open whatever it was before: the peer's FIN ends reading only, and the owner
 * decides when writing ends (RFC 9112 section 9.6).
 */
export class Transport {
  /** Counts transports of this process, from 1. */
  readonly id: number = ++lastId;
  readonly #socket: HeldSocket;
  #observer: TransportObserver | undefined = undefined;
  #addresses: ConnectionAddresses | undefined = undefined;
  #state = PAUSED;

  /**
   * Takes over the socket. Whatever it has buffered is kept for `watch`.
   *
   * @throws TypeError when the socket does not yield plain bytes (object mode, or an encoding was set)
   */
  constructor(socket: Duplex) {
    if (socket.readableObjectMode || socket.readableEncoding !== null) {
      throw new TypeError('a socket must yield bytes: no object mode, no encoding');
    }
    this.#socket = socket;
    this.#socket[TRANSPORT] = this;
    if (socket.readableFlowing === true) socket.pause();
    if (!socket.allowHalfOpen) {
      this.#state |= CLOSES_BY_ITSELF;
      socket.allowHalfOpen = true;
    }
    socket.on('end', Transport.#heardEnd);
    socket.on('error', Transport.#heardError);
    socket.on('close', Transport.#heardClose);
  }

  /** The socket itself, for what this handle does not offer. Reading from it loses bytes for the observer. */
  get socket(): Duplex {
    return this.#socket;
  }

  /**
   * Subscribes the observer and lets bytes flow to it. What happened before (an end, a failure, a drain that was
   * waited for) is told soon after, never during the call. After this side let go of the socket nothing is told.
   *
   * @throws Error when there is another observer
   */
  watch(observer: TransportObserver): void {
    if (this.#observer !== undefined) throw new Error('this transport has an observer already');
    if (this.#state & LET_GO) return;
    const socket = this.#socket;
    this.#observer = observer;
    this.#state &= ~PAUSED;
    if ((this.#state & READING) === 0) {
      this.#state |= READING;
      socket.on('data', Transport.#heardData);
    }
    if (socket.readableFlowing !== true) socket.resume();
    if (this.#state & DRAIN_OWED || socket.destroyed || socket.readableEnded) {
      process.nextTick(Transport.#tellThePast, this);
    }
  }

  /** Unsubscribes the observer and pauses. Failures stay harmless. */
  unwatch(): void {
    this.pause();
    this.#observer = undefined;
  }

  /**
   * Holds bytes back until `resume`; TCP holds the peer back in turn. The end of the stream may still be told, as
   * soon as no byte is left in front of it.
   */
  pause(): void {
    if (this.#state & (PAUSED | LET_GO)) return;
    this.#state |= PAUSED;
    this.#socket.pause();
    readAhead(this.#socket);
  }

  /** Lets bytes flow again. Does nothing without an observer. */
  resume(): void {
    if ((this.#state & PAUSED) === 0 || this.#observer === undefined) return;
    this.#state &= ~PAUSED;
    this.#socket.resume();
  }

  /**
   * Writes with one call to the socket.
   *
   * @param encoding - Of a string. Default: `latin1`, the encoding of message heads.
   * @returns `false` for back-pressure: `onDrained` follows, unless the transport ends or fails before
   */
  write(data: string | Uint8Array, encoding: 'latin1' | 'utf8' = 'latin1'): boolean {
    const socket = this.#socket;
    const free = typeof data === 'string' ? socket.write(data, encoding) : socket.write(data);
    if (!free) this.#awaitDrain();
    return free;
  }

  /** Bytes written that the system has not taken yet. */
  get pendingOutput(): number {
    return this.#socket.writableLength;
  }

  /**
   * Bytes that the system has taken, where it counts them; only differences mean something. Of a large write it takes
   * parts, while `pendingOutput` does not change before it has taken all.
   */
  get takenOutput(): number | undefined {
    const handle = (this.#socket as { _handle?: OutputCount | null })._handle;
    // What TLS has encrypted, the handle below it sends.
    const { bytesWritten, writeQueueSize } = handle?._parent ?? handle ?? {};
    if (typeof bytesWritten !== 'number' || typeof writeQueueSize !== 'number') return undefined;
    return bytesWritten - writeQueueSize;
  }

  /** Sends FIN after what was written. Idempotent. */
  end(): void {
    // A redundant end of a stream builds an Error, which costs as much as two requests.
    if (!this.#socket.writableEnded && !this.#socket.destroyed) this.#socket.end();
  }

  /**
   * Closes in order: what was written is still sent, then FIN, then the socket is closed. What arrives meanwhile is
   * discarded. Nothing is told any more.
   *
   * A peer that does not read cannot hold the socket for ever: after the default send timeout it is destroyed.
   *
   * @param clock - Measures that timeout. Default: the system's clock.
   */
  close(clock: Clock = systemClock): void {
    if (this.#letGo()) closeInOrder(this.#socket, clock);
  }

  /** Closes at once; unsent output is lost. Nothing is told any more. Idempotent. */
  destroy(): void {
    if (this.#letGo()) this.#socket.destroy();
  }

  /** Closes with a reset (RST) where the socket can do that, else like `destroy`. Nothing is told any more. */
  reset(): void {
    if (!this.#letGo()) return;
    const socket = this.#socket;
    if (socket instanceof MemorySocket) socket.reset();
    else if (this.kind === 'tcp' && !socket.destroyed) (socket as Socket).resetAndDestroy();
    else socket.destroy();
  }

  /**
   * Hands the socket over. `unread` bytes go back into it, in front of everything else. Nothing flows until the new
   * owner asks for it: by a `data` listener, `resume`, `pipe`, `read` or iteration. Nothing is told any more.
   *
   * An error in between is swallowed, and only there: the guard stays until the new owner listens for `error`.
   */
  release(unread: Buffer | readonly Buffer[] = NO_BYTES): ReleasedSocket {
    const socket = this.#socket;
    const bytes = ownBytes(unread);
    if (!this.#letGo()) return { socket, unread: bytes };
    socket.pause();
    guardErrors(socket);
    socket[TRANSPORT] = undefined;
    socket.off('data', Transport.#heardData);
    socket.off('end', Transport.#heardEnd);
    socket.off('error', Transport.#heardError);
    socket.off('close', Transport.#heardClose);
    socket.off('drain', Transport.#heardDrain);
    if (this.#state & CLOSES_BY_ITSELF) socket.allowHalfOpen = false;
    forgetPause(socket);
    if (socket.readableEnded || socket.destroyed) return { socket, unread: bytes };
    if (bytes.length > 0) socket.unshift(bytes);
    readAhead(socket);
    return { socket, unread: NO_BYTES };
  }

  /** The address of this end; `undefined` for Unix sockets, plain duplexes, and once the socket is closed. */
  get localAddress(): SocketAddress | undefined {
    return this.#addresses?.local ?? localAddressOf(this.#socket);
  }

  /** The address of the peer; `undefined` for Unix sockets and plain duplexes. */
  get remoteAddress(): SocketAddress | undefined {
    return this.#addresses?.remote ?? remoteAddressOf(this.#socket);
  }

  /** Takes a proxy's word for the ends of the connection, instead of the socket's. */
  overrideAddresses(addresses: ConnectionAddresses): void {
    this.#addresses = addresses;
  }

  /** Whether TLS protects the connection. */
  get encrypted(): boolean {
    return (this.#socket as { encrypted?: unknown }).encrypted === true;
  }

  /** What the transport is made of. A closed Unix socket counts as `tcp`: the system does not tell any more. */
  get kind(): TransportKind {
    if (this.encrypted) return 'tls';
    if (this.#socket instanceof MemorySocket) return 'memory';
    if (!(this.#socket instanceof net.Socket)) return 'duplex';
    return this.#socket.destroyed || localAddressOf(this.#socket) !== undefined ? 'tcp' : 'unix';
  }

  /** Small and safe to serialise. */
  toJSON(): TransportDescription {
    return { id: this.id, kind: this.kind, local: this.localAddress, remote: this.remoteAddress };
  }

  /**
   * Hands bytes that were read into a shared buffer to the transport of a socket.
   *
   * @internal
   * @returns whether the socket shall go on reading
   */
  static deliverBorrowed(socket: Duplex, buffer: Buffer, length: number): boolean {
    const transport = (socket as HeldSocket)[TRANSPORT];
    const bytes = buffer.subarray(0, length);
    // Whatever waits in the stream came earlier and must be handed on earlier.
    if (transport === undefined || transport.#state & PAUSED || socket.readableLength > 0) {
      return socket.push(Buffer.from(bytes));
    }
    transport.#observer?.onBytes(bytes, true);
    // A pause or a release during the call has stopped the reading itself.
    return true;
  }

  #letGo(): boolean {
    if (this.#state & LET_GO) return false;
    this.#state |= LET_GO | PAUSED;
    this.#observer = undefined;
    return true;
  }

  #awaitDrain(): void {
    if ((this.#state & DRAIN_LISTENED) === 0) this.#socket.on('drain', Transport.#heardDrain);
    this.#state |= DRAIN_LISTENED | DRAIN_OWED;
  }

  #tellEnded(): void {
    if (this.#observer === undefined || this.#state & (TOLD_ENDED | TOLD_GONE)) return;
    this.#state |= TOLD_ENDED;
    this.#observer.onEnded();
  }

  #tellGone(error: Error | null): void {
    if (this.#observer === undefined || this.#state & TOLD_GONE) return;
    this.#state |= TOLD_GONE;
    if (error === null) this.#observer.onClosed();
    else this.#observer.onFailed(error);
  }

  #tellDrained(): void {
    if (this.#observer === undefined || (this.#state & DRAIN_OWED) === 0) return;
    this.#state &= ~DRAIN_OWED;
    this.#observer.onDrained();
  }

  static readonly #heardData = function (this: HeldSocket, chunk: Buffer): void {
    const transport = this[TRANSPORT];
    if (transport === undefined) return;
    if (transport.#observer !== undefined) {
      transport.#observer.onBytes(chunk, false);
    } else if ((transport.#state & LET_GO) === 0) {
      // Somebody else set the socket flowing. Nobody is there to take the bytes, so they wait.
      this.pause();
      this.unshift(chunk);
    }
  };

  static readonly #heardEnd = function (this: HeldSocket): void {
    const transport = this[TRANSPORT];
    if (transport !== undefined) transport.#tellEnded();
  };

  static readonly #heardError = function (this: HeldSocket, error: Error): void {
    const transport = this[TRANSPORT];
    if (transport !== undefined) transport.#tellGone(error);
  };

  static readonly #heardClose = function (this: HeldSocket): void {
    const transport = this[TRANSPORT];
    if (transport !== undefined) transport.#tellGone(this.errored);
  };

  static readonly #heardDrain = function (this: HeldSocket): void {
    const transport = this[TRANSPORT];
    if (transport !== undefined) transport.#tellDrained();
  };

  static readonly #tellThePast = function (transport: Transport): void {
    const socket = transport.#socket;
    if (!socket.destroyed && !socket.writableNeedDrain) transport.#tellDrained();
    if (socket.readableEnded) transport.#tellEnded();
    if (socket.destroyed) transport.#tellGone(socket.errored);
  };
}

/** Hears what happens on a transport. Each of `onEnded`, `onClosed` and `onFailed` comes at most once per transport. */
export interface TransportObserver {
  /** Bytes arrived. A borrowed chunk is valid during the call only: its memory is about to be read into again. */
  onBytes(chunk: Buffer, borrowed: boolean): void;
  /** The peer finished sending (FIN, or TLS `close_notify`); all its bytes were handed on before. */
  onEnded(): void;
  /** The socket closed without an error. Nothing follows. */
  onClosed(): void;
  /** The socket failed. Comes instead of `onClosed`; nothing follows. */
  onFailed(error: Error): void;
  /** After `write` returned `false`: all output was handed to the system. Does not come once `end` was called. */
  onDrained(): void;
}
