/** What `Clock.setTimeout` returns: opaque, for `clearTimeout` of the same clock only. */
export type ClockTimer = object;

/**
 * The source of time. Production uses `systemClock`, tests use `VirtualClock`.
 *
 * All durations are in milliseconds.
 */
export interface Clock {
  /** Monotonic time in milliseconds, possibly with fractions. Only differences mean anything. */
  now(): number;
  /** Milliseconds since the Unix epoch. */
  wallTime(): number;
  /** Calls `callback` once, after at least `ms` milliseconds. */
  setTimeout(callback: () => void, ms: number): ClockTimer;
  /** Cancels a timer. Has no effect on timers that have fired or were cleared. */
  clearTimeout(timer: ClockTimer): void;
}

/** The clock of the system. Its timers never keep a process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  // Node.js truncates fractions, and would fire early.
  setTimeout: (callback, ms) => setTimeout(callback, Math.ceil(ms)).unref(),
  clearTimeout: (timer) => {
    clearTimeout(timer as NodeJS.Timeout);
  },
};
