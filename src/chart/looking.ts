import type { Actor, ActorLogic, EventObject, Snapshot } from 'xstate';

import type { ChartWalk } from './chart-walk.js';

/** The XState actor of a chart that is walked. */
export type ChartActor = Actor<ActorLogic<Snapshot<undefined>, EventObject>>;

/** The actor of a walk that a caller or an inspector looks at. It takes the events first, and makes the walk step. */
export interface Look<TEvent> {
  readonly actor: ChartActor;
  /** Whether it was made while the walk made a step by itself, and takes no events until that is done. */
  isBehind?: boolean;
  /** Makes the actor appear, in the present state of the walk. */
  appear?(): void;
  send(event: TEvent): void;
  /** Shows the step that the walk has made by itself. */
  follow?(event: TEvent): void;
  end(): void;
}

/**
 * Where a walk asks for an actor. Actors need XState, which takes a process longer to load than the rest of a server, so
 * walks do not import it: `session/actors.ts` fills this in, which the classes that users import bring along.
 */
export const looking = {
  /** Makes the actor of a walk. */
  look: (_walk: ChartWalk<EventObject>): Look<EventObject> => {
    throw new Error('actor: XState is not loaded; import http-session-machine');
  },
  /** How many inspectors are attached to the actor system: while there are any, every walk has an actor. */
  inspectors: 0,
};
