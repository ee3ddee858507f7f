import { TIMEOUTS } from '../constants.js';
import { AbortedError } from '../errors/index.js';
import { checkTimeout } from '../session/core/address.js';
import type { SessionActivity } from '../session/index.js';
import { Deadline, deadlinesOf, type Clock } from '../transport/index.js';
import type { ConnectionRegistry, LiveConnection } from './registry.js';
import type { DrainedConnection, DrainOptions, DrainOutcome, DrainReport } from './drain-report.js';

/** The options of a drain, checked and complete. */
export interface DrainTimes {
  readonly grace: number;
  readonly deadline: number;
  readonly after: Promise<unknown> | undefined;
}

/** Checks how a drain is asked for. @throws TypeError, RangeError */
export function drainTimes(options: DrainOptions): DrainTimes {
  return {
    grace: checkTimeout(options.grace ?? TIMEOUTS.drainGrace.value, 'a grace'),
    deadline: checkTimeout(options.deadline ?? TIMEOUTS.drainTimeout.value, 'a deadline'),
    after: options.after,
  };
}

interface Departing {
  readonly was: SessionActivity;
  readonly answeredBefore: number;
}

/**
 * One drain of a server. What a connection is doing decides what is asked of it:
 *
 * - silent for longer than the grace: it closes now;
 * - silent for less, or idle: it is read until the grace is over, and a request that comes is the last one;
 * - active: its response is the last one;
 * - handed over: its owner gets a signal;
 *
 * and at the deadline whatever is left is aborted.
 */
export class DrainRun<TConnection extends LiveConnection> {
  /** Resolves when the last connection is gone and `finish` was called. */
  readonly report: Promise<DrainReport>;
  readonly #registry: ConnectionRegistry<TConnection>;
  readonly #clock: Clock;
  readonly #times: DrainTimes;
  readonly #startedAt: number;
  readonly #departing = new Map<TConnection, Departing>();
  readonly #departed: DrainedConnection[] = [];
  readonly #grace: Deadline<DrainRun<TConnection>>;
  readonly #deadline: Deadline<DrainRun<TConnection>>;
  #resolve!: (report: DrainReport) => void;
  #isAborting = false;
  #isAsking = false;
  #isGraceOver = false;

  /** @param abort - called at the deadline. */
  constructor(registry: ConnectionRegistry<TConnection>, clock: Clock, times: DrainTimes, abort: () => void) {
    this.report = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#registry = registry;
    this.#clock = clock;
    this.#times = times;
    this.#startedAt = clock.now();
    const deadlines = deadlinesOf(clock);
    this.#grace = new Deadline<DrainRun<TConnection>>(deadlines, this, (run) => {
      run.endGrace();
    });
    this.#deadline = new Deadline<DrainRun<TConnection>>(deadlines, this, abort);
  }

  /** Asks every connection to come to its end, at once or when what has to be before has been. */
  begin(): void {
    const { after, deadline } = this.#times;
    for (const connection of [...this.#registry.live]) this.add(connection);
    this.#deadline.arm(deadline);
    if (after === undefined) this.#askAll();
    else {
      void after.then(() => {
        // Meanwhile the last connection may have gone by itself.
        if (this.#registry.live.size > 0) this.#askAll();
      });
    }
  }

  /** Takes one more connection to its end. */
  add(connection: TConnection): void {
    const { activity, answered } = connection;
    this.#departing.set(connection, { was: activity, answeredBefore: answered });
    if (this.#isAsking) this.#ask(connection);
  }

  #askAll(): void {
    this.#isAsking = true;
    for (const connection of [...this.#registry.live]) this.#ask(connection);
    if (this.#times.grace > 0) this.#grace.arm(this.#times.grace);
    else this.endGrace();
  }

  #ask(connection: TConnection): void {
    const { activity } = connection;
    if (activity === 'detached') this.#signal(connection);
    else if (this.#isGraceOver || (activity === 'silent' && this.#isOld(connection))) connection.drain();
    else connection.startDraining();
  }

  #isOld({ since }: TConnection): boolean {
    return this.#clock.wallTime() - since >= this.#times.grace;
  }

  /** What has no request by now gets none any more. */
  endGrace(): void {
    this.#isGraceOver = true;
    for (const connection of [...this.#registry.live]) {
      if (connection.activity !== 'detached') connection.drain();
    }
  }

  /** The socket of a connection was handed over in the middle of the drain. */
  handedOver(connection: TConnection): void {
    this.#signal(connection);
  }

  #signal(connection: TConnection): void {
    this.#registry.signalDrain(connection, new AbortedError('the server drains'));
  }

  /** What is left is aborted from here on. */
  aborting(): void {
    this.#isAborting = true;
  }

  /** A connection has come to its end. */
  gone(connection: TConnection): void {
    const departing = this.#departing.get(connection);
    if (departing === undefined) return;
    this.#departing.delete(connection);
    const answered = connection.answered - departing.answeredBefore;
    this.#departed.push({
      id: connection.id,
      was: departing.was,
      outcome: this.#outcomeOf(connection, departing.was, answered),
      answered,
      after: this.#elapsed(),
    });
  }

  #outcomeOf(connection: TConnection, was: SessionActivity, answered: number): DrainOutcome {
    if (this.#isAborting) return 'aborted';
    if (connection.state === 'detached') return 'released';
    if (answered > 0) return 'answered';
    return was === 'active' || connection.state.startsWith('errored') ? 'failed' : 'closed';
  }

  #elapsed(): number {
    return Math.round(this.#clock.now() - this.#startedAt);
  }

  /** No connection is left. */
  finish(): void {
    this.#grace.disarm();
    this.#deadline.disarm();
    const aborted = this.#departed.filter(({ outcome }) => outcome === 'aborted').length;
    this.#resolve({
      finished: this.#departed.length - aborted,
      aborted,
      duration: this.#elapsed(),
      sessions: this.#departed,
    });
  }
}
