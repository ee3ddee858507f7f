import { TIMEOUTS } from '../constants.js';
import type { ChartEdge } from '../chart/index.js';
import { AbortedError } from '../errors/index.js';
import { checkTimeout } from '../session/core/address.js';
import type { SessionActivity } from '../session/index.js';
import { Deadline, deadlinesOf, type Clock } from '../transport/index.js';
import type { DrainedConnection, DrainOptions, DrainOutcome, DrainReport } from './drain-report.js';
import type { ServerLife } from './life.js';
import type { LiveConnection } from './registry.js';

/** The options of a drain, checked and complete. */
export interface DrainTimes {
  readonly grace: number;
  readonly deadline: number;
  readonly after: Promise<unknown> | undefined;
}

/** Checks how a drain is asked for. @throws TypeError, RangeError */
export function drainTimes(options: DrainOptions): DrainTimes {
  return {
    grace: checkTimeout(options.grace ?? TIMEOUTS.drainGrace.value, 'grace'),
    deadline: checkTimeout(options.deadline ?? TIMEOUTS.drainTimeout.value, 'deadline'),
    after: options.after,
  };
}

interface Departing {
  readonly was: SessionActivity;
  readonly answeredBefore: number;
}

/**
 * One drain of a server: asks connections to end, runs the timers of the drain, and reports. The server chart says how
 * far the drain is. While it reads, what a connection is doing decides what is asked of it:
 *
 * - silent for longer than the grace: it closes now;
 * - silent for less, or idle: it is read until the grace is over, and a request that comes is the last one;
 * - active: its response is the last one;
 * - handed over: its owner gets a signal.
 */
export class DrainRun<TConnection extends LiveConnection> {
  /** Resolves once `finish` is called. */
  readonly report: Promise<DrainReport>;
  readonly #life: ServerLife<TConnection>;
  readonly #clock: Clock;
  readonly #times: DrainTimes;
  readonly #startedAt: number;
  readonly #departing = new Map<TConnection, Departing>();
  readonly #sessions: DrainedConnection[] = [];
  readonly #grace: Deadline<ServerLife<TConnection>>;
  readonly #deadline: Deadline<ServerLife<TConnection>>;
  #resolve!: (report: DrainReport) => void;

  constructor(life: ServerLife<TConnection>, clock: Clock, times: DrainTimes) {
    this.report = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#life = life;
    this.#clock = clock;
    this.#times = times;
    this.#startedAt = clock.now();
    const deadlines = deadlinesOf(clock);
    this.#grace = new Deadline(deadlines, life, (it) => {
      it.send('grace.over');
    });
    this.#deadline = new Deadline(deadlines, life, (it) => {
      it.send('deadline.expired');
    });
    for (const connection of life.registry.live) this.#register(connection);
  }

  /** Arms the timers of the states that an edge enters, and disarms those of the states that it leaves. */
  transitioned({ source, target }: ChartEdge): void {
    for (const timer of source.timers) if (!target.timers.includes(timer)) this.#disarm(timer);
    for (const timer of target.timers) if (!source.timers.includes(timer)) this.#arm(timer);
  }

  #arm(timer: string): void {
    const { grace, deadline } = this.#times;
    if (timer === 'drain') this.#deadline.arm(deadline);
    else if (grace > 0) this.#grace.arm(grace);
    else this.#life.send('grace.over');
  }

  #disarm(timer: string): void {
    (timer === 'drain' ? this.#deadline : this.#grace).disarm();
  }

  /** Counts a connection in, and asks it to end if the others were asked already. */
  add(connection: TConnection): void {
    this.#register(connection);
    if (!this.#life.is('ending')) return;
    if (this.#life.is('reading')) this.#ask(connection);
    else this.#end(connection);
  }

  #register(connection: TConnection): void {
    const { activity, answered } = connection;
    this.#departing.set(connection, { was: activity, answeredBefore: answered });
  }

  /** Asks every connection to end, and reads those that may have a request on its way. */
  askAll(): void {
    for (const connection of [...this.#life.registry.live]) this.#ask(connection);
  }

  /** Closes every connection that has no request by now. */
  endAll(): void {
    for (const connection of [...this.#life.registry.live]) this.#end(connection);
  }

  /** Records that every connection that is left is aborted. */
  abortAll(): void {
    for (const connection of [...this.#life.registry.live]) this.gone(connection, 'aborted');
  }

  #ask(connection: TConnection): void {
    const isSilent = connection.activity === 'silent';
    const isOld = this.#clock.wallTime() - connection.since >= this.#times.grace;
    if (connection.activity === 'detached' || (isSilent && isOld)) this.#end(connection);
    else connection.startDraining();
  }

  #end(connection: TConnection): void {
    if (connection.activity === 'detached') this.handedOver(connection);
    else connection.drain();
  }

  /** Signals the new owner of a socket to finish. */
  handedOver(connection: TConnection): void {
    this.#life.registry.signalDrain(connection, new AbortedError('the server drains'));
  }

  /** Records how a connection has ended, unless that is known already. */
  gone(connection: TConnection, outcome?: DrainOutcome): void {
    const departing = this.#departing.get(connection);
    if (departing === undefined) return;
    this.#departing.delete(connection);
    const answered = connection.answered - departing.answeredBefore;
    this.#sessions.push({
      id: connection.id,
      was: departing.was,
      outcome: outcome ?? outcomeOf(connection, departing.was, answered),
      answered,
      after: this.#elapsed(),
    });
  }

  #elapsed(): number {
    return Math.round(this.#clock.now() - this.#startedAt);
  }

  /** Resolves the report: no connection is left. */
  finish(): void {
    const aborted = this.#sessions.filter(({ outcome }) => outcome === 'aborted').length;
    this.#resolve({
      finished: this.#sessions.length - aborted,
      aborted,
      duration: this.#elapsed(),
      sessions: this.#sessions,
    });
  }
}

function outcomeOf(connection: LiveConnection, was: SessionActivity, answered: number): DrainOutcome {
  if (connection.activity === 'detached') return 'released';
  if (answered > 0) return 'answered';
  return was === 'active' || connection.core.is('faulty') ? 'failed' : 'closed';
}
