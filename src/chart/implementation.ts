import type { ChartEdge } from './chart.js';

/** A service: how it is started and stopped for an owner. It reports by sending events to the owner's chart. */
export interface Service<TOwner> {
  start(owner: TOwner): void;
  stop(owner: TOwner): void;
}

/** What the names in a chart do, for any owner: shared by all sessions, so that none carries its own copy. */
export interface Implementation<TOwner, TEvent> {
  readonly actions: Readonly<Record<string, (owner: TOwner, event: TEvent) => void>>;
  readonly services: Readonly<Record<string, Service<TOwner>>>;
  /**
   * Called after the effects of each transition, ignored events excluded. As in an action, the owner is still in the
   * state before; the new one is `edge.target`.
   */
  transitioned(owner: TOwner, edge: ChartEdge): void;
  /** Called with what an action, a service or `transitioned` threw; the transition continues. Must not throw. */
  failed(owner: TOwner, error: unknown): void;
}
