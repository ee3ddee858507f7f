import { callMachine } from '../../machines/client/call.machine.js';
import { originMachine } from '../../machines/client/origin.machine.js';
import { placeMachine } from '../../machines/client/place.machine.js';
import type { ClientTransitionMessage } from '../client/diagnostics.js';
import { stateValueOf } from './state-value.js';
import { PROCESS_KEY, type InspectedActor, type InspectorSink } from './stately-inspector.js';

const CONFIGS = {
  origin: originMachine.config,
  place: placeMachine.config,
  call: callMachine.config,
} as const;

/** What has to be known of a pool, a place or a call when it appears; `from` is the state that it is in. */
export type Appearance = Pick<
  ClientTransitionMessage,
  'chart' | 'id' | 'clientId' | 'poolId' | 'origin' | 'request' | 'isOver'
> & { readonly from: string };

interface Shown {
  readonly clientId: number;
  readonly actor: InspectedActor;
  state: string;
}

/** The clients of a process in the inspector: each pool with its places and its calls below it. */
export class InspectedClients {
  readonly #inspector: InspectorSink;
  readonly #root: InspectedActor;
  /** By their keys. Parents come before their children. */
  readonly #shown = new Map<string, Shown>();
  /** The pools by client and origin, for calls. */
  readonly #pools = new Map<string, InspectedActor>();

  constructor(inspector: InspectorSink, root: InspectedActor) {
    this.#inspector = inspector;
    this.#root = root;
  }

  /** A pool, a place or a call has made a transition. Returns its actor. */
  transitioned(message: ClientTransitionMessage): InspectedActor {
    const key = keyOf(message.chart, message.id);
    const { to, event, isOver } = message;
    const shown = this.#shown.get(key) ?? this.appear(message);
    shown.state = to;
    const status = isOver ? 'done' : 'active';
    this.#inspector.snapshot(shown.actor, { status, value: stateValueOf(to) }, { event: { type: event } });
    if (isOver) this.#hide(key, message);
    return shown.actor;
  }

  /** A pool, a place or a call is there, in the state that it is about to leave. */
  appear(message: Appearance): Shown {
    const key = keyOf(message.chart, message.id);
    const shown = { clientId: message.clientId, actor: this.#actorOf(message, key), state: message.from };
    this.#inspector.actor(shown.actor, { status: 'active', value: stateValueOf(shown.state) });
    if (!message.isOver) this.#show(key, shown, message);
    return shown;
  }

  #actorOf(message: Appearance, key: string): InspectedActor {
    const { chart, poolId } = message;
    const pool =
      chart === 'place'
        ? this.#shown.get(keyOf('origin', poolId ?? 0))?.actor
        : this.#pools.get(poolKeyOf(message));
    return {
      sessionId: key,
      id: nameOf(message),
      logic: { config: CONFIGS[chart] },
      _parent: (chart === 'origin' ? undefined : pool) ?? this.#root,
    };
  }

  #show(key: string, shown: Shown, message: Appearance): void {
    this.#shown.set(key, shown);
    if (message.chart === 'origin') this.#pools.set(poolKeyOf(message), shown.actor);
  }

  #hide(key: string, message: ClientTransitionMessage): void {
    const actor = this.#shown.get(key)?.actor;
    this.#shown.delete(key);
    if (message.chart !== 'origin') return;
    const poolKey = poolKeyOf(message);
    if (this.#pools.get(poolKey) === actor) this.#pools.delete(poolKey);
  }

  /** The actor of a place that is shown. */
  placeOf(id: number): InspectedActor | undefined {
    return this.#shown.get(keyOf('place', id))?.actor;
  }

  /** Announces everything that is shown again, one actor for each step. */
  *announcements(): Generator<undefined, undefined> {
    for (const { actor, state } of this.#shown.values()) {
      this.#inspector.actor(actor, { status: 'active', value: stateValueOf(state) });
      yield;
    }
  }

  /** Stops showing a client, or all of them. */
  leave(clientId?: number): void {
    for (const [key, { actor, state, ...shown }] of this.#shown) {
      if (clientId !== undefined && shown.clientId !== clientId) continue;
      this.#shown.delete(key);
      this.#inspector.snapshot(actor, { status: 'done', value: stateValueOf(state) });
    }
    for (const [key, actor] of this.#pools) if (!this.#shown.has(actor.sessionId)) this.#pools.delete(key);
  }
}

function keyOf(chart: ClientTransitionMessage['chart'], id: number): string {
  return `${PROCESS_KEY}-${chart}-${id.toString(36)}`;
}

function poolKeyOf({ clientId, origin }: Pick<ClientTransitionMessage, 'clientId' | 'origin'>): string {
  return `${String(clientId)} ${origin}`;
}

function nameOf({ chart, id, origin, request }: Appearance): string {
  if (chart === 'origin') return `pool of ${origin}`;
  return chart === 'place' ? `place ${String(id)}` : `call ${String(id)}: ${request ?? ''}`;
}
