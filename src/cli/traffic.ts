import type { TransitionRecord } from '../errors/index.js';
import { HTTPClientSession, type HTTPClientSessionOptions, type RequestInit } from '../session/index.js';
import type { Clock, ClockTimer } from '../transport/index.js';
import { visit } from './crowd.js';
import { Trace } from './trace.js';

/** Called with each transition of each visitor. */
export type TrafficObserver = (visitor: string, record: TransitionRecord) => void;

/** Milliseconds between two requests. */
const INTERVAL = 2_000;

/** Milliseconds; shorter than the time until the visitor's next turn, so that it closes its connection before. */
const SHORT_PATIENCE = 1_500;

interface Visitor {
  readonly name: string;
  readonly request: RequestInit;
  readonly options?: HTTPClientSessionOptions;
}

/** Three uses of a connection: kept alive, closed after an idle time, and used once. */
const VISITORS: readonly Visitor[] = [
  { name: 'regular', request: { path: '/json' } },
  {
    name: 'hasty',
    request: { method: 'POST', path: '/echo', body: 'Hello, world!' },
    options: { keepAliveTimeout: SHORT_PATIENCE },
  },
  { name: 'single', request: { path: '/' }, options: { keepAlive: false } },
];

/** A little traffic to watch: a few visitors take turns, one request at a time. */
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

  /** Each visitor with the state of its connection. */
  get visitors(): readonly { readonly name: string; readonly state: string }[] {
    return VISITORS.map(({ name }, index) => ({
      name,
      state: (this.sessions[index] as HTTPClientSession).state,
    }));
  }

  /** Sends the next visitor's request, and another one after each interval. */
  start(): void {
    if (this.#isStopped) return;
    const turn = this.#turn++ % VISITORS.length;
    void visit(this.sessions[turn] as HTTPClientSession, (VISITORS[turn] as Visitor).request);
    this.#timer = this.#clock.setTimeout(() => {
      this.start();
    }, INTERVAL);
  }

  /** Stops sending requests and closes the connections. */
  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    for (const session of this.sessions) {
      session.close();
      session.dispose();
    }
  }
}

function ignore(): void {
  // Nothing to do.
}
