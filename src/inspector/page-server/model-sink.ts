import { LIMITS } from '../../constants.js';
import { errors, watchFaults, type ErrorMessage } from '../../diagnostics.js';
import { exchangeChart, sessionChart, type HTTPSession } from '../../session/index.js';
import type { EarlierChange } from '../model/actor-reports.js';
import type { InspectionModel } from '../model/inspection-model.js';
import { nameOfStateValue } from '../../inspect/state-value.js';
import type { InspectedActor, InspectedState, InspectorSink } from '../../inspect/stately-inspector.js';
import { SessionSubject } from './session-subject.js';

/**
 * Reports the sessions of this process to a model, as to any inspector. A model in the same process can also look into
 * the sessions themselves.
 */
export class ModelSink implements InspectorSink {
  readonly #model: InspectionModel;
  /** The running sessions, by the keys of their actors and by their numbers. */
  readonly #subjects = new Map<string, SessionSubject>();
  readonly #subjectOfSession = new Map<number, SessionSubject>();
  readonly #unwatch: () => void;
  readonly #heard = (message: unknown): void => {
    const { sessionId, error } = message as ErrorMessage;
    this.#subjectOfSession.get(sessionId)?.failed(error);
  };

  constructor(model: InspectionModel) {
    this.#model = model;
    errors.subscribe(this.#heard);
    this.#unwatch = watchFaults(({ where, error, sessionId }) => {
      if (sessionId !== undefined) this.#subjectOfSession.get(sessionId)?.faulted(where, error);
    });
  }

  actor(actor: InspectedActor, { status, value }: InspectedState): void {
    const { sessionId: id, id: name, _parent: parent, logic, session } = actor;
    const earlier = this.#model.has(id) ? undefined : historyOf(actor);
    this.#model.appeared({
      ...{ id, name, parent: parent?.sessionId ?? null, definition: logic.config },
      ...{ state: value === undefined ? '' : nameOfStateValue(value), status },
      ...(session === undefined ? {} : { subject: this.#subjectFor(id, session) }),
      earlier,
    });
  }

  #subjectFor(id: string, session: object): SessionSubject {
    let subject = this.#subjects.get(id);
    if (subject === undefined) {
      subject = new SessionSubject(session);
      this.#subjects.set(id, subject);
      this.#subjectOfSession.set(subject.sessionId, subject);
    }
    return subject;
  }

  snapshot(
    actor: InspectedActor,
    { status, value }: InspectedState,
    info?: { event?: { type: string } },
  ): void {
    const { sessionId: id } = actor;
    const subject = this.#subjects.get(id);
    if (subject?.peer === null) subject.look();
    const state = value === undefined ? '' : nameOfStateValue(value);
    this.#model.moved(id, { event: info?.event?.type ?? '', state, status });
    if (subject === undefined || status === 'active') return;
    this.#subjects.delete(id);
    this.#subjectOfSession.delete(subject.sessionId);
  }

  close(): void {
    errors.unsubscribe(this.#heard);
    this.#unwatch();
  }
}

/** The recorded transitions of one chart of a session. */
function historyOf({ logic, session, _parent: parent }: InspectedActor): EarlierChange[] {
  const remembering = (session ?? parent?.session) as Pick<HTTPSession, 'history'> | undefined;
  const { id } = logic.config as { readonly id?: string };
  if (remembering === undefined || (id !== 'session' && id !== 'exchange')) return [];
  const { history } = remembering;
  const begin = id === 'session' ? sessionChart.initial.name : exchangeChart.initial.name;
  const isWhole = history.length < LIMITS.maxHistory.value;
  const own = history.map((record, i) => ({ ...record, number: i - history.length }));
  return own
    .filter(({ chart }) => chart === id)
    .map(({ number, at, event, state }, i, records) => {
      return { number, at, event, from: records[i - 1]?.state ?? (isWhole ? begin : null), to: state };
    });
}
