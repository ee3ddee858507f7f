import { LIMITS } from '../../constants.js';
import { AbortedError, type EndedBy, type ExpiredTimer, type HTTPSessionError } from '../../errors/index.js';
import type { Clock, Transport } from '../../transport/index.js';
import { NO_MOMENT, SessionLedger } from './ledger.js';
import { networkError } from './network-errors.js';
import type { OutputBudget } from './output-budget.js';
import { SendWatch } from './send-watch.js';
import { testify } from './testify.js';

/*
 * THEORY OF OPERATION
 *
 * A write to a socket costs more than everything else that a small message needs. So what one turn of the event loop
 * writes leaves in one write: text and small pieces are joined to one string of latin1, which costs less than a list of
 * buffers. A large piece is not copied; it leaves at once, together with what was joined before it, in one `writev`. Many
 * writers fill the memory of a piece again as soon as its promise has resolved, and so nothing that waits here refers to it.
 *
 * What is joined leaves
 *
 * - with `flush`: when a message is complete, before the socket is handed over, and before this side ends;
 * - when it fills the socket, or reaches the bound, LIMITS.maxPendingOutputBytes; where the peer does not read, writes are
 *   handed over at once, so that they are counted as queued;
 * - at the end of the turn, microtasks included: one immediate of Node.js serves all sessions.
 *
 * While a chunk of bytes that has arrived is dealt with, `endJoining` takes the place of the immediate, so that answers
 * to pipelined requests join, and a handler that answers at once needs no immediate.
 */

/** Who waits until the socket takes more. */
interface DrainWaiter {
  resolve(): void;
  reject(error: HTTPSessionError): void;
}

/** Up to this many bytes a piece is copied into the text. From 16 KiB on Node.js copies text once more. */
export const SMALL_PIECE = 8_192;

const BOUND = LIMITS.maxPendingOutputBytes.value;

/** A method of every Buffer that works on other bytes as well, and then needs no Buffer. */
const { latin1Slice } = Buffer.prototype as unknown as {
  readonly latin1Slice: (this: Uint8Array, start: number, end: number) => string;
};

/** Sessions with output that leaves at the end of this turn of the event loop. */
let due: SessionOutput[] = [];
/** Counts the turns that had such sessions. */
let turnsEnded = 0;

/** The output of a session: what is joined, what is queued, and who waits until the socket takes more. */
export abstract class SessionOutput extends SessionLedger {
  transport: Transport | null = null;
  sendTimeout: number;
  /** Bytes that may be queued before a further write is one too many; 0 for any number. */
  maxQueuedOutput: number = LIMITS.maxQueuedOutputBytes.value;
  /** What all sessions of a server may have queued together. */
  outputBudget: OutputBudget | null = null;
  /** Bytes queued, as far as they count against the budget. */
  queuedOutput = 0;
  /** What is joined and was not handed to the socket yet, as latin1 text. */
  #joined = '';
  /** The turn at the end of which that leaves, if it is the present one. */
  #dueTurn = -1;
  #drainWaiters: DrainWaiter[] | null = null;
  #sendWatch: SendWatch | null = null;

  protected constructor(clock: Clock, sendTimeout: number) {
    super(clock);
    this.sendTimeout = sendTimeout;
  }

  /** A timer passed. */
  abstract timedOut(timer: ExpiredTimer, timeout: number): void;

  // ---- joining -----------------------------------------------------------------------------------------------------

  /**
   * Whether the socket asks to be left alone until it has drained. One that has taken everything is free, also before it
   * says so.
   */
  get isBlocked(): boolean {
    const { transport } = this;
    return transport !== null && transport.socket.writableNeedDrain && transport.pendingOutput > 0;
  }

  /** Whether a chunk of bytes is being dealt with, so that what is joined waits for `endJoining`. */
  get isJoining(): boolean {
    return this.momentsTime !== NO_MOMENT;
  }

  /** From here on what is joined waits, so that answers to pipelined requests leave in one write. */
  beginJoining(): void {
    this.momentsTime = this.clock.wallTime();
  }

