import { HTTPSessionError } from '../../../errors/index.js';
import type { HTTPServerSession } from '../../../session/index.js';
import { VirtualClock } from '../../../transport/index.js';
import { eventName } from '../../models/finite-machine.js';
import type { SessionModelEvent } from '../../models/session-model.js';
import type { DrivenSystem, Journey, Step } from '../driver.js';
import { eventually, settled } from '../patience.js';
import type { FarEnd, SeenEnd, SessionLine } from './line.js';
import { brokenPromiseOf, contradictionOf } from './truths.js';

/** Virtual milliseconds. Deadlines are late by two ticks of theirs at the most. */
const TIMEOUT = 200;
const BEYOND = TIMEOUT + 50;

/** The clock advances by that much before each step, so that what came before can be told from what comes. */
const TICK = 0.001;

/** States in which nothing may delay the next step: the system would continue by itself. */
const FLEETING = 'unconnected.connecting';

/** Makes a session's life of one journey happen. */
export class SessionSystem implements DrivenSystem<SessionModelEvent> {
  readonly #journey: Journey<SessionModelEvent>;
  readonly #line: SessionLine;
  readonly #session: HTTPServerSession;
  readonly #clock = new VirtualClock();
  #far: FarEnd | null = null;
  #step: Step<SessionModelEvent> | null = null;
  #begunAt = 0;
  /** Far ends that must be told by now that their connection has ended, and how. */
  #owed: { readonly far: FarEnd; readonly end: SeenEnd | 'any' }[] = [];

  constructor(journey: Journey<SessionModelEvent>, line: SessionLine) {
    this.#journey = journey;
    this.#line = line;
    this.#session = line.createSession({
      clock: this.#clock,
      connectTimeout: TIMEOUT,
      timers: { sendProgress: TIMEOUT, linger: TIMEOUT },
    });
  }

  perform(step: Step<SessionModelEvent>): void | Promise<void> {
    this.#clock.advanceAtOnce(TICK);
    this.#step = step;
    // Half a tick earlier: sums of ticks are not exact.
    this.#begunAt = this.#clock.wallTime() - TICK / 2;
    const hadSocket = this.#session.socket() !== null;
    const far = this.#far;
    const done = this.#events[step.event](step);
    if (hadSocket && far !== null) this.#expectEnd(step, far);
    return done;
  }

  async see(expected: string): Promise<string> {
    const session = this.#session;
    const { patience } = this.#line;
    if (expected === FLEETING) return this.#objection() ?? session.state;
    // What comes late must not be taken for what the next step brings about.
    await settled();
    if (!(await eventually(() => session.state === expected, patience))) return session.state;
    if (!(await eventually(() => this.#owed.every(({ far, end }) => isTold(far.seen, end)), patience))) {
      const [owed] = this.#owed;
      return `${session.state}, but the far end has seen ${owed?.far.seen ?? ''}, not ${owed?.end ?? ''}`;
    }
    this.#owed = [];
    return this.#objection() ?? session.state;
  }

  stop(): void {
    this.#session.dispose();
    this.#far?.socket.destroy();
    this.#line.stop();
  }

  #objection(): string | null {
    const step = this.#step;
    const session = this.#session;
    if (step === null) return contradictionOf(session);
    return this.#strayEvent(step) ?? contradictionOf(session) ?? brokenPromiseOf(session, step);
  }

  /** One step is one transition: the right state for another reason is a coincidence. */
  #strayEvent(step: Step<SessionModelEvent>): string | null {
    const last = this.#session.history.findLast(({ chart }) => chart === 'session');
    const event = last === undefined || last.at < this.#begunAt ? 'nothing' : eventName(last.event);
    return event === step.event ? null : `${this.#session.state}, brought about by ${event}`;
  }

  readonly #events: Readonly<
    Record<SessionModelEvent, (step: Step<SessionModelEvent>) => void | Promise<void>>
  > = {
    'session.connect': (step) => {
      this.#line.connect(this.#session, this.#willConnect(step.index));
    },
    'socket.attach': ({ payload }) => {
      const pair = this.#line.takePair();
      this.#far = pair.far;
      this.#session.attachSocket(pair.near, Buffer.from(String(payload['head'])));
    },
    'socket.detach': () => {
      const buffered = this.#session.buffered();
      const { socket, head } = this.#session.detachSocket();
      socket.destroy();
      if (head.length !== buffered)
        throw new Error(`${String(head.length)} of ${String(buffered)} bytes came along`);
    },
    'exception.set': ({ payload }) => {
      this.#session.setException(new HTTPSessionError(String(payload['message'])));
    },
    'exception.clear': () => {
      this.#session.clearException();
    },
    'session.drain': () => {
      this.#session.core.notify({ type: 'session.drain' });
    },
    'session.linger': () => {
      this.#session.core.linger();
    },
    'session.close': () => {
      this.#session.close();
    },
    'session.abort': () => {
      this.#session.abort();
    },
    'socket.ended': () => {
      this.#tell('FIN');
      this.#far?.socket.end();
    },
    'socket.closed': () => {
      this.#session.socket()?.destroy();
    },
    'socket.failed': (step) => this.#reset(step),
    'deadline.expired': (step) => this.#letTimePass(step),
    'connector.done': async () => {
      this.#far = await this.#line.connected(this.#session);
    },
    'connector.failed': () => this.#line.refused(this.#session),
    'bufferService.failed': ({ payload }) => {
      const error = new HTTPSessionError(String(payload['message']));
      this.#session.core.notify({ type: 'xstate.error.actor.bufferService', error });
    },
  };

  #tell(what: string): void {
    this.#journey.wire.mark('peer', what);
  }

  async #reset({ from }: Step): Promise<void> {
    this.#tell('RST');
    const near = this.#session.socket();
    this.#far?.reset();
    if (!this.#line.needsWriteToNoticeReset || !from.endsWith('.halfClosed')) return;
    await settled();
    near?.write('anybody there?');
  }

  async #letTimePass({ from }: Step): Promise<void> {
    const far = this.#far;
    if (from === FLEETING || from.endsWith('.lingering') || far === null) {
      this.#clock.advanceAtOnce(BEYOND);
      return;
    }
    await this.#line.overfill(this.#session, far);
    this.#clock.advanceAtOnce(BEYOND);
    this.#line.release(this.#session, far);
  }

  #willConnect(index: number): boolean {
    const outcome = this.#journey.path.steps
      .slice(index)
      .find(({ event, to }) => event.startsWith('connector.') || to !== FLEETING);
    return outcome?.event === 'connector.done';
  }

  #expectEnd(step: Step<SessionModelEvent>, far: FarEnd): void {
    const end = this.#endAfter(step, far);
    if (end !== null) this.#owed.push({ far, end });
  }

  /** How the far end learns of a step; `null` when it learns nothing. */
  #endAfter({ event, from, to }: Step<SessionModelEvent>, far: FarEnd): SeenEnd | 'any' | null {
    switch (event) {
      case 'session.abort':
        // A far end that got FIN reads no more, and does not notice a reset.
        return this.#line.tellsAborts(far) && !from.endsWith('.lingering') ? 'RST' : 'any';
      case 'session.close':
        return 'FIN';
      case 'session.linger':
        return from.endsWith('.lingering') ? null : 'FIN';
      case 'socket.attach':
      case 'socket.detach':
      case 'socket.closed':
      case 'bufferService.failed':
        return 'any';
      default:
        return to === 'closed' ? 'any' : null;
    }
  }
}

function isTold(seen: SeenEnd, end: SeenEnd | 'any'): boolean {
  return end === 'any' ? seen !== 'nothing' : seen === end;
}
