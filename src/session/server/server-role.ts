import type { Duplex } from 'node:stream';

import type { ChartEdge } from '../../chart/index.js';
import { AbortedError, type ExpiredTimer, type TimeoutError } from '../../errors/index.js';
import { keepAddresses, type Transport } from '../../transport/index.js';
import { isInterrupted, isNewSocket } from '../core/charts.js';
import type { SessionRole } from '../core/role.js';
import type { SessionCore, UpgradedSocket } from '../core/session-core.js';
import type { HTTPServerSession } from './http-server-session.js';
import { RequestQueue, type RequestSink } from './request-sinks.js';
import { clientLeft, HalfClosedClient } from './half-closed.js';
import { ServerLoop } from './server-loop.js';
import type { ServerSettings } from './server-settings.js';

/** What a server knows its sessions by. */
export interface SessionRegister {
  /**
   * The session has no connection any more; `socket` when it was handed over, and `drainController` if its signal was
   * asked for before that.
   */
  left(session: HTTPServerSession, socket: Duplex | null, drainController: AbortController | null): void;
  /** Aborts when the new owner of the session's socket must finish. */
  drainSignal(session: HTTPServerSession): AbortSignal;
  /** The session has another socket; it counts again if it did not any more. */
  returned(session: HTTPServerSession): void;
}

/** Timers whose expiry is an orderly end, or the start of one. */
const ORDERLY: ReadonlySet<string> = new Set(['firstByte', 'keepAlive', 'linger', 'connectionAge']);

/** What a server session is to its core: the loop that serves a connection, as long as there is one. */
export class ServerRole implements SessionRole {
  readonly kind = 'server';
  readonly sendTimer = 'sendProgress';
  readonly settings: ServerSettings;
  /** The register of the server that made the session; without one it stands alone. */
  register: SessionRegister | null = null;
  /** The signal of the request in progress, once it is asked for; or that a drain has begun on this connection. */
  drain: AbortController | 'begun' | null = null;
  readonly #session: HTTPServerSession;
  readonly #core: SessionCore;
  #loop: ServerLoop | null = null;
  /** What the session was last served with: a handler serves its next socket, too. */
  #handler: RequestSink | null = null;
  #queue: RequestQueue | null = null;
  /** The transport that keeps its addresses. */
  #kept: Transport | null = null;
  /** While the client has finished sending. */
  #halfClosed: HalfClosedClient | null = null;

  constructor(session: HTTPServerSession, settings: ServerSettings) {
    const { core } = session;
    const { timers, maxQueuedOutput } = settings;
    this.settings = settings;
    this.#session = session;
    this.#core = core;
    core.role = this;
    core.receiveTimeout = timers.bodyProgress;
    core.sendTimeout = timers.sendProgress;
    core.lingerTimeout = timers.linger;
    core.maxQueuedOutput = maxQueuedOutput;
  }

  /** The loop that serves the connection; `null` before it is served. */
  get loop(): ServerLoop | null {
    return this.#loop;
  }

  timersLeft(): Readonly<Record<string, number>> {
    return this.#loop?.deadlines?.timersLeft() ?? {};
  }

