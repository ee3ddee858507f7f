import { LIMITS, TIMEOUTS } from '../../constants.js';
import { AbortedError, InvalidStateError, TimeoutError, type HTTPSessionError } from '../../errors/index.js';
import { ReceiveBuffer } from '../../protocol/index.js';
import { Deadline, deadlinesOf, type Clock, type TransportObserver } from '../../transport/index.js';
import { EXCHANGE } from './charts.js';
import type { Connector } from './connector.js';
import type { DetachedSocket } from './detached-socket.js';
import { Lingerer } from './lingerer.js';
import { networkError } from './network-errors.js';
import { SessionOutput } from './output.js';
import type { SessionRole } from './role.js';
import { testify } from './testify.js';
import type { WaitingReader } from './waiting-reader.js';

/** What a deadline is armed for that nobody waits for any more. */
const SUSPENDED = '';

/**
 * The data of one session and its byte path: socket, buffer, waiting reader, output, deadlines.
 *
 * The charts decide; this class carries out. Bytes go from the socket into the buffer and to the waiting reader by
 * direct call. Bytes that nobody waits for are kept apart, as arrived, and beyond a mark the socket is paused.
 */
export class SessionCore extends SessionOutput implements TransportObserver {
  readonly buffer = new ReceiveBuffer();
  /** Set before the event that connects: what the connector service is to do. */
  connector: Connector | null = null;
  /** Set before the event that attaches: bytes that were read from the socket already. */
  headOfAttached: Buffer | null = null;
  /** Set by the action that detaches: what the caller gets. */
  detachedSocket: DetachedSocket | null = null;
  receiveTimeout: number;
  lingerTimeout: number = TIMEOUTS.lingerTimeout.value;
  reader: WaitingReader | null = null;
  /** Who waits when nobody else does: the server's loop, or the client's guard of an idle connection. */
  restingReader: WaitingReader | null = null;
  /** What the deadline of this session is armed for at present, and to how many milliseconds. */
  timer = SUSPENDED;
  timeout = 0;
  #arrived: ReceiveBuffer | null = null;
  readonly #deadline: Deadline<SessionCore>;

  constructor(role: SessionRole, clock: Clock, sendTimeout: number, receiveTimeout: number) {
    super(role, clock, sendTimeout);
    this.receiveTimeout = receiveTimeout;
    this.#deadline = new Deadline<SessionCore>(deadlinesOf(clock), this, deadlineExpired);
  }

  // ---- reading -----------------------------------------------------------------------------------------------------

  /** Bytes that arrived and that nobody has asked for. */
  get arrivedBytes(): number {
    return this.#arrived?.length ?? 0;
  }

  /** Makes somebody the waiting reader; what has arrived meanwhile is handed over at once. */
  ask(reader: WaitingReader): void {
    this.handTo(reader);
    if (this.pull()) reader.bytesArrived();
    // The reader may be satisfied by now, and another one in its place.
    if (this.reader === reader && !this.is('readable')) reader.streamEnded();
  }

  /**
   * The next bytes are somebody else's, or nobody's. Who has waited for them would never be told of anything again, and
   * so is refused; who only listens while nobody waits has lost nothing.
   */
  handTo(reader: WaitingReader | null): void {
    const waiting = this.reader;
    this.reader = reader;
    if (waiting === null || waiting === reader || waiting === this.restingReader) return;
    const state = `${this.state} (a message is being read)`;
    waiting.readFailed(testify(this, new InvalidStateError('read()', state)));
  }

  /** Moves what has arrived into the buffer; `false` when there was nothing. */
  pull(): boolean {
    const arrived = this.#arrived;
    if (arrived === null) return false;
    this.buffer.append(arrived.drain());
    this.#arrived = null;
    this.transport?.resume();
    return true;
  }

  /** The waiting reader has what it wanted. */
  rest(): void {
    this.suspend();
    this.reader = this.restingReader;
  }

  /** Puts back what a reader has too much of. Nothing has arrived behind it: while somebody reads, nothing is kept. */
  giveBack(bytes: Buffer): void {
    if (bytes.length > 0) this.#keep(bytes, false);
  }

  /** Takes back the bytes that arrived and were not asked for. */
  takeArrived(): Buffer {
    const bytes = this.#arrived?.drain() ?? Buffer.alloc(0);
    this.#arrived = null;
    return bytes;
  }

  /** Limits the time until the next bytes; 0 means none. */
  arm(timer: string, timeout: number): void {
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

  /** Whether nobody is interested in the deadline. */
  get isSuspended(): boolean {
    return this.timer === SUSPENDED;
  }

  disarm(): void {
    this.#deadline.disarm();
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
  override timedOut(timer: string, timeout: number): void {
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
    if (!this.is('attached')) return;
    this.arm('linger', this.lingerTimeout);
    this.discard();
  }

  /** Reads and throws away what arrives from here on, within a bound. */
  discard(): void {
    this.buffer.clear();
    if (!(this.reader instanceof Lingerer)) this.ask(new Lingerer(this));
    this.restingReader = null;
  }

  /** Everybody who waits for this session learns that it failed. */
  failWaiters(error: HTTPSessionError): void {
    this.disarm();
    const reader = this.reader;
    this.reader = null;
    reader?.readFailed(error);
    this.failDrainWaiters(error);
  }

  /** The socket is not ours any more; who only listened to it is told where that `isAbrupt`. */
  forgetTransport(why: string, isAbrupt = false): void {
    this.disarm();
    this.role.socketLost(why);
    this.buffer.append(this.takeArrived());
    this.dropOutput();
    this.transport = null;
    // An error with its testimony costs more than the rest of a connection's end, and is told to everybody who listens
    // for errors: only for those who wait. Who listens to an idle connection, or lingers, waits for nothing.
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
