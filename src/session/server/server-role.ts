import type { Duplex } from 'node:stream';

import type { ChartEdge } from '../../chart/index.js';
import type { ExpiredTimer, TimeoutError } from '../../errors/index.js';
import { isInterrupted, isNewSocket } from '../core/charts.js';
import type { SessionRole } from '../core/role.js';
import type { SessionCore } from '../core/session-core.js';
import type { HTTPServerSession } from './http-server-session.js';
import { RequestQueue, type RequestSink } from './request-sinks.js';
import { ServerLoop } from './server-loop.js';
import type { ServerSettings } from './server-settings.js';

/** What a server knows its sessions by. */
export interface SessionRegister {
  /** The session has no connection any more; `socket` when it was handed over. */
  left(session: HTTPServerSession, socket: Duplex | null): void;
  /** Aborts when the new owner of the session's socket must finish. */
  drainSignal(session: HTTPServerSession): AbortSignal;
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
  readonly #session: HTTPServerSession;
  readonly #core: SessionCore;
  #loop: ServerLoop | null = null;
  #queue: RequestQueue | null = null;

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

  /** Serves the connection. @throws InvalidStateError when there is none, or it is being served. */
  serve(sink: RequestSink, call: string): void {
    if (!this.#core.is('usable') || this.#loop !== null) throw this.#core.illegal(call);
    this.#loop = new ServerLoop(this.#core, this, this.settings, sink);
    this.#loop.listen();
  }

  /** The queue that the user pulls requests from. @throws InvalidStateError like `serve`. */
  pull(): RequestQueue {
    if (this.#queue === null) {
      const queue = new RequestQueue(this.#core);
      this.serve(queue, 'nextRequest()');
      this.#queue = queue;
    }
    return this.#queue;
  }

  /** Aborts when the server drains; without a server, never. */
  drainSignal(): AbortSignal {
    return this.register?.drainSignal(this.#session) ?? new AbortController().signal;
  }

  transitioned(edge: ChartEdge): void {
    const { tags } = edge.target;
    if (isNewSocket(edge)) {
      this.#loop?.replaced();
      this.#queue?.requestsEnded(null);
      this.#loop = null;
      this.#queue = null;
    } else if (!tags.has('attached')) {
      this.#queue?.requestsEnded(null);
      const { detachedSocket } = this.#core;
      this.register?.left(this.#session, tags.has('detached') ? (detachedSocket?.socket ?? null) : null);
    } else if (isInterrupted(edge)) {
      this.#core.arm('keepAlive', this.settings.timers.keepAlive);
    } else if (edge.event === 'exception.clear') {
      if (!tags.has('lingering')) this.#core.suspend();
      this.#queue?.resume();
      this.#loop?.resume();
    }
  }

  socketLost(why: string): void {
    this.#loop?.socketLost(why);
  }

  isFailure(timer: ExpiredTimer): boolean {
    return !ORDERLY.has(timer);
  }

  deadlineExpired(timer: ExpiredTimer, error: TimeoutError): boolean {
    if (this.#loop !== null) return this.#loop.deadlineExpired(timer, error);
    // Without a loop there is one timer that is no failure: that of a connection whose exception nobody clears.
    if (this.isFailure(timer)) return false;
    this.#core.notify({ type: 'session.close' });
    return true;
  }

  streamEndedUnread(): void {
    // A response may still be on its way to a client that has only finished sending (nodejs/node#49073).
  }

  isHeadSent(): boolean {
    const { tags } = this.#core.exchange;
    return !tags.has('idle') && !tags.has('unanswered');
  }

  isRequestUnsent(): boolean {
    return false;
  }
}
