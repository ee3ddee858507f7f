import { Deadline, deadlinesOf, type Clock } from '../../transport/index.js';
import type { ServerTimers } from './server-timers.js';

/** The session whose ceilings these are. */
export interface CeiledSession {
  readonly clock: Clock;
  timedOut(timer: string, timeout: number): void;
}

/**
 * The two optional ceilings, `message` and `connectionAge`: no progress moves them, so that they need deadlines of their
 * own beside the one of the state that the session is in.
 */
export class Ceilings {
  readonly #timers: ServerTimers;
  readonly #message: Deadline<CeiledSession>;
  readonly #age: Deadline<CeiledSession>;

  /** The age of the connection counts from here on. */
  constructor(session: CeiledSession, timers: ServerTimers) {
    const deadlines = deadlinesOf(session.clock);
    this.#timers = timers;
    this.#message = new Deadline(deadlines, session, (owner) => {
      owner.timedOut('message', timers.message);
    });
    this.#age = new Deadline(deadlines, session, (owner) => {
      owner.timedOut('connectionAge', timers.connectionAge);
    });
    this.#age.arm(timers.connectionAge);
  }

  /** The first byte of a request has come. */
  messageBegan(): void {
    this.#message.arm(this.#timers.message);
  }

  /** Its last byte has. */
  messageEnded(): void {
    this.#message.disarm();
  }

  /** The connection is gone. */
  end(): void {
    this.#message.disarm();
    this.#age.disarm();
  }
}

/** The ceilings of a session; `null` when it has none, as by default. */
export function ceilingsOf(session: CeiledSession, timers: ServerTimers): Ceilings | null {
  return timers.message > 0 || timers.connectionAge > 0 ? new Ceilings(session, timers) : null;
}
