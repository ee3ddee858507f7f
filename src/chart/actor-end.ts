import { endChartActor, nodeOf, type ChartActor } from './index.js';

/** Ends the actor of a session, under either engine. */
export function endSessionActor(actor: ChartActor): void {
  const isInterned = nodeOf(actor.getSnapshot() as never) !== undefined;
  if (isInterned) endChartActor(actor);
  // The stock interpreter is ours to stop only where it stands alone; an actor inside another one ends with that.
  else if ((actor as { _parent?: unknown })._parent === undefined) actor.stop();
}
