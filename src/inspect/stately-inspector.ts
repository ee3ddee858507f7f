import type { StateValue } from './state-value.js';

/**
 * The root of all actors of this process. Keys of actors are numbers to the base 36: each transition carries one, and has
 * 300 bytes at the most.
 */
export const PROCESS_KEY = process.pid.toString(36);

/** The parts of an actor reference that Stately's inspector reads: name, parent and machine. */
export interface InspectedActor {
  readonly sessionId: string;
  readonly id: string;
  readonly logic: { readonly config: object };
  readonly _parent: InspectedActor | undefined;
  /** The session that the actor stands for, if it is in reach; never sent to Stately's inspector. */
  readonly session?: object | undefined;
}

/** A reported state. Nothing else of a session is sent: no context, and of an event only its type. */
export interface InspectedState {
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  readonly value?: StateValue;
  readonly context?: Record<string, never>;
}

/** Receives actors and their states. */
export interface InspectorSink {
  actor(actor: InspectedActor, snapshot: InspectedState): void;
  snapshot(actor: InspectedActor, snapshot: InspectedState, info?: { event?: { type: string } }): void;
}

/**
 * What is used of an inspector of `@statelyai/inspect`: each of its `create...Inspector` functions returns one. It is
 * called with less than whole actor references, for which its types do not ask and its code does.
 */
export interface StatelyInspector {
  /** An actor has appeared, in a state. */
  actor(actor: never, snapshot: never): void;
  /** An actor has changed its state by an event. */
  snapshot(actor: never, snapshot: never, info?: never): void;
}
