import type { StateValue } from './state-value.js';

/**
 * The root of all actors of this process. Keys of actors are numbers to the base 36: each transition carries one, and has
 * 300 bytes at the most.
 */
export const PROCESS_KEY = process.pid.toString(36);

/** An actor as Stately's inspector wants it described: enough of an actor reference to tell its name, parent and machine. */
export interface InspectedActor {
  readonly sessionId: string;
  readonly id: string;
  readonly logic: { readonly config: object };
  readonly _parent: InspectedActor | undefined;
  /** The session that the actor stands for, where it is at hand; nothing of it is told to Stately's inspector. */
  readonly session?: object | undefined;
}

/** What is told of a state. Nothing else of a session ever leaves: no context, no event but its type. */
export interface InspectedState {
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  readonly value?: StateValue;
  readonly context?: Record<string, never>;
}

/** Who is told of actors and of their states. */
export interface InspectorSink {
  actor(actor: InspectedActor, snapshot: InspectedState): void;
  snapshot(actor: InspectedActor, snapshot: InspectedState, info?: { event?: { type: string } }): void;
}

/**
 * What is used of an inspector of `@statelyai/inspect`: each of its `create...Inspector` functions returns one. It is
 * called with less than whole actor references, for which its types do not ask and its code does.
 */
export interface StatelyInspector {
  /** An actor is there, in a state. */
  actor(actor: never, snapshot: never): void;
  /** An actor has come to a state, by an event. */
  snapshot(actor: never, snapshot: never, info?: never): void;
}
