import { TIMEOUTS } from '../constants.js';

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

/** The longest interval that Node.js knows, in milliseconds. */
const LONGEST_INTERVAL = 2 ** 31 - 1;

/**
 * Keeps the process alive until the returned function is called: the timers of the clock do not, and neither do sockets
 * that are not read.
 */
export function holdProcess(): () => void {
  const holder = setInterval(() => undefined, LONGEST_INTERVAL);
  return () => {
    clearInterval(holder);
  };
}

/*
 * One coarse tick for all deadlines, because a timer object per socket costs a busy server 5 to 9 % of its CPU.
 *
 * Time is cut into ticks of one granularity. A deadline waits in the slot of the first tick that is not before its
 * due time. A ring of slots covers the near future; what is due later waits in the farthest slot and moves on from
 * there. Only the next slot that holds anything has a timer.
 *
 * Deadlines are moved far more often than they expire: with every chunk. So moving one to a later time only stores
 * the time. The deadline stays where it is, and gets its new slot when the old one comes up.
 */

/** The number of ticks that the ring covers, a power of two. With the default granularity that is 10 seconds. */
const SLOTS = 512;
const SLOT_MASK = SLOTS - 1;

/** `movableAfter` of a deadline that is not armed. */
const NOT_ARMED = -1;

/** Is called when a deadline expires. One function serves all owners of a kind. */
type ExpiryCallback<Owner> = (owner: Owner, deadline: Deadline<Owner>) => void;

