import type { SessionReport } from '../../model/shapes.js';
import { formatDuration } from './format.js';

/** A timer of a session, as the page shows it. */
export interface TimerRow {
  readonly name: string;
  /** Its length in milliseconds; `null` for one that is off, `undefined` where it is not known. */
  readonly length: number | null | undefined;
  /** What is left of it; `null` for one that does not run, `undefined` for one that runs for an unknown time. */
  readonly left: number | null | undefined;
}

/** The timers of a session, those that run included that are no setting. */
export function timersOf(session: Pick<SessionReport, 'timers' | 'armed' | 'due'>, now: number): TimerRow[] {
  const { timers, armed, due = {} } = session;
  const names = new Set([...Object.keys(timers), ...Object.keys(due)]);
  return [...names].map((name) => {
    const length = timers[name];
    const at = due[name];
    const left =
      at === undefined ? (name === armed && length !== 0 ? undefined : null) : Math.max(0, at - now);
    return { name, length: length === 0 ? null : length, left };
  });
}

/** Up to that long, what is left is printed in seconds. */
const COUNTED_IN_SECONDS = 120_000;

/** What is left of a timer, so that it can be seen to run: `41.3 s`, `4 min 10 s`. */
export function formatLeft(ms: number): string {
  return ms < COUNTED_IN_SECONDS ? `${(Math.floor(ms / 100) / 10).toFixed(1)} s` : formatDuration(ms);
}

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
] as const;

/** A length that was set, exactly, in the largest unit that says it without a fraction: `90 s`, `5 min`, `1500 ms`. */
export function formatLength(ms: number): string {
  const [size, name] = UNITS.find(([unit]) => ms >= unit && ms % unit === 0) ?? [1, 'ms'];
  return `${(ms / size).toLocaleString('en')} ${name}`;
}
