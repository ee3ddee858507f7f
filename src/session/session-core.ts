import type { SessionEvent } from '../../machines/index.js';
import { endChartActor, nameOf, type ChartActor, type ChartEdge, type ChartNode } from '../chart/index.js';
import { LIMITS, TIMEOUTS } from '../constants.js';
import {
  AbortedError,
  InvalidStateError,
  TimeoutError,
  type EndedBy,
  type HTTPSessionError,
} from '../errors/index.js';
import { ReceiveBuffer } from '../protocol/index.js';
import {
  Deadline,
  deadlinesOf,
  type Clock,
  type Transport,
  type TransportObserver,
} from '../transport/index.js';
import type { Connector } from './connector.js';
import type { DetachedSocket } from './http-session.js';
import { EXCHANGE, exchangeChart, sessionChart } from './charts.js';
import { isInterned, stopStockActor } from './engines.js';
import { TransitionHistory } from './history.js';
import { Lingerer } from './lingerer.js';
import { networkError } from './network-errors.js';
import { testify } from './testify.js';
import type { WaitingReader } from './waiting-reader.js';

/** What a core tells the role (client or server) that it works for. */
export interface SessionRole {
  /** A deadline passed; `true` when the role has dealt with it, so that the chart need not hear of it. */
  deadlineExpired(timer: string, error: TimeoutError): boolean;
  /** The peer finished sending and nobody waits for bytes. */
  streamEndedUnread(): void;
  /** The lifecycle chart made a transition. */
  transitioned(edge: ChartEdge): void;
  /** Whether the head of this side's message of the present cycle was handed to the socket. */
  isHeadSent(): boolean;
  /** Whether it is proved that nothing of the present request was handed to the socket. */
  isRequestUnsent(): boolean;
}

/** Who listens to a session, and is told when it is safe to call it back. */
export interface SessionWatcher {
  /** An event, and all events that it gave rise to, have been processed. */
  settled(): void;
  /** The session object has come to its end. */
  ended(): void;
}

/** A promise that waits for the socket to take more. */
interface DrainWaiter {
  resolve(): void;
  reject(error: HTTPSessionError): void;
}

/** What a deadline is armed for that nobody waits for any more. */
const SUSPENDED = '';

let lastId = 0;

/**
 * The data of one session and its byte path: socket, buffer, waiting reader, output, deadlines.
 *
 * The charts decide; this class carries out. Bytes go from the socket into the buffer and to the waiting reader by
 * direct call. Bytes that nobody waits for are kept apart, as arrived, and beyond a mark the socket is paused.
 */
export class SessionCore implements TransportObserver {
  readonly id = ++lastId;
  readonly role: SessionRole;
  readonly clock: Clock;
  readonly buffer = new ReceiveBuffer();
  readonly history: TransitionHistory;
  /** Set once, right after construction: the actor needs the core and the core needs the actor. */
  actor!: ChartActor;
  transport: Transport | null = null;
  exception: HTTPSessionError | null = null;
  endedBy: EndedBy | null = null;
  watcher: SessionWatcher | null = null;
  /** Set before the event that connects: what the connector service is to do. */
  connector: Connector | null = null;
  /** Set before the event that attaches: bytes that were read from the socket already. */
  headOfAttached: Buffer | null = null;
  /** Set by the action that detaches: what the caller gets. */
  detachedSocket: DetachedSocket | null = null;
  exchange: ChartNode = exchangeChart.initial;
  /** Which request on this connection is in progress or was the last one, counted from 1. */
  requestNumber = 0;
  requestMethod = '';
  requestTarget = '';
  bytesIn = 0;
  bytesOut = 0;
  /** `bytesOut` when the present cycle began: what was sent since belongs to it. */
  bytesOutBefore = 0;
  sendTimeout: number;
  receiveTimeout: number;
  reader: WaitingReader | null = null;
  /** Who waits when nobody else does: the server's loop, or the client's guard of an idle connection. */
  restingReader: WaitingReader | null = null;
  #arrived: ReceiveBuffer | null = null;
  #output = '';
  #isSending = false;
  #isDisposed = false;
  #joining = false;
  #joiningSince = 0;
  #drainWaiters: DrainWaiter[] | null = null;
  #stateName = sessionChart.initial.name;
  #enteredAfter = 0;
  /** What the deadline of this session is armed for at present, and to how many milliseconds. */
  timer = 'receive';
  timeout = 0;
  readonly #deadline: Deadline<SessionCore>;
  #sendDeadline: Deadline<SessionCore> | null = null;

