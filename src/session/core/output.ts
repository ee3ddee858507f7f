import { LIMITS } from '../../constants.js';
import { AbortedError, type EndedBy, type HTTPSessionError } from '../../errors/index.js';
import type { Clock, Transport } from '../../transport/index.js';
import type { OutputBudget, QueuedOutput } from './output-budget.js';
import { SendWatch, type BlockedSession } from './send-watch.js';
import { NO_MOMENT, SessionLedger } from './ledger.js';
import type { SessionRole } from './role.js';
import { testify } from './testify.js';

/** Who waits until the socket takes more. */
interface DrainWaiter {
  resolve(): void;
  reject(error: HTTPSessionError): void;
}

/** The way out: what is sent together leaves in one write, and a socket that is full is waited for, within a time. */
export abstract class SessionOutput extends SessionLedger implements BlockedSession, QueuedOutput {
  transport: Transport | null = null;
  sendTimeout: number;
  /** Bytes that may be queued before a further write is one too many; 0 for any number. */
  maxQueuedOutput: number = LIMITS.maxQueuedOutputBytes.value;
  /** What all sessions of a server may have queued together. */
  outputBudget: OutputBudget | null = null;
  /** Bytes queued, as far as they count against the budget. */
  queuedOutput = 0;
  #output = '';
  #drainWaiters: DrainWaiter[] | null = null;
  #sendWatch: SendWatch | null = null;

  protected constructor(role: SessionRole, clock: Clock, sendTimeout: number) {
    super(role, clock);
    this.sendTimeout = sendTimeout;
  }

  /** A timer passed. */
  abstract timedOut(timer: string, timeout: number): void;

  /** Whether the socket asks to be left alone until it has drained. */
  get isBlocked(): boolean {
    return (
      (this.transport?.socket.writableNeedDrain ?? false) ||
      this.#output.length > LIMITS.maxPendingOutputBytes.value
    );
  }

  /** Hands latin1 text to the socket; inside `join` it waits for the rest. */
  writeText(text: string): void {
    this.bytesOut += text.length;
    if (this.isJoining && this.#output.length < LIMITS.maxPendingOutputBytes.value) this.#output += text;
    else this.#flushThen(text, 'latin1');
  }

  /** Hands bytes to the socket; `false` when it asks to be left alone until it has drained. */
  writeBytes(bytes: Uint8Array): boolean {
    this.bytesOut += bytes.length;
    return this.#flushThen(bytes);
  }

  get takenOutput(): number {
    const { transport } = this;
    if (transport === null) return 0;
    return transport.takenOutput ?? this.bytesOut - this.#output.length - transport.pendingOutput;
  }

  /** Whether what is written waits to be joined. */
  get isJoining(): boolean {
    return this.momentsTime !== NO_MOMENT;
  }

  /** From here on what is written waits, so that answers to pipelined requests leave in one write. */
  beginJoining(): void {
    this.momentsTime = this.clock.wallTime();
  }

  /** Writes what was joined. */
  endJoining(): void {
    this.momentsTime = NO_MOMENT;
    this.flush();
  }

  /** Hands what was joined to the socket. */
  flush(): void {
    if (this.#output === '') return;
    const text = this.#output;
    this.#output = '';
    this.#handOver(text, 'latin1');
  }

  #flushThen(data: string | Uint8Array, encoding?: 'latin1'): boolean {
    this.flush();
    return this.#handOver(data, encoding);
  }

  #handOver(data: string | Uint8Array, encoding?: 'latin1'): boolean {
    const { transport } = this;
    if (transport === null) return false;
    const free = transport.write(data, encoding);
    // A socket that fails as it is written to may be forgotten by now.
    if (!free && this.transport === transport) this.#wasBlocked(transport);
    return free;
  }

  #wasBlocked(transport: Transport): void {
    this.#sendWatch ??= new SendWatch(this, this.clock);
    this.#sendWatch.start();
    this.#count(transport.pendingOutput);
  }

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

  /** Counts what is queued anew. */
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
    const text = `the peer does not take what is written: more than ${limit} (${String(bytes)} bytes) is queued`;
    this.giveUp(new AbortedError(text, { code: 'ERR_HTTP_SESSION_OUTPUT_LIMIT' }), 'local');
  }

  /**
   * Fails the connection with a reset. Closed in order, it would leave the peer with the begin of a response, which one
   * that ends with the connection cannot be told from; and the kernel with bytes that nobody reads.
   */
  giveUp(error: HTTPSessionError, endedBy: EndedBy): void {
    testify(this, error, endedBy);
    this.transport?.reset();
    this.fail(error, endedBy);
  }

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

  /** Whether somebody waits until the socket takes more. */
  protected get isAwaitingDrain(): boolean {
    return this.#drainWaiters !== null;
  }

  /** Nobody need wait for the socket any more. */
  protected failDrainWaiters(error: HTTPSessionError): void {
    this.#sendWatch?.stop();
    const waiters = this.#drainWaiters;
    this.#drainWaiters = null;
    for (const waiter of waiters ?? []) waiter.reject(error);
  }

  /** What was not handed over is lost with the socket. */
  protected dropOutput(): void {
    this.#nothingQueued();
    this.#output = '';
  }
}
