import { Deadline, deadlinesOf } from '../../transport/index.js';
import type { SessionOutput } from './output.js';

/**
 * Milliseconds until the output of a blocked session is looked at again: the next tick of the deadlines, as a timer is to
 * be late by two of them at the most. A look costs less than half a microsecond.
 */
const NEXT_LOOK = 1;

/**
 * Watches a session whose output the system does not take. Progress is what the peer takes, not what is written: a
 * handler that keeps writing to a stalled reader gains no time. The system takes a large write in parts and reports
 * none of them, so the watch polls.
 */
export class SendWatch {
  readonly #session: SessionOutput;
  readonly #deadline: Deadline<SendWatch>;
  #taken = 0;
  #progressAt = 0;

  constructor(session: SessionOutput) {
    this.#session = session;
    this.#deadline = new Deadline<SendWatch>(deadlinesOf(session.clock), this, look);
  }

  /** The system did not take all that was written; one that is watched already gains no time by that. */
  start(): void {
    if (this.#deadline.armed) return;
    this.#taken = this.#session.takenOutput;
    this.#progressAt = this.#session.clock.now();
    this.#arm(this.#progressAt);
  }

  /** The system has taken everything, or the output is dropped. */
  stop(): void {
    this.#deadline.disarm();
  }

  look(): void {
    const session = this.#session;
    const now = this.#session.clock.now();
    const taken = session.takenOutput;
    const isProgress = taken > this.#taken;
    this.#taken = taken;
    if (isProgress) {
      this.#progressAt = now;
      session.outputTaken();
    }
    const { sendTimeout } = session;
    if (sendTimeout > 0 && now - this.#progressAt >= sendTimeout) session.sendExpired(sendTimeout);
    else this.#arm(now);
  }

  #arm(now: number): void {
    this.#deadline.arm(this.#session.sendTimeout === 0 ? 0 : NEXT_LOOK, now);
  }
}

function look(watch: SendWatch): void {
  watch.look();
}
