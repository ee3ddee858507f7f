import { HTTPSessionError } from '../errors/index.js';
import { HTTPClientSession, type RequestInit } from '../session/index.js';
import type { Clock, ClockTimer } from '../transport/index.js';

/** One connection of the crowd: what it asks for in turn, how often, and for how long it waits for an answer. */
interface Guest {
  readonly requests: readonly RequestInit[];
  /** Milliseconds between two requests. */
  readonly every: number;
  /** Milliseconds. */
  readonly patience?: number;
}

const READER: readonly RequestInit[] = [
  { path: '/' },
  { path: '/json' },
  { path: '/headers' },
  { path: '/json' },
];

const UPLOAD = Buffer.alloc(400_000, 'http-session-machine ');

/** Quick readers, one that is lost, one that uploads, one that is read slowly, and one that gives up on a slow answer. */
const GUESTS: readonly Guest[] = [
  { requests: READER, every: 170 },
  { requests: READER, every: 290 },
  { requests: [{ path: '/json' }, { path: '/204' }], every: 610 },
  { requests: [{ path: '/' }, { path: '/missing' }], every: 3_100 },
  { requests: [{ method: 'POST', path: '/sink', body: UPLOAD }], every: 2_300 },
  { requests: [{ method: 'POST', path: '/slow-read', body: UPLOAD }], every: 4_300 },
  { requests: [{ path: '/slow?seconds=1' }, { path: '/slow?seconds=20' }], every: 7_000, patience: 6_000 },
];

/** When the crowd comes, in milliseconds: after the first visitor. */
const COMES_AFTER = 1_000;

/** Mixed traffic beside the visitors, so that there is something to see: fast and slow paths, uploads, and some errors. */
export class Crowd {
  readonly #clock: Clock;
  readonly #sessions: readonly HTTPClientSession[];
  readonly #timers = new Set<ClockTimer>();
  #isStopped = false;

  constructor(host: string, port: number, clock: Clock) {
    this.#clock = clock;
    this.#sessions = GUESTS.map(({ patience }) => {
      const session = new HTTPClientSession(host, port, { clock });
      if (patience !== undefined) session.setTimeout(patience);
      return session;
    });
  }

  /** Comes soon, each guest at its own pace. */
  start(): void {
    GUESTS.forEach((guest, index) => {
      this.#after(COMES_AFTER + guest.every, () => {
        this.#ask(guest, this.#sessions[index] as HTTPClientSession, 0);
      });
    });
  }

  #ask(guest: Guest, session: HTTPClientSession, turn: number): void {
    const { requests, every } = guest;
    void visit(session, requests[turn % requests.length] as RequestInit).then(() => {
      this.#after(every, () => {
        this.#ask(guest, session, turn + 1);
      });
    });
  }

  #after(ms: number, act: () => void): void {
    if (this.#isStopped) return;
    const timer = this.#clock.setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }

  /** Leaves: no more requests, and the connections close. */
  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) this.#clock.clearTimeout(timer);
    for (const session of this.#sessions) {
      session.close();
      session.dispose();
    }
  }
}

/** One request and its answer. A connection that failed is opened again by the next request. */
export async function visit(session: HTTPClientSession, request: RequestInit): Promise<void> {
  try {
    const response = await session.request(request);
    await response.bytes();
  } catch (error) {
    if (!(error instanceof HTTPSessionError)) throw error;
    session.reset();
  }
}
