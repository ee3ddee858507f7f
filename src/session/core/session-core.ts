import type { Duplex } from 'node:stream';

import type { SessionEvent } from '../../../machines/index.js';
import type { ChartEdge, Implementation } from '../../chart/index.js';
import { LIMITS, TIMEOUTS } from '../../constants.js';
import { AbortedError, TimeoutError, type ExpiredTimer, type HTTPSessionError } from '../../errors/index.js';
import { ReceiveBuffer } from '../../protocol/index.js';
import {
  Deadline,
  deadlinesOf,
  NO_BYTES,
  type Clock,
  type TransportObserver,
} from '../../transport/index.js';
import { EXCHANGE } from './charts.js';
import type { Connector } from './connector.js';
import { sessionImplementation } from './implementation.js';
import { Lingerer } from './lingerer.js';
import { networkError } from './network-errors.js';
import { SessionOutput } from './output.js';
import type { WaitingReader } from './role.js';
import { testify } from './testify.js';

/** The timer of a deadline that may pass unnoticed. */
const SUSPENDED = '';

/** What `detachSocket` hands over. */
export interface DetachedSocket {
  /** The socket; nothing of the session listens to it any more. */
  readonly socket: Duplex;
  /** Bytes that were read from the socket and not consumed. */
  readonly head: Buffer;
}

/** What `upgrade` hands over. */
export interface UpgradedSocket extends DetachedSocket {
  /**
   * Aborts when the server drains, in the next turn if it does already. At the deadline the socket is destroyed.
   */
  readonly signal: AbortSignal;
}

/**
 * The data of one session and its byte path: socket, buffer, waiting reader, deadlines; the output is that of its base.
 *
 * The charts decide; this class carries out. Bytes go from the socket into the buffer and to the waiting reader by
 * direct call. Bytes without a reader are kept apart, as arrived; beyond a mark the socket is paused.
 */
export class SessionCore extends SessionOutput implements TransportObserver {
  readonly buffer = new ReceiveBuffer();
  /** Set before the event that connects: what the connector service is to do. */
  connector: Connector | null = null;
  /** Whom to report to how connecting has ended: with `null` for a connection. */
  settleConnect: ((error: HTTPSessionError | null) => void) | null = null;
  /** Set before the event that attaches: bytes that were read from the socket already. */
  headOfAttached: Buffer | null = null;
  /** Set by the action that detaches: what the caller gets. */
  detachedSocket: DetachedSocket | null = null;
  /** Whether the connection is kept for further requests. */
  keepAlive = true;
  receiveTimeout: number;
  lingerTimeout: number = TIMEOUTS.lingerTimeout.value;
  reader: WaitingReader | null = null;
  /** The reader in the absence of another: the server's loop, or the client's guard of an idle connection. */
  restingReader: WaitingReader | null = null;
  /** What the deadline is armed for, and to how many milliseconds. */
  timer: ExpiredTimer | typeof SUSPENDED = SUSPENDED;
  timeout = 0;
  #arrived: ReceiveBuffer | null = null;
  readonly #deadline: Deadline<SessionCore>;

  constructor(clock: Clock, sendTimeout: number, receiveTimeout: number) {
    super(clock, sendTimeout);
    this.receiveTimeout = receiveTimeout;
    this.#deadline = new Deadline<SessionCore>(deadlinesOf(clock), this, deadlineExpired);
  }

  override get implementation(): Implementation<SessionCore, SessionEvent> {
    return sessionImplementation;
  }

  override transitioned(edge: ChartEdge): void {
    super.transitioned(edge);
    const { source, target } = edge;
    // Of the timers of this chart the connector has its own, and those of a drain and a FIN are the server's.
    if (source.timers !== target.timers && target.tags.has('lingering'))
      this.arm('linger', this.lingerTimeout);
    const settle = this.settleConnect;
    if (settle === null || target.tags.has('connecting')) return;
    this.settleConnect = null;
    if (edge.event === 'xstate.done.actor.connector') settle(null);
    else settle(this.exception ?? testify(this, new AbortedError('connecting was cancelled'), 'local'));
  }

  // ---- reading -----------------------------------------------------------------------------------------------------

  /** Bytes that arrived without a reader. */
  get arrivedBytes(): number {
    return this.#arrived?.length ?? 0;
  }

  /** Makes `reader` the waiting reader; it gets what has arrived meanwhile at once. */
  awaitBytes(reader: WaitingReader): void {
    this.assignReader(reader);
    if (this.refillFromArrived()) reader.bytesArrived();
    // The reader may be satisfied by now, and another one in its place.
    if (this.reader === reader && !this.is('readable')) reader.streamEnded();
  }

  /**
   * Assigns the next bytes to another reader, or to none. A reader that was waiting for them is rejected, as it would
   * never hear again; the resting reader loses nothing.
   */
  assignReader(reader: WaitingReader | null): void {
    const waiting = this.reader;
    this.reader = reader;
    if (waiting === null || waiting === reader || waiting === this.restingReader) return;
    waiting.readFailed(this.illegal('read()', 'a message is being read'));
  }

  /** Moves what has arrived into the buffer; `false` when there was nothing. */
  refillFromArrived(): boolean {
    const arrived = this.#arrived;
    if (arrived === null) return false;
    this.buffer.append(arrived.drain());
    this.#arrived = null;
    this.transport?.resume();
    return true;
  }

