import { TIMEOUTS } from '../constants.js';
import type { ChartEdge } from '../chart/index.js';
import { AbortedError, checkOptions, KnownNames } from '../errors/index.js';
import { checkTimeout } from '../session/core/address.js';
import type { SessionActivity } from '../session/index.js';
import { Deadline, deadlinesOf, holdProcess, type Clock } from '../transport/index.js';
import type { DrainedConnection, DrainOptions, DrainOutcome, DrainReport } from './drain-report.js';
import type { ServerLife } from './life.js';
import type { LiveConnection } from './registry.js';

/** The options of a drain, checked and complete. */
export interface DrainTimes {
  readonly grace: number;
  readonly deadline: number;
  readonly after: Promise<unknown> | undefined;
}

const DRAIN_OPTIONS = new KnownNames('option of drain()', [
  'grace',
  'deadline',
  'after',
] satisfies (keyof DrainOptions)[]);

/** Checks the options of a drain one by one, and completes them. @throws TypeError, RangeError */
export function drainTimes(options: DrainOptions): DrainTimes {
  checkOptions('drain()', options, DRAIN_OPTIONS);
  const deadline = checkTimeout(options.deadline ?? TIMEOUTS.drainTimeout.value, 'deadline');
  const longest = deadline === 0 ? Infinity : deadline;
  return {
    grace: checkTimeout(options.grace ?? Math.min(TIMEOUTS.drainGrace.value, longest), 'grace'),
    deadline,
    after: options.after,
  };
}

/** Refuses a grace that the deadline would cut off. @throws RangeError */
export function refuseEarlyDeadline({ grace, deadline }: DrainTimes): void {
  if (deadline === 0 || grace <= deadline) return;
  throw new RangeError(
    `drain(): the deadline must not be earlier than the end of the grace, ${String(grace)} ms (got ${String(deadline)})`,
  );
}

/** Why a signal of a drain aborts. */
export function drainReason(): AbortedError {
  return new AbortedError('the server drains');
}

interface Departing {
  readonly was: SessionActivity;
  /** Whether a request had begun that was not answered yet. */
  readonly owedAnswer: boolean;
  readonly answeredBefore: number;
}

/**
 * Whether a request has begun on a connection that is not answered yet. A connection is active for longer than that:
 * what is left of the body of a request that was answered is read and thrown away.
 */
function owesAnswer({ activity, core }: LiveConnection): boolean {
  const { tags } = core.exchange;
  return activity === 'active' && (tags.has('responding') || tags.has('idle'));
}

/**
 * One drain of a server: asks connections to end, runs the timers of the drain, and reports. The server chart says how
 * far the drain is. While it reads, what a connection is doing decides what is asked of it:
 *
 * - silent for longer than the grace: it closes now;
 * - silent for less, or idle: it is read until the grace is over, and a request that comes is the last one;
 * - active: its response is the last one;
 * - handed over: its owner gets a signal.
 *
 * Once the grace is over, a head that is still incomplete gets a short time of its own, and what is left of the body of
 * a request that was answered is not waited for.
 *
 * A drain keeps the process alive until its report: a connection may have nothing left that does, such as one whose
 * client has finished sending.
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
  readonly #letProcessEnd = holdProcess();
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
    const owedAnswer = owesAnswer(connection);
    this.#departing.set(connection, { was: activity, owedAnswer, answeredBefore: answered });
  }

  /** Asks every connection to end, and reads those that may have a request on its way. */
  askAll(): void {
    for (const connection of [...this.#life.registry.live]) this.#ask(connection);
  }

  /** Closes every connection that has no request by now. */
  endAll(): void {
    for (const connection of [...this.#life.registry.live]) this.#end(connection);
  }

  /** Records that every connection that is left is aborted; one that lingers has sent its last answer already. */
  abortAll(): void {
    for (const connection of [...this.#life.registry.live]) {
      this.gone(connection, connection.activity === 'lingering' ? undefined : 'aborted');
    }
  }

  #ask(connection: TConnection): void {
    const isSilent = connection.activity === 'silent';
    const isOld = this.#clock.wallTime() - connection.since >= this.#times.grace;
    if (connection.activity === 'detached' || (isSilent && isOld)) this.#end(connection);
    else connection.startDraining();
  }

  #end(connection: TConnection): void {
    if (connection.activity === 'detached') this.handedOver(connection);
    else connection.finishDraining(this.#headTime());
  }

  /** What a head may still take: never so long that its refusal would reach the deadline. */
  #headTime(): number {
    const { deadline } = this.#times;
    const most = TIMEOUTS.drainHead.value;
    return deadline === 0 ? most : Math.max(1, Math.min(most, (deadline - this.#elapsed()) / 2));
  }

  /** Signals the new owner of a socket to finish. */
  handedOver(connection: TConnection): void {
    this.#life.registry.signalDrain(connection, drainReason());
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
      outcome: outcome ?? outcomeOf(connection, departing.owedAnswer, answered),
      answered,
      after: this.#elapsed(),
    });
  }

  #elapsed(): number {
    return Math.round(this.#clock.now() - this.#startedAt);
  }

  /** Resolves the report: no connection is left. */
  finish(): void {
    this.#letProcessEnd();
    const aborted = this.#sessions.filter(({ outcome }) => outcome === 'aborted').length;
    this.#resolve({
      finished: this.#sessions.length - aborted,
      aborted,
      duration: this.#elapsed(),
      sessions: this.#sessions,
    });
  }
}

function outcomeOf(connection: LiveConnection, owedAnswer: boolean, answered: number): DrainOutcome {
  if (connection.activity === 'detached') return 'released';
  if (answered > 0) return 'answered';
  return owedAnswer || connection.core.is('faulty') ? 'failed' : 'closed';
}
