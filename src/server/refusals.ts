import { LIMITS, TIMEOUTS } from '../constants.js';
import {
  Deadline,
  deadlinesOf,
  type Clock,
  type Transport,
  type TransportObserver,
} from '../transport/index.js';

const REFUSAL =
  'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\nConnection: close\r\n\r\n';

/**
 * Refuses connections with 503. The peer's data is read and discarded for a moment: closing a socket with unread data
 * makes the kernel send a reset, which may overtake the response (RFC 9112 section 9.6).
 */
export class Refusals {
  readonly #clock: Clock;
  readonly #pending = new Set<Refusal>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Refuses a connection; returns whether it gets a response: beyond a limit, connections are reset without one. */
  refuse(transport: Transport): boolean {
    if (this.#pending.size >= LIMITS.maxRefusals.value) {
      transport.reset();
      return false;
    }
    const refusal = new Refusal(transport, this.#clock, () => this.#pending.delete(refusal));
    this.#pending.add(refusal);
    refusal.start();
    return true;
  }

  /** Ends every refusal in progress. */
  abandon(): void {
    for (const refusal of [...this.#pending]) refusal.end();
  }
}

class Refusal implements TransportObserver {
  readonly #transport: Transport;
  readonly #ended: () => void;
  readonly #deadline: Deadline<Refusal>;

  constructor(transport: Transport, clock: Clock, ended: () => void) {
    this.#transport = transport;
    this.#ended = ended;
    this.#deadline = new Deadline<Refusal>(deadlinesOf(clock), this, (refusal) => {
      refusal.end();
    });
  }

  start(): void {
    this.#deadline.arm(TIMEOUTS.refusalTimeout.value);
    this.#transport.watch(this);
    this.#transport.write(REFUSAL);
    this.#transport.end();
  }

  end(): void {
    this.#deadline.disarm();
    this.#transport.destroy();
    this.#ended();
  }

  onBytes(): void {
    // Discarded; the time is bounded.
  }

  onEnded(): void {
    this.end();
  }

  onClosed(): void {
    this.end();
  }

  onFailed(): void {
    this.end();
  }

  onDrained(): void {
    // One short write does not fill a socket for long.
  }
}
