import { quoted } from '../drivers/quoted.js';

const MAX_SHOWN = 120;

/** What happened in a simulation, by virtual time: the same for the same seed, byte for byte. */
export class SimulationLog {
  readonly #lines: string[] = [];
  readonly #now: () => number;

  /** @param now - virtual milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Notes that something happened to, or was done by, somebody. */
  note(who: string, what: string): void {
    this.#lines.push(`${this.#now().toFixed(0).padStart(8)} ms  ${who} ${what}`);
  }

  /** Notes bytes; `way` is `>` on their way to the server. */
  bytes(who: string, way: '<' | '>', text: string): void {
    this.note(who, `${way} ${quoted(text, MAX_SHOWN)} (${String(text.length)} bytes)`);
  }

  /** All lines. */
  toString(): string {
    return this.#lines.join('\n');
  }
}
