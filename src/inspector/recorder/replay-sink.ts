import { nameOfStateValue } from '../../inspect/state-value.js';
import type { InspectedActor, InspectedState, InspectorSink } from '../../inspect/stately-inspector.js';
import type { ActorSubject } from '../model/actor-entry.js';
import { InspectionModel } from '../model/inspection-model.js';
import type { RecordedActor, Recording } from '../model/shapes.js';
import { historyOf } from '../page-server/model-sink.js';
import { SessionSeat } from './session-seat.js';
import { reportWithoutQueries } from './without-queries.js';

/** What an actor was before the oldest change that is remembered. */
export type Past = Pick<RecordedActor, 'since' | 'changedAt'> & {
  /** How many transitions it made since it is recorded. */
  readonly transitions: number;
};

/** Reports what is replayed to a model of its own, which then has what the page's would have. */
export class ReplaySink implements InspectorSink {
  /** The time of what is replayed. */
  now = 0;
  readonly #model = new InspectionModel({ now: () => this.now, maxChanges: Number.MAX_SAFE_INTEGER });
  readonly #hasQueries: boolean;
  readonly #pasts = new Map<string, Past>();
  /** The number of the last change that only says what was there at the beginning. */
  #setUp = 0;

  constructor(hasQueries: boolean) {
    this.#hasQueries = hasQueries;
  }

  /** What comes from here on did happen; everything before was there at the beginning. */
  begin(): void {
    this.#setUp = this.#model.recording().log.length;
  }

  actor(actor: InspectedActor, { status, value }: InspectedState): void {
    const { sessionId: id, id: name, _parent: parent, logic } = actor;
    const seat = actor.session instanceof SessionSeat ? actor.session : null;
    const subject = seat === null ? null : subjectOf(seat, this.#hasQueries);
    const earlier = this.#model.has(id) ? undefined : historyOf(actor);
    this.#model.appeared({
      ...{ id, name, parent: parent?.sessionId ?? null, definition: logic.config },
      ...{ state: value === undefined ? '' : nameOfStateValue(value), status },
      ...(subject === null ? {} : { subject }),
      earlier,
    });
  }

  /** What an actor was before the beginning. */
  remember({ sessionId }: InspectedActor, past: Past): void {
    this.#pasts.set(sessionId, past);
  }

  snapshot(
    { sessionId: id }: InspectedActor,
    { status, value }: InspectedState,
    info?: { event?: { type: string } },
  ): void {
    const state = value === undefined ? '' : nameOfStateValue(value);
    this.#model.moved(id, { event: info?.event?.type ?? '', state, status });
  }

  recording(): Recording {
    const recording = this.#model.recording();
    if (this.#setUp === 0) return recording;
    const log = recording.log.filter(({ number }) => number > this.#setUp);
    const changed = new Set(log.map(({ actor }) => actor));
    const actors = recording.actors.map((actor) => {
      const past = this.#pasts.get(actor.id);
      if (past === undefined) return actor;
      return changed.has(actor.id)
        ? { ...actor, ...past, changedAt: actor.changedAt }
        : { ...actor, ...past };
    });
    return { ...recording, actors, log };
  }
}

/** What can be seen of a recorded session: now, or when it was seen last. */
function subjectOf({ subject, last }: SessionSeat, hasQueries: boolean): ActorSubject | null {
  if (subject !== null) {
    if (hasQueries) return subject;
    return {
      peer: subject.peer,
      totals: subject.totals,
      report: () => reportWithoutQueries(subject.report()),
    };
  }
  const { peer = null, totals, report = null } = last ?? {};
  if (report === null || totals === undefined) return null;
  return { peer, totals, report: () => (hasQueries ? report : reportWithoutQueries(report)) };
}
