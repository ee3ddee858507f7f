import type { EventObject } from 'xstate';

import { actorOf, lookIfInspected, permits, sendTo, type ChartWalk } from './chart-walk.js';
import type { Chart, ChartNode } from './chart.js';
import type { Implementation } from './implementation.js';
import type { ChartActor, Look } from './looking.js';

/** The walk of an owner that is no walk itself: a server, a pool. */
export class OwnedWalk<TOwner extends object, TEvent extends EventObject> implements ChartWalk<TEvent> {
  node: ChartNode;
  queue: TEvent[] | null = null;
  look: Look<TEvent> | null = null;
  readonly chart: Chart<string>;
  readonly implementation: Implementation<TOwner, TEvent>;
  readonly owner: TOwner;
  readonly hasEnded: boolean = false;
  readonly settled: () => void;

  /** @param settled - called after each event, once everything shows the state after it. */
  constructor(
    chart: Chart<string>,
    implementation: Implementation<TOwner, TEvent>,
    owner: TOwner,
    settled: () => void = () => undefined,
  ) {
    this.node = chart.initial;
    this.chart = chart;
    this.implementation = implementation;
    this.owner = owner;
    this.settled = settled;
    lookIfInspected(this);
  }

  /** The XState actor, made in the present state by the first access. */
  get actor(): ChartActor {
    return actorOf(this);
  }

  /** Whether the state has a tag. */
  is(tag: string): boolean {
    return this.node.tags.has(tag);
  }

  /** Whether an event is legal in the present state. */
  permits(event: TEvent['type']): boolean {
    return permits(this, event);
  }

  /** Processes an event; one that is sent meanwhile waits for its turn. */
  send(event: TEvent): void {
    sendTo(this, event);
  }
}