/** A slot holds deadlines of any owner. The owner matters only to the callback. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type AnyDeadline = Deadline<any>;

/** The shared tick: every `Deadline` belongs to one. Use `deadlinesOf` unless you need another granularity. */
export class Deadlines {
  readonly #clock: Clock;
  readonly #granularity: number;
  readonly #slots = new Array<AnyDeadline | undefined>(SLOTS).fill(undefined);
  /** The last tick whose slot was visited. */
  #visited = 0;
  #count = 0;
  #timer: ClockTimer | undefined;
  /** The tick that the timer was set for; `Infinity` without a timer. */
  #wakeTick = Infinity;
  readonly #wake = (): void => {
    this.#timer = undefined;
    this.#wakeTick = Infinity;
    this.#visitDueSlots();
    this.#sleep();
  };

  /** @param granularity - The length of a tick in milliseconds; a deadline fires at most this much late. */
  constructor(clock: Clock, granularity: number = TIMEOUTS.timerGranularity.value) {
    if (!(granularity > 0)) {
      throw new RangeError(
        `granularity: must be a positive number of milliseconds (got ${String(granularity)})`,
      );
    }
    this.#clock = clock;
    this.#granularity = granularity;
  }

  /** Monotonic time of the clock, in milliseconds. */
  now(): number {
    return this.#clock.now();
  }

  /** The number of armed deadlines. */
  get armedCount(): number {
    return this.#count;
  }

  /** @internal Puts an unlinked deadline into the slot of its due time. */
  link(deadline: AnyDeadline): void {
    if (this.#count === 0) this.#visited = Math.floor(this.#clock.now() / this.#granularity);
    this.#count++;
    const tick = this.#insert(deadline);
    // A timer for an earlier tick is left alone: waking once for nothing is cheaper than a new timer.
    if (tick < this.#wakeTick) this.#sleepUntil(tick);
  }

  /** @internal Takes a linked deadline out of its slot. */
  unlink(deadline: AnyDeadline): void {
    this.#count--;
    const { previous, next } = deadline;
    if (previous === undefined) this.#slots[deadline.slot] = next;
    else previous.next = next;
    if (next !== undefined) next.previous = previous;
    deadline.previous = undefined;
    deadline.next = undefined;
    deadline.movableAfter = NOT_ARMED;
  }

  #insert(deadline: AnyDeadline): number {
    const dueTick = Math.max(Math.ceil(deadline.due / this.#granularity), this.#visited + 1);
    const tick = Math.min(dueTick, this.#visited + SLOTS - 1);
    const slot = tick & SLOT_MASK;
    const head = this.#slots[slot];
    deadline.slot = slot;
    deadline.movableAfter = Math.max(0, Math.floor((tick - 1) * this.#granularity));
    deadline.next = head;
    if (head !== undefined) head.previous = deadline;
    this.#slots[slot] = deadline;
    return tick;
  }

  #visitDueSlots(): void {
    const now = this.#clock.now();
    const lastTick = Math.floor(now / this.#granularity);
    // After a long lag one turn of the ring visits every slot.
    this.#visited = Math.max(this.#visited, lastTick - SLOTS);
    while (this.#visited < lastTick) {
      const slot = ++this.#visited & SLOT_MASK;
      for (let first = this.#slots[slot]; first !== undefined; first = this.#slots[slot]) {
        this.unlink(first);
        if (first.due <= now) expire(first);
        else this.#putBack(first);
      }
    }
  }

  #putBack(deadline: AnyDeadline): void {
    this.#count++;
    this.#insert(deadline);
  }

  #sleep(): void {
    if (this.#count === 0) return;
    let tick = this.#visited + 1;
    while (this.#slots[tick & SLOT_MASK] === undefined) tick++;
    if (tick < this.#wakeTick) this.#sleepUntil(tick);
  }

  #sleepUntil(tick: number): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#wakeTick = tick;
    const ms = tick * this.#granularity - this.#clock.now();
    this.#timer = this.#clock.setTimeout(this.#wake, Math.max(0, ms));
  }
}

/** What a callback throws becomes an uncaught error, but never keeps other deadlines from firing. */
function expire(deadline: AnyDeadline): void {
  try {
    deadline.onExpired(deadline.owner, deadline);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/**
 * One deadline of one owner, created once and armed many times.
 *
 * It never fires early, and at most one granularity late (plus the lag of the event loop). Moving an armed deadline to
 * a later time costs one reading of the clock and one field. Once fired, it is no longer armed.
 */
export class Deadline<Owner> {
  readonly owner: Owner;
  /** @internal */
  readonly onExpired: ExpiryCallback<Owner>;
  /** @internal */
  readonly deadlines: Deadlines;
  /** @internal Monotonic time at which it expires; meaningful while armed. */
  due = 0;
  /** @internal A due time beyond this needs no other slot; `NOT_ARMED` while not armed. */
  movableAfter = NOT_ARMED;
  /** @internal */
  slot = 0;
  /** @internal */
  previous: AnyDeadline | undefined = undefined;
  /** @internal */
  next: AnyDeadline | undefined = undefined;

  /**
   * @param owner - Handed to the callback, so that all owners can share one function.
   * @param onExpired - Called when the deadline has passed; may arm the deadline again.
   */
  constructor(deadlines: Deadlines, owner: Owner, onExpired: ExpiryCallback<Owner>) {
    this.deadlines = deadlines;
    this.owner = owner;
    this.onExpired = onExpired;
  }

  /** Whether it will fire. */
  get armed(): boolean {
    return this.movableAfter !== NOT_ARMED;
  }

  /** Milliseconds until it is due; meaningful while armed. */
  get left(): number {
    return Math.max(0, this.due - this.deadlines.now());
  }

  /**
   * Sets the deadline to `ms` milliseconds from now, whatever it was set to before. 0 disarms it, and so do negative
   * numbers, `NaN` and `Infinity`.
   *
   * @param now - The monotonic time of the clock, for callers that have just read it.
   */
  arm(ms: number, now: number = this.deadlines.now()): void {
    if (!(ms > 0 && ms < Infinity)) {
      this.disarm();
      return;
    }
    // Whole milliseconds are small integers, which need no memory of their own.
    this.due = Math.ceil(now + ms);
    if (this.armed) {
      if (this.due > this.movableAfter) return;
      this.deadlines.unlink(this);
    }
    this.deadlines.link(this);
  }

  /** Cancels the deadline. Harmless when it is not armed. */
  disarm(): void {
    if (this.armed) this.deadlines.unlink(this);
  }
}

const deadlinesByClock = new WeakMap<Clock, Deadlines>();

const systemDeadlines = new Deadlines(systemClock);

/** The deadlines that all users of a clock share. */
export function deadlinesOf(clock: Clock): Deadlines {
  if (clock === systemClock) return systemDeadlines;
  let deadlines = deadlinesByClock.get(clock);
  if (deadlines === undefined) {
    deadlines = new Deadlines(clock);
    deadlinesByClock.set(clock, deadlines);
  }
  return deadlines;
}