  /** The waiting reader has what it wanted. */
  release(): void {
    this.suspend();
    this.reader = this.restingReader;
  }

  /** Puts back what a reader has too much of. Nothing has arrived behind it: with a reader, nothing is kept. */
  unshift(bytes: Buffer): void {
    if (bytes.length > 0) this.#keep(bytes, false);
  }

  /** Takes back the bytes that arrived and were not asked for. */
  takeArrived(): Buffer {
    const arrived = this.#arrived;
    if (arrived === null) return NO_BYTES;
    this.#arrived = null;
    return arrived.drain();
  }

  /** Limits the time until the next bytes; 0 means none. */
  arm(timer: ExpiredTimer, timeout: number): void {
    this.timer = timer;
    this.timeout = timeout;
    this.#deadline.arm(timeout);
  }

  /**
   * Lets the deadline pass unnoticed. It is not taken out: the next `arm` would put it back, and moving one that is
   * armed costs next to nothing.
   */
  suspend(): void {
    this.timer = SUSPENDED;
  }

  /** The name of the timer that runs; `null` if none does. */
  get armedTimer(): string | null {
    return this.timer === SUSPENDED ? null : this.timer;
  }

  /** What is left of each running timer, in milliseconds by its name. */
  timersLeft(): Readonly<Record<string, number>> {
    const isRunning = this.timer !== SUSPENDED && this.#deadline.armed;
    const own = isRunning ? { [this.timer]: this.#deadline.left } : {};
    return { ...own, ...this.role.timersLeft?.() };
  }

  disarm(): void {
    this.#deadline.disarm();
  }

  /** Memory of the reader; none while bytes that came before wait to be read. */
  roomAhead(): Buffer | null {
    return this.buffer.length === 0 ? (this.reader?.roomAhead?.() ?? null) : null;
  }

  onBytes(chunk: Buffer, borrowed: boolean): void {
    this.bytesIn += chunk.length;
    const reader = this.reader;
    if (reader === null) {
      this.#keep(chunk, borrowed);
      return;
    }
    this.buffer.append(chunk, borrowed);
    reader.bytesArrived();
    if (borrowed) this.buffer.settle();
  }

  #keep(chunk: Buffer, borrowed: boolean): void {
    this.#arrived ??= new ReceiveBuffer();
    this.#arrived.append(chunk, borrowed);
    this.#arrived.settle();
    if (this.#arrived.length >= LIMITS.maxArrivedBytes.value) this.transport?.pause();
  }

  onEnded(): void {
    this.endedBy ??= 'fin';
    this.notify({ type: 'socket.ended' });
    if (this.reader !== null) this.reader.streamEnded();
    else this.role.streamEndedUnread();
  }

  /** Without a FIN before it, this is no end of the stream: the socket was destroyed on this side. */
  onClosed(): void {
    this.endedBy ??= 'local';
    this.notify({ type: 'socket.closed' });
  }

  onFailed(error: Error): void {
    this.fail(networkError(error), 'rst');
  }

  // ---- ends --------------------------------------------------------------------------------------------------------

  /** A timer passed; called by the deadlines. */
  timedOut(timer: ExpiredTimer | typeof SUSPENDED, timeout: number): void {
    if (timer === SUSPENDED) return;
    const error = new TimeoutError(timer, timeout);
    if (this.role.isFailure(timer)) testify(this, error, 'timeout');
    if (this.role.deadlineExpired(timer, error)) return;
    this.notify({ type: 'deadline.expired', timer, exception: error });
  }

  /**
   * Stops sending and discards what still arrives, within bounds: closing a socket with unread bytes makes the kernel
   * send a reset, which may overtake the last answer (RFC 9112 section 9.6).
   */
  linger(): void {
    this.notify({ type: 'session.linger' });
    // A peer that has finished sending has nothing left to discard: the chart closes at once.
    if (this.is('attached')) this.discard();
  }

  /** Reads and throws away what arrives from here on, within a bound. */
  discard(): void {
    this.buffer.clear();
    if (!(this.reader instanceof Lingerer)) this.awaitBytes(new Lingerer(this));
    this.restingReader = null;
  }

  /** Rejects all pending operations. */
  failWaiters(error: HTTPSessionError): void {
    // The timer of a state without a message limits the peer, whatever becomes of operations.
    const { tags, timers } = this.exchange;
    if (!(tags.has('idle') && timers.includes(this.timer)) && !this.is('lingering')) this.disarm();
    const reader = this.reader;
    this.reader = null;
    reader?.readFailed(error);
    this.failDrainWaiters(error);
  }

  /** Lets go of the socket. A reader that only listened to it is rejected if the end `isAbrupt`. */
  forgetTransport(why: string, isAbrupt = false): void {
    this.disarm();
    this.role.socketLost(why);
    this.dropOutput();
    this.transport = null;
    // An error with its testimony costs more than the rest of this: it is made only if an operation waits for it.
    const isListening = this.reader === this.restingReader || this.reader instanceof Lingerer;
    if ((this.reader !== null && (isAbrupt || !isListening)) || this.isAwaitingDrain) {
      this.failWaiters(this.exception ?? testify(this, new AbortedError(why)));
    }
    this.reader = null;
    this.restingReader = null;
    this.advance(EXCHANGE.connectionClosed);
  }
}

function deadlineExpired(core: SessionCore): void {
  core.timedOut(core.timer, core.timeout);
}
