import type { EventObject } from 'xstate';

import { OwnedWalk, type ChartActor } from '../../../src/chart/index.js';

/** A walk that comes to an end, as that of a session does. */
export class TestWalk<TOwner extends object> extends OwnedWalk<TOwner, EventObject> {
  declare hasEnded: boolean;

  end(): void {
    this.hasEnded = true;
    this.look?.end();
  }
}

/** The walks of actors, for the actor of a walk does not lead back to it. */
const walks = new WeakMap<ChartActor, TestWalk<object>>();

/** Starts the actor of a new walk. */
export function startChartActor<TOwner extends object>(
  ...[chart, implementation, owner]: ConstructorParameters<typeof TestWalk<TOwner>>
): ChartActor {
  const walk = new TestWalk(chart, implementation, owner);
  const { actor } = walk;
  walks.set(actor, walk as unknown as TestWalk<object>);
  return actor;
}

/** Ends an actor: its snapshot stays readable with status `done`. */
export function endChartActor(actor: ChartActor): void {
  walks.get(actor)?.end();
}
