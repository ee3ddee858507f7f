import { Deadline, deadlinesOf, type Clock, type Transport } from '../transport/index.js';

/** How often the output of a blocked session is looked at within its timeout: what is late is late by so small a part. */
const LOOKS = 64;

/** Milliseconds; more often would cost more than it tells. */
const MOST_OFTEN = 20;

/** Who is told that the peer takes nothing any more. */
export interface BlockedSession {
  readonly transport: Transport | null;
  sendTimeout: number;
  sendExpired(timeout: number): void;
}

/**
 * Watches a session whose output the system does not take. What counts as progress is what the peer takes, not what is
 * written: a handler that goes on writing to a stalled reader gains no time by it. A large write is taken in parts, and
 * nobody is told of them, so that the watch looks by itself.
 */
export class SendWatch {
  readonly #session: BlockedSession;
  readonly #clock: Clock;
  readonly #deadline: Deadline<SendWatch>;
  #unsent = 0;
  #progressAt = 0;

  constructor(session: BlockedSession, clock: Clock) {
    this.#session = session;
    this.#clock = clock;
    this.#deadline = new Deadline<SendWatch>(deadlinesOf(clock), this, look);
  }

  /** The system did not take all that was written. */
  start(): void {
    const unsent = this.#session.transport?.unsentOutput ?? 0;
    // More was written meanwhile; that changes the amount, but it is no progress.
    if (this.#deadline.armed) {
      this.#unsent = Math.max(this.#unsent, unsent);
      return;
    }
    this.#unsent = unsent;
    this.#progressAt = this.#clock.now();
    this.#arm();
  }

  /** The system has taken everything, or nobody cares any more. */
  stop(): void {
    this.#deadline.disarm();
  }

  look(): void {
    const { transport, sendTimeout } = this.#session;
    const now = this.#clock.now();
    const unsent = transport?.unsentOutput ?? 0;
    if (unsent < this.#unsent) this.#progressAt = now;
    this.#unsent = unsent;
    if (sendTimeout > 0 && now - this.#progressAt >= sendTimeout) this.#session.sendExpired(sendTimeout);
    else this.#arm();
  }

  #arm(): void {
    const { sendTimeout } = this.#session;
    const left = sendTimeout - (this.#clock.now() - this.#progressAt);
    this.#deadline.arm(sendTimeout === 0 ? 0 : Math.min(left, Math.max(sendTimeout / LOOKS, MOST_OFTEN)));
  }
}

function look(watch: SendWatch): void {
  watch.look();
}
