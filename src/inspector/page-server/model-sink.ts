import { LIMITS } from '../../constants.js';
import {
  errors,
  watchFaults,
  watchRefusals,
  type ErrorMessage,
  type RefusedRequest,
} from '../../diagnostics.js';
import { exchangeChart, sessionChart, type HTTPSession } from '../../session/index.js';
import type { EarlierChange } from '../model/actor-reports.js';
import type { InspectionModel } from '../model/inspection-model.js';
import { nameOfStateValue } from '../../inspect/state-value.js';
import type { InspectedActor, InspectedState, InspectorSink } from '../../inspect/stately-inspector.js';
import { systemClock, type Clock } from '../../transport/index.js';
import { ExchangeSubject } from './exchange-subject.js';
import { SessionSubject } from './session-subject.js';

/**
 * Reports the sessions of this process to a model, as to any inspector. A model in the same process can also look into
 * the sessions themselves.
 */
export class ModelSink implements InspectorSink {
  readonly #model: InspectionModel;
  readonly #clock: Clock;
  /** The running sessions, by the keys of their actors and by their numbers. */
  readonly #sessions = new Map<string, ShownSession>();
  readonly #byNumber = new Map<number, ShownSession>();
  /** Their message cycles, by the keys of their actors. */
  readonly #exchanges = new Map<string, ExchangeSubject>();
  readonly #unwatch: readonly (() => void)[];
  readonly #heard = (message: unknown): void => {
    const { sessionId, error } = message as ErrorMessage;
    const shown = this.#byNumber.get(sessionId);
    if (shown === undefined) return;
    shown.subject.failed(error);
    this.#failed(shown, error.code);
  };

  constructor(model: InspectionModel, clock: Clock = systemClock) {
    this.#model = model;
    this.#clock = clock;
    errors.subscribe(this.#heard);
    const unwatchFaults = watchFaults(({ where, error, sessionId }) => {
      const shown = sessionId === undefined ? undefined : this.#byNumber.get(sessionId);
      if (shown !== undefined) this.#failed(shown, shown.subject.faulted(where, error));
    });
    const unwatchRefusals = watchRefusals((refused) => {
      this.#refused(refused);
    });
    this.#unwatch = [unwatchFaults, unwatchRefusals];
  }

  #failed({ key, subject, exchange }: ShownSession, code: string): void {
    exchange?.failed(code);
    this.#model.errorOccurred({ code, session: key, role: subject.role });
  }

  actor(actor: InspectedActor, { status, value }: InspectedState): void {
    const { sessionId: id, id: name, _parent: parent, logic, session } = actor;
    const earlier = this.#model.has(id) ? undefined : historyOf(actor);
    const state = value === undefined ? '' : nameOfStateValue(value);
    const subject =
      session === undefined ? this.#exchangeOf(actor, state) : this.#sessionOf(actor, session).subject;
    this.#model.appeared({
      ...{ id, name, parent: parent?.sessionId ?? null, definition: logic.config },
      ...{ state, status, subject, earlier },
    });
  }

  #sessionOf({ sessionId: key, id: name }: InspectedActor, session: object): ShownSession {
    let shown = this.#sessions.get(key);
    if (shown === undefined) {
      shown = { key, name, subject: new SessionSubject(session), exchange: null };
      this.#sessions.set(key, shown);
      this.#byNumber.set(shown.subject.sessionId, shown);
    }
    return shown;
  }

  /** The message cycle of a session that is in reach. */
  #exchangeOf(
    { sessionId: key, logic, _parent: parent }: InspectedActor,
    state: string,
  ): ExchangeSubject | undefined {
    const { id } = logic.config as { readonly id?: string };
    const owner =
      parent === undefined || id !== 'exchange' ? undefined : this.#sessions.get(parent.sessionId);
    if (owner === undefined) return undefined;
    if (owner.exchange === null) {
      const { key: session, name, subject } = owner;
      owner.exchange = new ExchangeSubject(this.#model, this.#clock, subject, { id: session, name });
      this.#exchanges.set(key, owner.exchange);
      owner.exchange.appeared(state);
    }
    return owner.exchange;
  }

  snapshot(
    actor: InspectedActor,
    { status, value }: InspectedState,
    info?: { event?: { type: string } },
  ): void {
    const { sessionId: id } = actor;
    const event = info?.event?.type ?? '';
    const state = value === undefined ? '' : nameOfStateValue(value);
    const exchange = this.#exchanges.get(id);
    if (exchange === undefined) this.#sessionMoved(id, status);
    else if (status === 'active') exchange.moved(event, state);
    else {
      exchange.left();
      this.#exchanges.delete(id);
    }
    this.#model.moved(id, { event, state, status });
    if (status !== 'active') this.#forget(id);
  }

  #sessionMoved(id: string, status: InspectedState['status']): void {
    const shown = this.#sessions.get(id);
    if (shown?.subject.peer === null && status === 'active') shown.subject.look();
  }

  #forget(id: string): void {
    const shown = this.#sessions.get(id);
    if (shown === undefined) return;
    this.#sessions.delete(id);
    this.#byNumber.delete(shown.subject.sessionId);
  }

  /** A server has refused a request before it was an exchange; without a session, it is one of any server. */
  #refused({ sessionId, method, target, status, error, address }: RefusedRequest): void {
    const refusal = { method, target, status, code: error.code };
    if (sessionId !== 0) this.#byNumber.get(sessionId)?.exchange?.refused(refusal);
    else {
      this.#model.requestRefused({
        ...{ at: this.#clock.wallTime(), session: null, sessionName: peerOf(address), turn: 1 },
        ...{ ...refusal, bytesIn: 0 },
      });
    }
  }

  close(): void {
    errors.unsubscribe(this.#heard);
    for (const unwatch of this.#unwatch) unwatch();
  }
}

/** A session that runs and is shown. */
interface ShownSession {
  /** Of its actor. */
  readonly key: string;
  readonly name: string;
  readonly subject: SessionSubject;
  exchange: ExchangeSubject | null;
}

/** The recorded transitions of one chart of a session. */
export function historyOf({ logic, session, _parent: parent }: InspectedActor): EarlierChange[] {
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

/** What a connection is called that ended before it was a session. */
export function peerOf(address: RefusedRequest['address']): string {
  return address === undefined ? 'a connection' : `connection of ${address.address}`;
}