  /** Serves the connection. @throws InvalidStateError when there is none, or it is being served. */
  serve(sink: RequestSink, call: string): void {
    const core = this.#core;
    if (this.#loop !== null) throw core.illegal(call, 'the connection is being served');
    if (!core.is('usable')) throw core.illegal(call);
    this.#handler = sink;
    this.#loop = new ServerLoop(core, this, this.settings, sink);
    // The client may have finished sending before anybody served it.
    if (!core.is('readable')) this.#watchClient(true);
    this.#loop.listen();
  }

  /** Serves a socket that was attached to a served session with the same handler, unless its user does something else. */
  #serveAgain(handler: RequestSink): void {
    const { transport } = this.#core;
    this.register?.returned(this.#session);
    queueMicrotask(() => {
      const isFree = this.#loop === null && this.#core.reader === null;
      if (isFree && this.#core.transport === transport && this.#core.is('usable')) {
        this.serve(handler, 'attachSocket()');
      }
    });
  }

  /** The queue that the user pulls requests from. @throws InvalidStateError like `serve`. */
  pull(): RequestQueue {
    if (this.#queue === null) {
      const queue = new RequestQueue(this.#core);
      this.serve(queue, 'nextRequest()');
      this.#queue = queue;
      this.#handler = null;
    }
    return this.#queue;
  }

  /** Aborts when the request in progress, or the new owner of its socket, has to finish because a drain began. */
  drainSignal(isCurrent = true): AbortSignal {
    const { register } = this;
    // A request that is over has nothing to finish.
    if (!isCurrent) return new AbortController().signal;
    if (register !== null && this.#core.is('detached')) return register.drainSignal(this.#session);
    if (this.drain === null || this.drain === 'begun') {
      const controller = new AbortController();
      if (this.drain === 'begun') controller.abort(drainReason());
      this.drain = controller;
    }
    return this.drain.signal;
  }

  /** What a handler gets of the connection that it takes over; the signal is made when it is asked for. */
  upgraded(socket: Duplex, head: Buffer): UpgradedSocket {
    const signalOf = (): AbortSignal => this.drainSignal();
    return {
      socket,
      head,
      get signal() {
        return signalOf();
      },
    };
  }

  /** The next request gets a signal of its own: listeners for earlier ones must not pile up. */
  requestBegan(): void {
    if (this.drain === null || this.drain === 'begun') return;
    this.drain = this.drain.signal.aborted ? 'begun' : null;
  }

  /** A drain began: of the server, or of this session alone. */
  drainBegan(): void {
    if (this.drain === null) this.drain = 'begun';
    else if (this.drain !== 'begun') this.drain.abort(drainReason());
  }

  /** The end of a drain's grace, which nothing outlasts but a handler: see `LiveConnection.finishDraining`. */
  finishDraining(headTime: number): void {
    const loop = this.#loop;
    const { tags } = this.#core.exchange;
    loop?.drain();
    if (tags.has('receiving')) {
      this.#core.arm('head', Math.min(this.settings.timers.head || headTime, headTime));
    } else if (loop?.request?.isThrownAway === true) loop.abandonRequest();
  }

  /** A request lasts longer than the call of its handler: what is asked of it then may come when the connection is gone. */
  requestLasts(): void {
    const { transport } = this.#core;
    if (transport === null || transport === this.#kept) return;
    this.#kept = transport;
    keepAddresses(transport);
  }

  transitioned(edge: ChartEdge): void {
    const { source, target } = edge;
    const { tags } = target;
    // The client has finished sending, and can still be answered: these states name the timer `halfClosed`.
    if (source.timers !== target.timers) this.#watchClient(tags.has('writable') && !tags.has('readable'));
    if (isNewSocket(edge)) {
      this.#loop?.replaced();
      this.#queue?.requestsEnded(null);
      this.drain = null;
      this.#loop = null;
      this.#queue = null;
      if (this.#handler !== null && edge.event === 'socket.attach') this.#serveAgain(this.#handler);
    } else if (!tags.has('attached')) {
      if (tags.has('detached')) this.#queue?.handedOver();
      this.#queue?.requestsEnded(null);
      const { detachedSocket } = this.#core;
      const socket = tags.has('detached') ? (detachedSocket?.socket ?? null) : null;
      this.register?.left(this.#session, socket, this.drain === 'begun' ? null : this.drain);
    } else if (isInterrupted(edge)) {
      // The loop has a timer while it waits for a request, which no exception moves.
      if (!this.#isWaiting) this.#core.arm('keepAlive', this.settings.timers.keepAlive);
    } else if (edge.event === 'exception.clear') {
      if (!this.#isWaiting && !tags.has('lingering')) this.#core.suspend();
      this.#queue?.resume();
      this.#loop?.resume();
    }
  }

  /** Looks after a client that has finished sending, as long as the session is in a state with that timer. */
  #watchClient(isHalfClosed: boolean): void {
    const { transport } = this.#core;
    if (!isHalfClosed) {
      this.#halfClosed?.stop();
      this.#halfClosed = null;
    } else if (this.#loop !== null && transport !== null) {
      this.#halfClosed ??= new HalfClosedClient(this.#core, this.#loop, transport.socket);
    }
  }

  socketLost(why: string): void {
    this.#watchClient(false);
    this.#loop?.socketLost(why);
  }

  isFailure(timer: ExpiredTimer): boolean {
    return !ORDERLY.has(timer);
  }

  deadlineExpired(timer: ExpiredTimer, error: TimeoutError): boolean {
    if (this.#loop !== null) return this.#loop.deadlineExpired(timer, error);
    // A connection whose exception is not cleared. Every other timer is an event of the chart.
    if (timer !== 'keepAlive') return false;
    this.#core.notify({ type: 'session.close' });
    return true;
  }

  /** Whether the loop waits for a request. */
  get #isWaiting(): boolean {
    return this.#loop !== null && this.#core.exchange.tags.has('idle');
  }

  streamEndedUnread(): void {
    // A response may still be on its way to a client that has only finished sending (nodejs/node#49073).
    const core = this.#core;
    const isServed = this.#loop !== null && core.exchange.tags.has('responding');
    if (isServed && this.settings.halfClosed === 'gone') core.giveUp(clientLeft(), 'fin');
  }

  untakenHead(): Buffer {
    return this.#queue?.untakenHead() ?? Buffer.alloc(0);
  }

  isHeadSent(): boolean {
    const { tags } = this.#core.exchange;
    return !tags.has('idle') && !tags.has('unanswered');
  }

  isPeerDone(): boolean {
    return this.#loop?.isClientDone ?? false;
  }

  isRequestUnsent(): boolean {
    return false;
  }
}

/** Why a signal of a drain aborts. */
function drainReason(): AbortedError {
  return new AbortedError('the connection drains');
}
