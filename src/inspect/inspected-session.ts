import { exchangeMachine } from '../../machines/exchange.machine.js';
import { sessionMachine } from '../../machines/session.machine.js';
import type { SessionTag } from '../../machines/session.events.js';
import type { TransitionMessage } from '../diagnostics.js';
import { sessionChart } from '../session/index.js';
import { stateValueOf } from './state-value.js';
import {
  PROCESS_KEY,
  type InspectedActor,
  type InspectedState,
  type InspectorSink,
} from './stately-inspector.js';

/** What is known of a session when it first appears. */
export interface SessionFacts {
  readonly id: number;
  readonly role: 'client' | 'server';
  /** The lifecycle state, dotted; `undefined` until it is known. */
  readonly state: string | undefined;
  /** The state of the message cycle, dotted; `undefined` until it is known. */
  readonly exchangeState: string | undefined;
  /** The session itself, if it is in reach. */
  readonly session?: object | undefined;
}

/** It has no states: it runs, or does not. */
const BUFFER_SERVICE = { id: 'bufferService' };

/** Whether a session in that state has no socket any more; most such sessions are never heard of again. */
export function isGone(state: string | undefined): boolean {
  return isTagged(state, 'gone');
}

/** Whether a lifecycle state, known by its name alone, has a tag. */
export function isTagged(state: string | undefined, tag: SessionTag): boolean {
  return state !== undefined && sessionChart.isTagged(state, tag);
}

/** One session in the inspector: an actor, its buffer service and its message cycle below it. */
export class InspectedSession {
  readonly #inspector: InspectorSink;
  readonly #session: InspectedActor;
  readonly #exchange: InspectedActor;
  readonly #bufferService: InspectedActor;
  #state: string | undefined;
  #exchangeState: string | undefined;

  constructor(inspector: InspectorSink, facts: SessionFacts, parent: InspectedActor) {
    const number = facts.id.toString(36);
    this.#inspector = inspector;
    this.#session = {
      sessionId: `${PROCESS_KEY}-${number}`,
      id: `${facts.role} session ${String(facts.id)}`,
      logic: { config: sessionMachine.config },
      _parent: parent,
      session: facts.session,
    };
    this.#exchange = {
      sessionId: `${PROCESS_KEY}.${number}`,
      id: 'exchange',
      logic: { config: exchangeMachine.config },
      _parent: this.#session,
    };
    this.#bufferService = {
      sessionId: `${PROCESS_KEY}!${number}`,
      id: 'bufferService',
      logic: { config: BUFFER_SERVICE },
      _parent: this.#session,
    };
    this.#state = facts.state;
    this.#exchangeState = facts.exchangeState;
    this.announce();
  }

  /** Its actors: of the session, of its message cycle and of its buffer service. */
  get actors(): readonly [InspectedActor, InspectedActor, InspectedActor] {
    return [this.#session, this.#exchange, this.#bufferService];
  }

  /** Announces the session as it is now, with its definitions, to an inspector that does not know it. */
  announce(): void {
    this.#inspector.actor(this.#session, stateOf(this.#state));
    if (this.#exchangeState !== undefined) {
      this.#inspector.actor(this.#exchange, stateOf(this.#exchangeState));
    }
    if (this.#readsBytes) this.#inspector.actor(this.#bufferService, { status: 'active' });
  }

  get #readsBytes(): boolean {
    return isTagged(this.#state, 'attached');
  }

  /** One of its charts made a transition. */
  transitioned({ chart, event, to }: TransitionMessage): void {
    if (chart === 'session') this.#moved(event, to);
    else {
      if (this.#exchangeState === undefined) this.#inspector.actor(this.#exchange, stateOf(to));
      else this.#inspector.snapshot(this.#exchange, stateOf(to), { event: { type: event } });
      this.#exchangeState = to;
    }
  }

  #moved(event: string, to: string): void {
    const hadBufferService = this.#readsBytes;
    this.#state = to;
    this.#inspector.snapshot(this.#session, stateOf(to), { event: { type: event } });
    if (this.#readsBytes === hadBufferService) return;
    if (hadBufferService) this.#inspector.snapshot(this.#bufferService, { status: 'stopped' });
    else this.#inspector.actor(this.#bufferService, { status: 'active' });
  }

  /** The session is over, or no longer shown. */
  leave(): void {
    const status = isTagged(this.#state, 'faulty') ? 'error' : 'done';
    if (this.#readsBytes) this.#inspector.snapshot(this.#bufferService, { status: 'stopped' });
    if (this.#exchangeState !== undefined) {
      this.#inspector.snapshot(this.#exchange, { ...stateOf(this.#exchangeState), status });
    }
    this.#inspector.snapshot(this.#session, { ...stateOf(this.#state), status });
  }
}

function stateOf(name: string | undefined): InspectedState {
  return name === undefined ? { status: 'active' } : { status: 'active', value: stateValueOf(name) };
}
