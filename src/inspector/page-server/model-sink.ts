import { LIMITS } from '../../constants.js';
import { errors, type ErrorMessage } from '../../diagnostics.js';
import { exchangeChart, sessionChart } from '../../session/core/charts.js';
import type { HTTPSession } from '../../session/index.js';
import type { EarlierChange, InspectionModel } from '../model/inspection-model.js';
import { nameOfStateValue } from '../../inspect/state-value.js';
import type { InspectedActor, InspectedState, InspectorSink } from '../../inspect/stately-inspector.js';
import { SessionSubject } from './session-subject.js';

/**
 * Tells a model of the sessions of this process, as an inspector is told of them. A model in the same process may look
 * into the sessions themselves, which no inspector elsewhere can.
 */
export class ModelSink implements InspectorSink {
  readonly #model: InspectionModel;
  /** Of the sessions that run, by the keys of their actors and by their numbers. */
  readonly #subjects = new Map<string, SessionSubject>();
  readonly #subjectOfSession = new Map<number, SessionSubject>();
  readonly #heard = (message: unknown): void => {
    const { sessionId, error } = message as ErrorMessage;
    this.#subjectOfSession.get(sessionId)?.failed(error);
  };

  constructor(model: InspectionModel) {
    this.#model = model;
    errors.subscribe(this.#heard);
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
  }
}

/** What a session remembers of one of its charts. */
function historyOf({ logic, session, _parent: parent }: InspectedActor): EarlierChange[] {
  const remembering = (session ?? parent?.session) as Pick<HTTPSession, 'history'> | undefined;
  const { id } = logic.config as { readonly id?: string };
  if (remembering === undefined || (id !== 'session' && id !== 'exchange')) return [];
  const { history } = remembering;
  const begin = id === 'session' ? sessionChart.initial.name : exchangeChart.initial.name;
  const isWhole = history.length < LIMITS.maxHistory.value;
  const own = history.filter(({ chart }) => chart === id);
  return own.map(({ at, event, state }, i) => {
    return { at, event, from: own[i - 1]?.state ?? (isWhole ? begin : null), to: state };
  });
}
