import type { AnyMachineSnapshot, EventObject, Snapshot } from 'xstate';

import { startActor, type ChartActor } from './actor-system.js';
import type { Chart } from './chart.js';
import { InternedLogic, type Implementation } from './interned-logic.js';

/**
 * Runs a chart for an owner without an actor of XState, which takes ten times the memory. It has the methods of an actor
 * that an owner needs. The first look at `actor` makes a real one, which follows from then on.
 */
export class ChartWalk<TOwner, TEvent extends EventObject> extends InternedLogic<TOwner, TEvent> {
  #snapshot: Snapshot<undefined>;
  /** The events that came while one was being processed; `null` between events. */
  #queue: EventObject[] | null = null;
  #follower: ChartActor | null = null;

  constructor(chart: Chart<string>, implementation: Implementation<TOwner, TEvent>, owner: TOwner) {
    super(chart, implementation, owner);
    this.#snapshot = this.getInitialSnapshot();
  }

  /** Where the chart is. */
  getSnapshot(): AnyMachineSnapshot {
    return this.#snapshot as AnyMachineSnapshot;
  }

  /** Processes an event; one that is sent meanwhile waits for its turn. */
  send(event: EventObject): void {
    if (this.#queue !== null) {
      this.#queue.push(event);
      return;
    }
    const queue: EventObject[] = [event];
    this.#queue = queue;
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        this.#snapshot = this.transition(this.#snapshot, next);
        this.#follower?.send(next);
      }
    } finally {
      this.#queue = null;
    }
  }

  /** Notifies an observer as an actor does. */
  subscribe(...observer: Parameters<ChartActor['subscribe']>): ReturnType<ChartActor['subscribe']> {
    return this.actor.subscribe(...observer);
  }

  /** A real XState actor with the states and events of this walk. What is sent to it changes nothing. */
  get actor(): ChartActor {
    const now = (): Snapshot<undefined> => this.#snapshot;
    const logic = {
      // Inspectors look for the definition here.
      config: this.config,
      id: this.id,
      getInitialSnapshot: now,
      transition: now,
      getPersistedSnapshot: (snapshot: Snapshot<undefined>) => this.getPersistedSnapshot(snapshot),
    };
    return (this.#follower ??= startActor(logic));
  }
}