  /** Hands what was joined to the socket; with `isComplete` off, more of the message may follow in this turn. */
  endJoining(isComplete = true): void {
    this.momentsTime = NO_MOMENT;
    if (isComplete) this.flush();
    else this.leaveWithTurn();
  }

  /**
   * Joins latin1 text to what leaves with the next `flush`; call that, or `leaveWithTurn`, afterwards.
   *
   * @returns `false` when the socket asks to be left alone until it has drained
   */
  joinText(text: string): boolean {
    this.bytesOut += text.length;
    this.#joined += text;
    return this.#hasRoom || this.#flushed();
  }

  /** Whether more can be joined: what fills the socket, or finds it full, is handed over, and is queued and counted there. */
  get #hasRoom(): boolean {
    const { length } = this.#joined;
    const { transport } = this;
    if (length >= BOUND || transport === null) return false;
    return length < transport.socket.writableHighWaterMark && !this.isBlocked;
  }

  /**
   * Joins a piece of a body, with latin1 text in front of it and behind it. A string has one byte per character. A large
   * piece leaves at once with what was joined before.
   *
   * @returns `false` when the socket asks to be left alone until it has drained
   */
  joinPiece(before: string, piece: Uint8Array | string, after: string): boolean {
    if (typeof piece === 'string') return this.joinText(before + piece + after);
    const { length } = piece;
    if (length <= SMALL_PIECE) return this.joinText(before + latin1Slice.call(piece, 0, length) + after);
    this.bytesOut += before.length + length + after.length;
    const text = this.#joined + before;
    this.#joined = '';
    return this.#handOver(text, piece, after);
  }

  /** What is joined leaves at the end of this turn of the event loop, microtasks included. */
  leaveWithTurn(): void {
    if (this.#joined === '' || this.#dueTurn === turnsEnded || this.isJoining) return;
    this.#dueTurn = turnsEnded;
    if (due.push(this) === 1) setImmediate(endTurn);
  }

  /** Hands what was joined to the socket. */
  flush(): void {
    if (this.#joined !== '') this.#flushed();
  }

  /** The turn of the event loop has ended. A stream that throws as it is written to cannot be written to any more. */
  turnEnded(): void {
    try {
      this.flush();
    } catch (error) {
      this.giveUp(networkError(error), 'local');
    }
  }

  // ---- handing over ------------------------------------------------------------------------------------------------

  /** Hands latin1 text to the socket, after what was joined; while a chunk of bytes is dealt with, it is joined too. */
  writeText(text: string): void {
    this.joinText(text);
    if (!this.isJoining) this.flush();
  }

  /** Hands bytes to the socket, after what was joined; `false` when it asks to be left alone until it has drained. */
  writeBytes(bytes: Uint8Array): boolean {
    this.bytesOut += bytes.length;
    const text = this.#joined;
    this.#joined = '';
    return this.#handOver(text, bytes, '');
  }

  /** Bytes that were handed to the socket; what is joined and still waits is not among them. */
  get handedOutput(): number {
    return this.bytesOut - this.#joined.length;
  }

  /** Bytes that the system has taken, where it counts them. */
  get takenOutput(): number {
    const { transport } = this;
    if (transport === null) return 0;
    return transport.takenOutput ?? this.handedOutput - transport.pendingOutput;
  }

  #flushed(): boolean {
    const text = this.#joined;
    this.#joined = '';
    const { transport } = this;
    if (transport === null) return false;
    return transport.write(text, 'latin1') || this.#isFree(transport);
  }

  /** Writes in one call to the system, where the socket can. */
  #handOver(before: string, piece: Uint8Array, after: string): boolean {
    const { transport } = this;
    if (transport === null) return false;
    if (before === '' && after === '') return transport.write(piece) || this.#isFree(transport);
    const { socket } = transport;
    socket.cork();
    if (before !== '') transport.write(before, 'latin1');
    let isFree = transport.write(piece);
    if (after !== '') isFree = transport.write(after, 'latin1');
    socket.uncork();
    return isFree || this.#isFree(transport);
  }

  /** Whether a socket that asks to be left alone has taken everything nevertheless. If not, it is watched and counted. */
  #isFree(transport: Transport): boolean {
    // A socket that fails as it is written to may be forgotten by now.
    if (this.transport !== transport) return false;
    if (transport.pendingOutput === 0 && !transport.socket.destroyed) return true;
    this.#sendWatch ??= new SendWatch(this);
    this.#sendWatch.start();
    this.#count(transport.pendingOutput);
    return false;
  }

  // ---- what is queued ----------------------------------------------------------------------------------------------

  /**
   * Gives the session up when too much is queued already, before a user's next piece is added to it. One piece may be of
   * any size; the next one should have waited.
   */
  limitQueue(): void {
    const { maxQueuedOutput } = this;
    if (this.queuedOutput === 0 || maxQueuedOutput === 0 || this.transport === null) return;
    this.outputTaken();
    if (this.queuedOutput > maxQueuedOutput) this.outputExceeded('maxQueuedOutput', maxQueuedOutput);
  }

  /** Counts what is queued again. */
  outputTaken(): void {
    if (this.transport !== null) this.#count(this.transport.pendingOutput);
  }

  #count(queued: number): void {
    const difference = queued - this.queuedOutput;
    this.queuedOutput = queued;
    if (difference !== 0) this.outputBudget?.changed(this, difference);
  }

  /** Too much waits for a peer that does not take it: nothing is left but to give the connection up. */
  outputExceeded(limit: string, bytes: number): void {
    const text = `output: more than ${limit} (${String(bytes)} bytes) is queued, as the peer reads too slowly`;
    this.giveUp(new AbortedError(text, { code: 'ERR_HTTP_SESSION_OUTPUT_LIMIT' }), 'local');
  }

  /**
   * Fails the connection with a reset, not a close. After a FIN the peer could take a truncated close-delimited body for
   * a complete one, and the kernel would keep bytes for a peer that reads none.
   */
  giveUp(error: HTTPSessionError, endedBy: EndedBy): void {
    testify(this, error, endedBy);
    this.transport?.reset();
    this.fail(error, endedBy);
  }

  // ---- waiting -----------------------------------------------------------------------------------------------------

  /** For the watch: the peer takes nothing any more. */
  sendExpired(timeout: number): void {
    this.timedOut(this.role.sendTimer, timeout);
  }

  /** Resolves when the socket takes more. */
  drained(): Promise<void> {
    // Nothing would ever settle the promise of a socket that is gone.
    if (this.transport === null) return Promise.reject(this.exception ?? this.illegal('write()'));
    return new Promise((resolve, reject) => {
      this.#drainWaiters ??= [];
      this.#drainWaiters.push({ resolve, reject });
    });
  }

  onDrained(): void {
    this.#nothingQueued();
    const waiters = this.#drainWaiters;
    this.#drainWaiters = null;
    for (const waiter of waiters ?? []) waiter.resolve();
  }

  #nothingQueued(): void {
    this.#sendWatch?.stop();
    this.#count(0);
  }

  /** Whether a write waits until the socket takes more. */
  protected get isAwaitingDrain(): boolean {
    return this.#drainWaiters !== null;
  }

  /** Rejects the writes that wait for the socket. */
  protected failDrainWaiters(error: HTTPSessionError): void {
    this.#sendWatch?.stop();
    const waiters = this.#drainWaiters;
    this.#drainWaiters = null;
    for (const waiter of waiters ?? []) waiter.reject(error);
  }

  /** What was not handed over is lost with the socket. */
  protected dropOutput(): void {
    this.#nothingQueued();
    this.bytesOut = this.handedOutput;
    this.#joined = '';
  }
}

function endTurn(): void {
  const sessions = due;
  due = [];
  turnsEnded++;
  for (const session of sessions) session.turnEnded();
}
