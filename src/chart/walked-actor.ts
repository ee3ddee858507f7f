import type { ActorLogic, AnyMachineSnapshot, EventObject, Snapshot } from 'xstate';

import { createInSystem, startInSystem } from './actor-system.js';
import { enqueue, report, settle, step, type ChartWalk } from './chart-walk.js';
import type { ChartActor, Look } from './looking.js';
import { endedSnapshotOf, machineOf, snapshotOf } from './snapshots.js';

/**
 * The event that ends an actor from the outside; an actor with a parent refuses `stop()`. It has no effects: the
 * owner brings the chart to a state without services first.
 */
const END_EVENT = 'chart.end';

type Logic = ActorLogic<Snapshot<undefined>, EventObject>;

/** The logic of the actor of a walk: each event that the actor takes is a step of the walk. */
export class WalkedActor implements Logic, Look<EventObject> {
  readonly #walk: ChartWalk<EventObject>;
  /** The event whose step the walk has made by itself. */
  #followed: EventObject | null = null;
  isBehind: boolean;
  actor!: ChartActor;

  constructor(walk: ChartWalk<EventObject>) {
    this.#walk = walk;
    this.isBehind = walk.queue !== null;
  }

  appear(): void {
    const walk = this.#walk;
    // Inspectors hear of it before it is returned; see `adopt`.
    this.actor = createInSystem(this);
    startInSystem(this.actor);
    this.actor.subscribe({
      next: () => {
        settle(walk);
      },
      // Without an error observer, XState would throw from a timer and end the process.
      error: (error) => {
        report(walk, error);
        this.#forget();
      },
      complete: () => {
        this.#forget();
      },
    });
  }

  /** The actor was stopped from the outside: the walk continues without it. */
  #forget(): void {
    if (!this.#walk.hasEnded) this.#walk.look = null;
  }

  /** An inspector is about to hear of the actor, and may look at its owner. */
  adopt(actor: ChartActor): void {
    this.actor = actor;
  }

  /** The machine's definition, where inspectors look for it. */
  get config(): unknown {
    return machineOf(this.#walk.chart).config;
  }

  /** The machine's id, where inspectors look for it. */
  get id(): string {
    return this.#walk.chart.id;
  }

  getInitialSnapshot(): Snapshot<undefined> {
    const { node } = this.#walk;
    return this.#walk.hasEnded && !this.isBehind ? ended(node) : shown(node);
  }

  transition(snapshot: Snapshot<undefined>, event: EventObject): Snapshot<undefined> {
    const walk = this.#walk;
    if (event.type === END_EVENT) return ended(walk.node);
    if (event === this.#followed) this.#followed = null;
    else if (this.isBehind) {
      enqueue(walk, event);
      return snapshot;
    } else step(walk, event);
    return shown(walk.node);
  }

  getPersistedSnapshot(snapshot: Snapshot<undefined>): Snapshot<undefined> {
    const value: unknown = (snapshot as AnyMachineSnapshot).value;
    return { value, status: snapshot.status, children: {}, context: {} } as unknown as Snapshot<undefined>;
  }

  send(event: EventObject): void {
    this.actor.send(event);
  }

  follow(event: EventObject): void {
    this.#followed = event;
    this.actor.send(event);
  }

  end(): void {
    this.actor.send({ type: END_EVENT });
  }
}

function shown(node: ChartWalk<EventObject>['node']): Snapshot<undefined> {
  return snapshotOf(node) as Snapshot<undefined>;
}

function ended(node: ChartWalk<EventObject>['node']): Snapshot<undefined> {
  return endedSnapshotOf(node) as Snapshot<undefined>;
}
