import { HTTPSessionError, type TransitionRecord } from '../errors/index.js';
import { HTTPClientSession, type HTTPClientSessionOptions, type RequestInit } from '../session/index.js';
import type { Clock, ClockTimer } from '../transport/index.js';
import { Trace } from './trace.js';

/** Told of each transition of each visitor. */
export type TrafficObserver = (visitor: string, record: TransitionRecord) => void;

/** Milliseconds between two requests. */
const INTERVAL = 2_000;

/** Milliseconds; shorter than the time until the visitor's next turn, so that it gives its connection up meanwhile. */
const SHORT_PATIENCE = 1_500;

interface Visitor {
  readonly name: string;
  readonly request: RequestInit;
  readonly options?: HTTPClientSessionOptions;
}

/** Three lives of a connection: kept, given up when it was idle for a while, and used once. */
const VISITORS: readonly Visitor[] = [
  { name: 'regular', request: { path: '/json' } },
  {
    name: 'hasty',
    request: { method: 'POST', path: '/echo', body: 'Hello, world!' },
    options: { keepAliveTimeout: SHORT_PATIENCE },
  },
  { name: 'single', request: { path: '/' }, options: { keepAlive: false } },
];

/** A little traffic for people who watch: a few visitors take turns, and nobody hurries. */
export class Traffic {
  readonly #clock: Clock;
  /** The visitors' sessions. */
  readonly sessions: readonly HTTPClientSession[];
  #turn = 0;
  #timer: ClockTimer | null = null;
  #isStopped = false;

  constructor(host: string, port: number, clock: Clock, observe: TrafficObserver) {
    this.#clock = clock;
    this.sessions = VISITORS.map(({ name, options }) => {
      // A visitor makes a handful of transitions at a time, never more than a session remembers.
      const trace = new Trace(clock, (record) => observe(name, record), ignore);
      const session = new HTTPClientSession(host, port, { ...options, clock: trace });
      trace.follow(session);
      return session;
    });
  }

  /** Makes the next visitor's request, and one more after each interval. */
  start(): void {
    if (this.#isStopped) return;
    const turn = this.#turn++ % VISITORS.length;
    void visit(this.sessions[turn] as HTTPClientSession, (VISITORS[turn] as Visitor).request);
    this.#timer = this.#clock.setTimeout(() => {
      this.start();
    }, INTERVAL);
  }

  /** No request follows; the connections are closed. */
  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    for (const session of this.sessions) {
      session.close();
      session.dispose();
    }
  }
}

async function visit(session: HTTPClientSession, request: RequestInit): Promise<void> {
  try {
    const response = await session.request(request);
    await response.bytes();
  } catch (error) {
    // The transitions tell of it; the next turn begins on a new connection.
    if (!(error instanceof HTTPSessionError)) throw error;
    session.reset();
  }
}

function ignore(): void {
  // Nothing to do.
}
