import type { EventObject } from 'xstate';

import { ChartWalk } from './chart-walk.js';
import type { Chart } from './chart.js';
import type { Implementation } from './implementation.js';

/** The walk of an owner that is no walk itself: a server, a pool. */
export class OwnedWalk<TOwner extends object, TEvent extends EventObject> extends ChartWalk<TEvent> {
  readonly chart: Chart<string>;
  readonly implementation: Implementation<TOwner, TEvent>;
  protected override readonly owner: TOwner;
  readonly hasEnded: boolean = false;
  readonly #settled: (() => void) | undefined;

  /** @param settled - called after each event, once everything shows the state after it. */
  constructor(
    chart: Chart<string>,
    implementation: Implementation<TOwner, TEvent>,
    owner: TOwner,
    settled?: () => void,
  ) {
    super(chart);
    this.chart = chart;
    this.implementation = implementation;
    this.owner = owner;
    this.#settled = settled;
    this.lookIfInspected();
  }

  /** Whether the state has a tag. */
  is(tag: string): boolean {
    return this.node.tags.has(tag);
  }

  protected override settled(): void {
    this.#settled?.();
  }
}
