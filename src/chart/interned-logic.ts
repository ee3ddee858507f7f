import type { ActorLogic, ActorScope, AnyMachineSnapshot, EventObject, Snapshot } from 'xstate';

import { nodeOf, type Chart, type ChartEdge } from './chart.js';

/** A service: how it is started and stopped for an owner. It reports by sending events to the owner's actor. */
export interface Service<TOwner> {
  start(owner: TOwner): void;
  stop(owner: TOwner): void;
}

/** What the names in a chart do, for any owner: shared by all sessions, so that none carries its own copy. */
export interface Implementation<TOwner, TEvent> {
  readonly actions: Readonly<Record<string, (owner: TOwner, event: TEvent) => void>>;
  readonly services: Readonly<Record<string, Service<TOwner>>>;
  /**
   * Called after the effects of each transition, ignored events excluded. As in an action, the actor's snapshot is
   * still the one before; the new one is `edge.target.snapshot`.
   */
  transitioned(owner: TOwner, edge: ChartEdge): void;
  /** Called with what an action, a service or `transitioned` threw; the transition continues. Must not throw. */
  failed(owner: TOwner, error: unknown): void;
}

/**
 * The event that ends an actor from the outside; an actor with a parent refuses `stop()`. It has no effects: the
 * owner brings the chart to a state without services first.
 */
export const END_EVENT = 'chart.end';

type Logic = ActorLogic<Snapshot<undefined>, EventObject>;

/**
 * An interned chart as XState actor logic, bound to one owner. The snapshots are the chart's, the effects run on
 * the owner, synchronously and in XState's order.
 */
export class InternedLogic<TOwner, TEvent extends EventObject> implements Logic {
  readonly #chart: Chart<string>;
  readonly #implementation: Implementation<TOwner, TEvent>;
  readonly #owner: TOwner;

  constructor(chart: Chart<string>, implementation: Implementation<TOwner, TEvent>, owner: TOwner) {
    this.#chart = chart;
    this.#implementation = implementation;
    this.#owner = owner;
  }

  /** The machine's definition, where inspectors look for it. */
  get config(): unknown {
    return this.#chart.machine.config;
  }

  /** The machine's id, where inspectors look for it. */
  get id(): string {
    return this.#chart.machine.id;
  }

  getInitialSnapshot(): Snapshot<undefined> {
    return this.#chart.initial.snapshot as Snapshot<undefined>;
  }

  transition(
    snapshot: Snapshot<undefined>,
    event: EventObject,
    _scope?: ActorScope<Snapshot<undefined>, EventObject>,
  ): Snapshot<undefined> {
    const node = nodeOf(snapshot as AnyMachineSnapshot);
    if (node === undefined) throw new TypeError('the snapshot does not belong to the chart');
    if (event.type === END_EVENT) return node.ended as Snapshot<undefined>;
    const edge = this.#chart.edge(node, this.#chart.indexOf(event.type));
    if (edge === null) return snapshot;
    for (const effect of edge.effects) {
      try {
        this.#run(effect.kind, effect.name, event as TEvent);
      } catch (error) {
        // XState would stop the actor here, and without an error observer the process (xstate#4928, #5351).
        this.#implementation.failed(this.#owner, error);
      }
    }
    try {
      this.#implementation.transitioned(this.#owner, edge);
    } catch (error) {
      this.#implementation.failed(this.#owner, error);
    }
    return edge.target.snapshot as Snapshot<undefined>;
  }

  getPersistedSnapshot(snapshot: Snapshot<undefined>): Snapshot<undefined> {
    const value: unknown = (snapshot as AnyMachineSnapshot).value;
    return { value, status: snapshot.status, children: {}, context: {} } as unknown as Snapshot<undefined>;
  }

  #run(kind: 'action' | 'start' | 'stop', name: string, event: TEvent): void {
    const { actions, services } = this.#implementation;
    if (kind === 'action') actions[name]?.(this.#owner, event);
    else if (kind === 'start') services[name]?.start(this.#owner);
    else services[name]?.stop(this.#owner);
  }
}
