/** What `Clock.setTimeout` returns: opaque, good only for `clearTimeout` of the same clock. */
export type ClockTimer = object;

/**
 * The source of time of everything that waits. Production uses `systemClock`, tests use `VirtualClock`.
 *
 * All durations are in milliseconds.
 */
export interface Clock {
  /** Monotonic time in milliseconds, fractions allowed; only differences mean anything. */
  now(): number;
  /** Milliseconds since the Unix epoch. */
  wallTime(): number;
  /** Calls `callback` once, not before `ms` milliseconds have passed. */
  setTimeout(callback: () => void, ms: number): ClockTimer;
  /** Forgets a timer. Timers that fired or were cleared already are left alone. */
  clearTimeout(timer: ClockTimer): void;
}

/** The clock of the system. Its timers never keep a process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  // Node.js cuts fractions off, and would be early.
  setTimeout: (callback, ms) => setTimeout(callback, Math.ceil(ms)).unref(),
  clearTimeout: (timer) => {
    clearTimeout(timer as NodeJS.Timeout);
  },
};