  constructor(role: SessionRole, clock: Clock, sendTimeout: number, receiveTimeout: number) {
    this.role = role;
    this.clock = clock;
    this.history = new TransitionHistory(clock.wallTime());
    this.sendTimeout = sendTimeout;
    this.receiveTimeout = receiveTimeout;
    this.#deadline = new Deadline<SessionCore>(deadlinesOf(clock), this, deadlineExpired);
  }

  // ---- the charts ----------------------------------------------------------------------------------------------

  /** The lifecycle state, dotted. */
  get state(): string {
    return nameOf(this.actor.getSnapshot() as never);
  }

  /** Since when the session has been in its lifecycle state, in milliseconds since the Unix epoch. */
  get since(): number {
    return this.history.since + this.#enteredAfter;
  }

  /** Whether the session object has come to its end. */
  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  /** Whether the lifecycle state has a tag. */
  is(tag: string): boolean {
    return (this.actor.getSnapshot() as unknown as { hasTag(tag: string): boolean }).hasTag(tag);
  }

  /** Sends a command, or throws `InvalidStateError` when it is illegal in the present state. */
  command(call: string, event: SessionEvent): void {
    this.permit(call, event.type);
    this.notify(event);
  }

  /** Throws `InvalidStateError` when an event is illegal in the present state. */
  permit(call: string, event: SessionEvent['type']): void {
    const isLegal = !this.isDisposed && sessionChart.permits(this.actor.getSnapshot() as never, event);
    if (!isLegal) throw this.illegal(call);
  }

  /** The error for a call that the present state does not allow. */
  illegal(call: string): InvalidStateError {
    return testify(this, new InvalidStateError(call, this.isDisposed ? 'disposed' : this.state));
  }

  /** Whether an event is being processed; what is sent meanwhile waits for its turn. */
  get isSending(): boolean {
    return this.#isSending;
  }

  /**
   * Reports a fact to the lifecycle chart. Listeners are told once everything has been processed, so that they may call
   * any method and find its effect at once.
   */
  notify(event: SessionEvent): void {
    if (this.#isDisposed) return;
    if (this.#isSending) {
      this.actor.send(event);
      return;
    }
    this.#isSending = true;
    try {
      this.actor.send(event);
    } finally {
      this.#isSending = false;
      if (this.isDisposed) this.#endActor();
    }
    this.watcher?.settled();
  }

  /** The lifecycle chart made a transition. */
  transitioned(edge: ChartEdge): void {
    const at = this.wallTime();
    if (edge.target.name !== this.#stateName) {
      this.#stateName = edge.target.name;
      this.#enteredAfter = at - this.history.since;
    }
    this.history.push(edge, at);
    this.role.transitioned(edge);
  }

  /** Moves the message cycle along; `false` when the event is illegal in its present state. */
  advance(event: number): boolean {
    const edge = exchangeChart.edge(this.exchange, event);
    if (edge === null) return false;
    this.exchange = edge.target;
    this.history.push(edge, this.wallTime());
    return true;
  }

  /** Records that a request begins. */
  beginRequest(method: string, target: string): void {
    this.requestNumber++;
    this.requestMethod = method;
    this.requestTarget = target;
    this.bytesOutBefore = this.bytesOut;
  }

  /** A new connection begins: nothing that the last one left counts for it. */
  startAfresh(): void {
    this.buffer.clear();
    this.endedBy = null;
    this.bytesIn = 0;
    this.bytesOut = 0;
    this.bytesOutBefore = 0;
    this.requestNumber = 0;
  }

  /** Fails the connection: nothing more can be had from it. */
  fail(error: HTTPSessionError, endedBy: EndedBy): void {
    // A FIN ends one direction only; what ends the connection comes after it.
    if (this.is('attached')) this.endedBy = endedBy;
    testify(this, error);
    this.notify({ type: 'socket.failed', exception: error });
  }

  // ---- reading -------------------------------------------------------------------------------------------------

  /** Bytes that arrived and that nobody has asked for. */
  get arrivedBytes(): number {
    return this.#arrived?.length ?? 0;
  }

  /** Makes somebody the waiting reader; what has arrived meanwhile is handed over at once. */
  ask(reader: WaitingReader): void {
    this.reader = reader;
    if (this.pull()) reader.bytesArrived();
    // The reader may be satisfied by now, and another one in its place.
    if (this.reader === reader && !this.is('readable')) reader.streamEnded();
  }

  /** Moves what has arrived into the buffer; `false` when there was nothing. */
  pull(): boolean {
    const arrived = this.#arrived;
    if (arrived === null || arrived.length === 0) return false;
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

  /** Puts bytes back in front of those that arrived and were not asked for. */
  giveBack(bytes: Buffer): void {
    if (bytes.length === 0) return;
    const later = this.takeArrived();
    this.#keep(bytes, false);
    if (later.length > 0) this.#keep(later, false);
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

  // ---- writing -------------------------------------------------------------------------------------------------

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
    if (this.#joining && this.#output.length < LIMITS.maxPendingOutputBytes.value) this.#output += text;
    else this.#flushThen(text, 'latin1');
  }

  /** Hands bytes to the socket; `false` when it asks to be left alone until it has drained. */
  writeBytes(bytes: Uint8Array): boolean {
    this.bytesOut += bytes.length;
    return this.#flushThen(bytes);
  }

  /** Whether what is written waits to be joined. */
  get isJoining(): boolean {
    return this.#joining;
  }

  /** From here on what is written waits, so that answers to pipelined requests leave in one write. */
  beginJoining(): void {
    this.#joining = true;
    this.#joiningSince = this.clock.wallTime();
  }

  /** Milliseconds since the Unix epoch; read once for everything that one chunk of bytes brings about. */
  wallTime(): number {
    return this.#joining ? this.#joiningSince : this.clock.wallTime();
  }

  /** Writes what was joined. */
  endJoining(): void {
    this.#joining = false;
    this.flush();
  }

  /** Hands what was joined to the socket. */
  flush(): boolean {
    if (this.#output === '') return true;
    const text = this.#output;
    this.#output = '';
    return this.#handOver(text, 'latin1');
  }

  #flushThen(data: string | Uint8Array, encoding?: 'latin1'): boolean {
    this.flush();
    return this.#handOver(data, encoding);
  }

  #handOver(data: string | Uint8Array, encoding?: 'latin1'): boolean {
    if (this.transport === null) return false;
    const free = this.transport.write(data, encoding);
    if (!free) {
      this.#sendDeadline ??= new Deadline<SessionCore>(deadlinesOf(this.clock), this, sendDeadlineExpired);
      this.#sendDeadline.arm(this.sendTimeout);
    }
    return free;
  }

  /** Resolves when the socket takes more. */
  drained(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#drainWaiters ??= [];
      this.#drainWaiters.push({ resolve, reject });
    });
  }

