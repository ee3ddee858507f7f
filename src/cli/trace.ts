import type { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';

import { LIMITS } from '../constants.js';
import type { TransitionRecord } from '../errors/index.js';
import type { Clock } from '../transport/index.js';

/** What a trace follows: anything that records its transitions, as a session does. */
export interface Traceable {
  readonly history: readonly TransitionRecord[];
}

/**
 * Reports every transition of one session soon after it happened, in order.
 *
 * A session records its last 32 transitions but does not call back for each. It does read its clock for each: the trace
 * is that clock, so it knows when to look. It gives every transition a distinct time, so it knows which ones it has
 * reported.
 */
export class Trace implements Clock {
  readonly #clock: Clock;
  readonly #origin: number;
  readonly #report: (record: TransitionRecord) => void;
  readonly #lost: () => void;
  #session: Traceable | null = null;
  #lastTime = -Infinity;
  #lastSeen = -Infinity;
  #willLook = false;

  /**
   * @param clock - where time comes from.
   * @param report - called with each transition.
   * @param lost - called if there were more transitions at once than a session records.
   */
  constructor(clock: Clock, report: (record: TransitionRecord) => void, lost: () => void) {
    this.#clock = clock;
    // The system's wall clock counts whole milliseconds, too coarse to see which step took long.
    this.#origin = clock.wallTime() - clock.now();
    this.#report = report;
    this.#lost = lost;
  }

  /** Follows a session that was made with this trace as its clock. */
  follow(session: Traceable): void {
    this.#session = session;
  }

  now(): number {
    return this.#clock.now();
  }

  wallTime(): number {
    this.#lookSoon();
    // A double has thousandths of a millisecond here, too small a difference to show.
    this.#lastTime = Math.max(this.#origin + this.#clock.now(), this.#lastTime + 0.001);
    return this.#lastTime;
  }

  setTimeout(...args: Parameters<Clock['setTimeout']>): ReturnType<Clock['setTimeout']> {
    return this.#clock.setTimeout(...args);
  }

  clearTimeout(...args: Parameters<Clock['clearTimeout']>): void {
    this.#clock.clearTimeout(...args);
  }

  /** Reports the transitions that were not reported yet. */
  look(): void {
    const records = this.#session?.history ?? [];
    const fresh = records.filter(({ at }) => at > this.#lastSeen);
    // If all recorded transitions are new, earlier ones may be lost.
    if (fresh.length >= LIMITS.maxHistory.value) this.#lost();
    this.#lastSeen = fresh.at(-1)?.at ?? this.#lastSeen;
    for (const record of fresh) this.#report(record);
  }

  #lookSoon(): void {
    if (this.#willLook) return;
    this.#willLook = true;
    queueMicrotask(() => {
      this.#willLook = false;
      this.look();
    });
  }
}

/** A transition as a line shows it. */
export interface TracedTransition {
  /** The chart: `session`, `exchange` or `call`. */
  readonly chart: string;
  /** The number of the session or the call; `undefined` where there is only one. */
  readonly id?: number;
  readonly event: string;
  /** The state that it led to. */
  readonly state: string;
  /** In milliseconds; since when is up to those who print it. */
  readonly at: number;
}

/** Colours as SGR parameters (ECMA-48); the terminal picks the shades. */
const SGR = { dim: '2', red: '31', green: '32', cyan: '36' } as const;

/** Colours a text, or returns it unchanged. */
export type Paint = (style: keyof typeof SGR, text: string) => string;

/** For output that is not a terminal. */
export const plain: Paint = (_style, text) => text;

const coloured: Paint = (style, text) => `\u001B[${SGR[style]}m${text}\u001B[0m`;

/**
 * How to paint output to a stream: in colours on a terminal, unless the environment disables them (`NO_COLOR`,
 * `TERM=dumb`).
 */
export function paintFor(stream: Writable, env: Readonly<Record<string, string | undefined>>): Paint {
  const terminal = stream as Partial<WriteStream>;
  return terminal.isTTY === true && terminal.hasColors?.(env) === true ? coloured : plain;
}

const TIME_WIDTH = 10;
const CHART_WIDTH = 8;
const ID_WIDTH = 4;
const EVENT_WIDTH = 27;

/** A transition as one line, in columns: milliseconds since `start`, chart and number, event, and the state it led to. */
export function formatTransition(record: TracedTransition, start: number, paint: Paint = plain): string {
  const time = `${Math.max(0, record.at - start).toFixed(1)} ms`;
  const number = record.id === undefined ? '' : String(record.id).padStart(ID_WIDTH);
  return [
    paint('dim', time.padStart(TIME_WIDTH)),
    paint('dim', record.chart.padEnd(CHART_WIDTH) + number),
    paint('cyan', record.event.padEnd(EVENT_WIDTH)),
    paint(record.state.startsWith('errored') ? 'red' : 'green', record.state),
  ].join('  ');
}
