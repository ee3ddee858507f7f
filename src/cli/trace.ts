import type { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';

import { LIMITS } from '../constants.js';
import type { TransitionRecord } from '../errors/index.js';
import type { Clock } from '../transport/index.js';

/** What a trace looks at: a session, or whatever else remembers its transitions. */
export interface Traceable {
  readonly history: readonly TransitionRecord[];
}

/**
 * Reports every transition of one session soon after it happened, in order.
 *
 * A session keeps its last 32 transitions for whoever asks, and calls nobody per transition. But it dates each of
 * them: the trace is the session's clock, so that it knows when to look, and gives every transition a time of its
 * own, so that it knows which ones it has seen.
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
   * @param report - told of each transition.
   * @param lost - told when transitions were too many at once to be remembered.
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
    // A double can hold thousandths of a millisecond here, and nobody sees times that differ by as little.
    this.#lastTime = Math.max(this.#origin + this.#clock.now(), this.#lastTime + 0.001);
    return this.#lastTime;
  }

  setTimeout(...args: Parameters<Clock['setTimeout']>): ReturnType<Clock['setTimeout']> {
    return this.#clock.setTimeout(...args);
  }

  clearTimeout(...args: Parameters<Clock['clearTimeout']>): void {
    this.#clock.clearTimeout(...args);
  }

  /** Reports what was not reported yet. */
  look(): void {
    const records = this.#session?.history ?? [];
    const fresh = records.filter(({ at }) => at > this.#lastSeen);
    // When all that can be remembered is new, there may have been more.
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

/** The colours that a terminal shows in its own shades: SGR parameters (ECMA-48). */
const SGR = { dim: '2', red: '31', green: '32', cyan: '36' } as const;

/** Colours a text, or leaves it as it is. */
export type Paint = (style: keyof typeof SGR, text: string) => string;

/** For everything that is not a terminal. */
export const plain: Paint = (_style, text) => text;

const coloured: Paint = (style, text) => `\u001B[${SGR[style]}m${text}\u001B[0m`;

/**
 * How to paint what is written to a stream: in colours on a terminal alone, and there unless the environment asks for
 * none (`NO_COLOR`, `TERM=dumb`), which Node.js knows how to read.
 */
export function paintFor(stream: Writable, env: Readonly<Record<string, string | undefined>>): Paint {
  const terminal = stream as Partial<WriteStream>;
  return terminal.isTTY === true && terminal.hasColors?.(env) === true ? coloured : plain;
}

const TIME_WIDTH = 10;
const CHART_WIDTH = 8;
const EVENT_WIDTH = 27;

/** A transition as one line, in columns: milliseconds since `start`, chart, event, and the state it led to. */
export function formatTransition(record: TransitionRecord, start: number, paint: Paint = plain): string {
  const time = `${Math.max(0, record.at - start).toFixed(1)} ms`;
  return [
    paint('dim', time.padStart(TIME_WIDTH)),
    paint('dim', record.chart.padEnd(CHART_WIDTH)),
    paint('cyan', record.event.padEnd(EVENT_WIDTH)),
    paint(record.state.startsWith('errored') ? 'red' : 'green', record.state),
  ].join('  ');
}
