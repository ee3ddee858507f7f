import { Deadline, deadlinesOf } from '../../transport/index.js';
import type { ConnectionPool } from './connection-pool.js';

/** What became of the calls that a pool or a client had when it was drained. */
export interface ClientDrainReport {
  /** Calls that came to their end. */
  readonly finished: number;
  /** Exchanges that were in progress at the deadline, and were aborted. */
  readonly aborted: number;
  /** Calls that still waited at the deadline: nothing of them was sent. */
  readonly unsent: number;
}

/** One drain of a pool: lets the calls that it has come to their end, and counts them. */
export class PoolDrain {
  readonly report: Promise<ClientDrainReport>;
  readonly #pool: ConnectionPool;
  readonly #deadline: Deadline<PoolDrain>;
  readonly #expired: () => void;
  readonly #calls: number;
  #aborted = 0;
  #unsent = 0;
  #resolve!: (report: ClientDrainReport) => void;

  /** @param expired - ends the pool at the deadline. */
  constructor(pool: ConnectionPool, expired: () => void) {
    this.#pool = pool;
    this.#expired = expired;
    this.#calls = pool.waiting + pool.listening + pool.serving;
    this.#deadline = new Deadline<PoolDrain>(deadlinesOf(pool.clock), this, (drain) => {
      drain.#expired();
    });
    this.report = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Starts, or sets another deadline in milliseconds; 0 for none. */
  start(deadline: number): void {
    this.#deadline.arm(deadline);
    if (this.#pool.is('closed')) this.ended();
    else this.#pool.drain();
  }

  /** The pool is about to be ended: counts what has not come to its end. */
  cutOff(): void {
    this.#aborted = this.#pool.serving;
    this.#unsent = this.#pool.waiting + this.#pool.listening;
  }

  /** The pool has neither connections nor calls any more. */
  ended(): void {
    this.#deadline.disarm();
    const [aborted, unsent] = [this.#aborted, this.#unsent];
    this.#resolve({ finished: Math.max(0, this.#calls - aborted - unsent), aborted, unsent });
  }
}
