import type { ClientModelEvent } from '../models/client-model.js';
import type { Payload } from '../models/model.js';
import type { ServerModelEvent } from '../models/server-model.js';
import type { SessionModelEvent } from '../models/session-model.js';
import type { ModelPath } from '../paths/path.js';
import type { Random } from '../random.js';
import type { WireLog } from './wire-log.js';

/** One path that is about to be walked. */
export interface Journey<TEvent extends string = string> {
  /** The path, for drivers that have to prepare what will be needed. */
  readonly path: ModelPath<TEvent>;
  /** Where to write down what goes over the wire. */
  readonly wire: WireLog;
  /** Chance of this path, the same whenever it is walked again. */
  readonly random: Random;
}

/** A step of a journey. */
export interface Step<TEvent extends string = string> {
  /** What is to happen. */
  readonly event: TEvent;
  /** What it carries. */
  readonly payload: Payload;
  /** The place of the step in the path, from 0 on. */
  readonly index: number;
  /** The state before, dotted. */
  readonly from: string;
  /** The state that the model leads to, dotted. */
  readonly to: string;
}

/** A system that was set up for one journey. */
export interface DrivenSystem<TEvent extends string = string> {
  /** Brings about what a step says; what it throws fails the path. */
  perform(step: Step<TEvent>): void | Promise<void>;
  /**
   * The state that the system is seen in: the expected one as soon as everything speaks for it, anything else when
   * something speaks against it. Any text will do, it is only shown.
   */
  see(expected: string): string | Promise<string>;
  /** Ends the journey, whatever happened on it; nothing may be left open. */
  stop(): void | Promise<void>;
}

/** Carries out the events of a model on a real system, and reports the states it sees. */
export interface Driver<TEvent extends string = string> {
  /** What is driven, for people. */
  readonly name: string;
  /** The two ends of the wire: who drives, and what is driven. */
  readonly parties: readonly [string, string];
  /** The events that it can bring about; all of the model when not given. Paths have no others. */
  readonly events?: readonly TEvent[] | undefined;
  /** Sets up a fresh system. */
  start(journey: Journey<TEvent>): DrivenSystem<TEvent> | Promise<DrivenSystem<TEvent>>;
  /** Ends what all journeys share, such as a port; a driver that shares nothing has none. */
  close?(): Promise<void>;
}

/** Drives a session as its owner and its peer. */
export type SessionDriver = Driver<SessionModelEvent>;

/** Drives an HTTP/1.1 server as a client. */
export type ServerDriver = Driver<ServerModelEvent>;

/** Drives an HTTP/1.1 client as its user and as the server it asks. */
export type ClientDriver = Driver<ClientModelEvent>;
