import type { ActorSubject } from './actor-entry.js';
import type { ActorStatus } from './shapes.js';

/** An actor when it is first reported. */
export interface ReportedActor {
  /** Names the actor within the model. */
  readonly id: string;
  readonly name: string;
  readonly parent: string | null;
  /** The config of its machine: itself, or as JSON. */
  readonly definition?: string | object | undefined;
  readonly state: string;
  readonly status: ActorStatus;
  readonly subject?: ActorSubject | undefined;
  readonly context?: string | undefined;
  /** Whether another program reports it: then it may have to make room for others. */
  readonly isForeign?: boolean | undefined;
  /** The changes that it recorded itself before it was watched. */
  readonly earlier?: readonly EarlierChange[] | undefined;
}

/** A change before an actor was watched. */
export interface EarlierChange {
  /** Its place in the history that it comes from: negative, growing. It orders changes within one millisecond. */
  readonly number: number;
  readonly at: number;
  readonly event: string;
  readonly from: string | null;
  readonly to: string;
}

/** A reported change of an actor. */
export interface ReportedChange {
  readonly event: string;
  readonly sender?: string | undefined;
  readonly state: string;
  readonly status: ActorStatus;
  readonly context?: string | undefined;
}