  onDrained(): void {
    this.#sendDeadline?.disarm();
    const waiters = this.#drainWaiters;
    this.#drainWaiters = null;
    for (const waiter of waiters ?? []) waiter.resolve();
  }

  /** A timer passed; called by the deadlines. */
  timedOut(timer: string, timeout: number): void {
    if (timer === SUSPENDED) return;
    const error = testify(this, new TimeoutError(timer, timeout), 'timeout');
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
    this.restingReader = null;
    this.buffer.clear();
    this.arm('linger', TIMEOUTS.lingerTimeout.value);
    this.ask(new Lingerer(this));
  }

  // ---- ends ----------------------------------------------------------------------------------------------------

  /** Everybody who waits for this session learns that it failed. */
  failWaiters(error: HTTPSessionError): void {
    this.disarm();
    const reader = this.reader;
    this.reader = null;
    reader?.readFailed(error);
    this.#failDrainWaiters(error);
  }

  #failDrainWaiters(error: HTTPSessionError): void {
    this.#sendDeadline?.disarm();
    const waiters = this.#drainWaiters;
    this.#drainWaiters = null;
    for (const waiter of waiters ?? []) waiter.reject(error);
  }

  /** The socket is not ours any more. */
  forgetTransport(why: string): void {
    this.disarm();
    this.#sendDeadline?.disarm();
    if (this.#arrived !== null && this.#arrived.length > 0) this.buffer.append(this.#arrived.drain());
    this.#arrived = null;
    this.#output = '';
    this.transport = null;
    // An error with its testimony costs more than the rest of a connection's end: only for those who wait.
    if (this.reader !== null || this.#drainWaiters !== null) {
      this.failWaiters(this.exception ?? testify(this, new AbortedError(why)));
    }
    this.restingReader = null;
    this.advance(EXCHANGE.connectionClosed);
  }

  /** The end of the session object. */
  end(): void {
    this.#isDisposed = true;
    if (!this.#isSending) this.#endActor();
    this.watcher?.ended();
  }

  #endActor(): void {
    if (isInterned(this)) endChartActor(this.actor);
    else stopStockActor(this.actor);
  }
}

function deadlineExpired(core: SessionCore): void {
  core.timedOut(core.timer, core.timeout);
}

function sendDeadlineExpired(core: SessionCore): void {
  core.timedOut('send', core.sendTimeout);
}
