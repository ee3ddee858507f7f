import { Deadline, deadlinesOf } from '../../transport/index.js';
import type { SessionCore } from '../core/session-core.js';
import type { ServerTimers } from './server-timers.js';

/**
 * The two optional deadlines `message` and `connectionAge`. No progress moves them, so they stand beside the one of the
 * state that the session is in.
 */
export class ConnectionDeadlines {
  readonly #timers: ServerTimers;
  readonly #message: Deadline<SessionCore>;
  readonly #age: Deadline<SessionCore>;

  /** The age of the connection counts from here on. */
  constructor(session: SessionCore, timers: ServerTimers) {
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

/** The deadlines of a connection; `null` when it has none, as by default. */
export function connectionDeadlines(session: SessionCore, timers: ServerTimers): ConnectionDeadlines | null {
  return timers.message > 0 || timers.connectionAge > 0 ? new ConnectionDeadlines(session, timers) : null;
}
