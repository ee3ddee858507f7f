import type { OnReadOpts, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import {
  localAddressOf,
  remoteAddressOf,
  type ConnectionAddresses,
  type SocketAddress,
} from './addresses.js';
import { systemClock, type Clock } from './deadlines.js';
import { MemorySocket } from './memory/socket.js';
import { net } from './node-modules.js';
import type { ReleasedSocket, TransportDescription, TransportKind, TransportObserver } from './observer.js';
import type { OpeningSocket } from './shared-reading.js';
import { bytesTaken } from './sent-output.js';
import { NO_BYTES, closeInOrder, forgetPause, guardErrors, keepEnd, ownBytes } from './release.js';

/** How the listeners, which all transports share, find their transport: no closure per connection. */
const TRANSPORT = Symbol('transport');

type HeldSocket = Duplex & { [TRANSPORT]?: Transport | undefined };

/*
 * The bits of `#state`: everything a transport remembers besides its socket and its observer. One number, as there is
 * a transport for every connection and the bits are read with every chunk.
 */
/** The observer does not want bytes. Set whenever there is no observer. */
const PAUSED = 1;
/** `onEnded` was called. */
const REPORTED_ENDED = 2;
/** `onClosed` or `onFailed` was called. */
const REPORTED_GONE = 4;
/** This side has destroyed, closed or released the socket: no more calls to the observer. */
const LET_GO = 8;
/** The `data` listener is attached. */
const READING = 16;
/** The `drain` listener is attached. */
const DRAIN_LISTENED = 32;
/** A write has returned `false`, and `onDrained` was not called since. */
const DRAIN_OWED = 64;
/** The socket came with `allowHalfOpen` off, which `release` restores. */
const CLOSES_BY_ITSELF = 128;
/** What the socket reads comes by `deliverBorrowed`, not from the stream. */
const BORROWS = 256;

let lastId = 0;
let lastBuffer: Buffer | undefined;
let lastView: Buffer = NO_BYTES;

/** The front of the shared buffer. Requests of a client often have the same length, and no reader may keep the view. */
function viewOf(buffer: Buffer, length: number): Buffer {
  if (buffer !== lastBuffer || lastView.length !== length) lastView = buffer.subarray(0, length);
  lastBuffer = buffer;
  return lastView;
}

/**
 * Continues reading, as far as the stream buffers, so that a reset is noticed. Paused sockets do that by themselves,
 * except for those that read into a shared buffer.
 */
function readAhead(socket: Duplex): void {
  if (socket.readable) socket.read(0);
}

/**
 * Owns one socket until it is destroyed, closed or released.
 *
 * Meanwhile the socket is half-open: the peer's FIN ends reading only, and the owner decides when writing ends
 * (RFC 9112 section 9.6).
 */
export class Transport {
  /** Counts transports of this process, from 1. */
  readonly id: number = ++lastId;
  readonly #socket: HeldSocket;
  #observer: TransportObserver | undefined = undefined;
  #addresses: ConnectionAddresses | undefined = undefined;
  #state = PAUSED;

  /**
   * Takes over the socket. What it has buffered is kept for `watch`.
   *
   * @param borrows - Whether the socket was made to read into the shared buffer, and was not paused.
   * @throws TypeError when the socket does not yield plain bytes (object mode, or an encoding was set)
   */
  constructor(socket: Duplex, borrows = false) {
    if (socket.readableObjectMode || socket.readableEncoding !== null) {
      throw new TypeError('socket: must yield bytes (no object mode, no encoding)');
    }
    this.#socket = socket;
    this.#socket[TRANSPORT] = this;
    if (borrows) this.#state |= BORROWS;
    if (socket.readableFlowing === true) socket.pause();
    if (!socket.allowHalfOpen) {
      this.#state |= CLOSES_BY_ITSELF;
      socket.allowHalfOpen = true;
    }
    socket.on('end', Transport.#heardEnd);
    socket.on('error', Transport.#heardError);
    socket.on('close', Transport.#heardClose);
  }

  /** The socket itself, for what this class does not offer. Reading from it takes bytes away from the observer. */
  get socket(): Duplex {
    return this.#socket;
  }

  /**
   * Subscribes the observer and lets bytes flow to it. What happened before (an end, a failure, a drain that was
   * waited for) is reported soon after, never during the call. Once this side has let go of the socket, nothing is
   * reported.
   *
   * @throws Error when there is another observer
   */
  watch(observer: TransportObserver): void {
    if (this.#observer !== undefined) throw new Error('transport: already has an observer');
    if (this.#state & LET_GO) return;
    const socket = this.#socket;
    this.#observer = observer;
    this.#state &= ~PAUSED;
    // The stream of such a socket has nothing to hand on before it is paused; to start it takes a turn of the event loop.
    if ((this.#state & BORROWS) === 0 || socket.readableFlowing !== null || socket.readableLength > 0)
      this.#flow();
    if (this.#state & DRAIN_OWED || socket.destroyed || socket.readableEnded) {
      process.nextTick(Transport.#reportThePast, this);
    }
  }

  /**
   * Unsubscribes the observer and keeps what still arrives, as `pause` does. Socket errors stay harmless.
   *
   * The socket is paused by the first bytes that come: mostly it is closed before that.
   */
  unwatch(): void {
    this.#state |= PAUSED;
    this.#observer = undefined;
  }

  /**
   * Holds bytes back until `resume`; TCP holds the peer back in turn. The end of the stream may still be reported, once
   * no byte is left before it.
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
    this.#flow();
  }

  #flow(): void {
    const socket = this.#socket;
    if ((this.#state & READING) === 0) {
      this.#state |= READING;
      socket.on('data', Transport.#heardData);
    }
    if (socket.readableFlowing !== true) socket.resume();
  }

  /**
   * Writes with one call to the socket.
   *
   * @param encoding - Of a string. Default: `latin1`, the encoding of message heads.
   * @returns `false` for back-pressure: `onDrained` follows, unless the transport ends or fails first
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
   * Bytes that the system has taken, where it counts them; only differences mean anything. The system takes a large
   * write in parts, while `pendingOutput` changes only once it has taken all of it.
   */
  get takenOutput(): number | undefined {
    return bytesTaken(this.#socket);
  }

  /** Sends FIN after what was written. Idempotent. */
  end(): void {
    // A redundant `end()` creates an Error, which costs as much as two requests.
    if (!this.#socket.writableEnded && !this.#socket.destroyed) this.#socket.end();
  }

  /**
   * Closes in order: sends what was written, then FIN, then closes the socket. Discards what arrives meanwhile. Nothing
   * is reported any more.
   *
   * A peer that does not read cannot hold the socket forever: it is destroyed after the default send timeout.
   *
   * @param clock - Measures that timeout. Default: the system's clock.
   * @param isPeerDone - The peer owes nothing more, and all that it sent was read. Default: `false`.
   */
  close(clock: Clock = systemClock, isPeerDone = false): void {
    if (this.#letGo()) closeInOrder(this.#socket, clock, isPeerDone);
  }

  /** Closes at once; unsent output is lost. Nothing is reported any more. Idempotent. */
  destroy(): void {
    if (this.#letGo()) this.#socket.destroy();
  }

  /** Closes with a reset (RST) if the socket can, else like `destroy`. Nothing is reported any more. */
  reset(): void {
    if (!this.#letGo()) return;
    const socket = this.#socket;
    if (socket instanceof MemorySocket) socket.reset();
    else if (this.kind === 'tcp' && !socket.destroyed) (socket as Socket).resetAndDestroy();
    else socket.destroy();
  }

  /**
   * Hands the socket over. `unread` bytes go back into it, before everything else. Nothing flows until the new owner
   * asks for it: by a `data` listener, `resume`, `pipe`, `read` or iteration. Nothing is reported any more.
   *
   * Errors are swallowed until the new owner listens for `error`.
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
    keepEnd(socket);
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

  /** Reports the addresses that a proxy has named, in place of the socket's. */
  overrideAddresses(addresses: ConnectionAddresses): void {
    this.#addresses = addresses;
  }

  /** Whether TLS protects the connection. */
  get encrypted(): boolean {
    return (this.#socket as { encrypted?: unknown }).encrypted === true;
  }

  /** What the transport is made of. A closed Unix socket counts as `tcp`: the system no longer knows. */
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
   * @returns whether the socket continues to read
   */
  static deliverBorrowed(socket: Duplex, buffer: Buffer, length: number): boolean {
    const transport = (socket as HeldSocket)[TRANSPORT];
    const bytes = viewOf(buffer, length);
    // What waits in the stream came earlier and must be handed on first.
    if (transport === undefined || transport.#state & PAUSED || socket.readableLength > 0) {
      return socket.push(Buffer.from(bytes));
    }
    transport.#observer?.onBytes(bytes, true);
    // A pause or a release during the call has stopped the reading itself.
    return true;
  }

  /**
   * The memory that a socket with shared reading reads into next: that of the observer, where it has some to fill.
   *
   * @internal
   */
  static roomFor(socket: HeldSocket | null, shared: Buffer): Buffer {
    const transport = socket?.[TRANSPORT];
    // What waits in the stream is handed on before what is read next.
    if (transport === undefined || transport.#state & PAUSED || transport.#socket.readableLength > 0) {
      return shared;
    }
    return transport.#observer?.roomAhead?.() ?? shared;
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

  #reportEnded(): void {
    if (this.#observer === undefined || this.#state & (REPORTED_ENDED | REPORTED_GONE)) return;
    this.#state |= REPORTED_ENDED;
    this.#observer.onEnded();
  }

  #reportGone(error: Error | null): void {
    if (this.#observer === undefined || this.#state & REPORTED_GONE) return;
    this.#state |= REPORTED_GONE;
    if (error === null) this.#observer.onClosed();
    else this.#observer.onFailed(error);
  }

  #reportDrained(): void {
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
      // There is no observer to take the bytes, so they wait.
      this.pause();
      this.unshift(chunk);
      readAhead(this);
    }
  };

  static readonly #heardEnd = function (this: HeldSocket): void {
    const transport = this[TRANSPORT];
    if (transport !== undefined) transport.#reportEnded();
  };

  static readonly #heardError = function (this: HeldSocket, error: Error): void {
    const transport = this[TRANSPORT];
    if (transport !== undefined) transport.#reportGone(error);
  };

  static readonly #heardClose = function (this: HeldSocket): void {
    const transport = this[TRANSPORT];
    if (transport !== undefined) transport.#reportGone(this.errored);
  };

  static readonly #heardDrain = function (this: HeldSocket): void {
    const transport = this[TRANSPORT];
    if (transport !== undefined) transport.#reportDrained();
  };

  static readonly #reportThePast = function (transport: Transport): void {
    const socket = transport.#socket;
    if (!socket.destroyed && !socket.writableNeedDrain) transport.#reportDrained();
    if (socket.readableEnded) transport.#reportEnded();
    if (socket.destroyed) transport.#reportGone(socket.errored);
  };
}

/** The `onread` callback of an accepted socket: net.Socket calls it as a method. */
export function deliverRead(this: Duplex, length: number, buffer: Buffer): boolean {
  return Transport.deliverBorrowed(this, buffer, length);
}

/** The `onread` option of a socket that is about to be created; it asks for memory before the first read and after each. */
export function readingOf(opening: OpeningSocket, shared: Buffer): OnReadOpts {
  return {
    buffer: () => Transport.roomFor(opening.socket, shared),
    callback: (length, buffer) =>
      Transport.deliverBorrowed(opening.socket as Duplex, buffer as Buffer, length),
  };
}
