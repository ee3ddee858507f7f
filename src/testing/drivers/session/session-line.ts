import type { Duplex } from 'node:stream';

import type { HTTPServerSession, HTTPServerSessionOptions } from '../../../session/index.js';
import type { Journey } from '../driver.js';
import type { FarEnd } from './far-end.js';

/** A connection that a session can be given. */
export interface ReadyPair {
  /** The session's end. */
  readonly near: Duplex;
  /** The other one. */
  readonly far: FarEnd;
}

/** Makes the session that is driven; the options are the driver's, with its clock and short timeouts. */
export type CreateSession = (options: HTTPServerSessionOptions) => HTTPServerSession;

/** What sessions are connected by, for one journey: memory, or sockets of the system. */
export interface SessionLine {
  /** Makes the session. */
  readonly createSession: CreateSession;
  /** A connection that is open already. */
  takePair(): ReadyPair;
  /** Lets the session begin to connect; `succeeds` is what will come of it. */
  connect(session: HTTPServerSession, succeeds: boolean): void;
  /** Lets the connector come to its end; the far end where it has succeeded. */
  connected(session: HTTPServerSession): FarEnd | Promise<FarEnd>;
  /** Lets the connector fail. */
  refused(session: HTTPServerSession): void | Promise<void>;
  /** Lets the session write more than the line takes. */
  overfill(session: HTTPServerSession, far: FarEnd): void | Promise<void>;
  /** Lets the line take again. */
  release(session: HTTPServerSession, far: FarEnd): void;
  /** Milliseconds of real time after which what has not happened does not happen. */
  readonly patience: number;
  /** Whether RST reaches the session while it reads no more only when it writes. */
  readonly needsWriteToNoticeReset: boolean;
  /** Whether `abort` reaches the far end as RST. */
  readonly tellsAborts: boolean;
  /** Ends what the journey has opened. */
  stop(): void | Promise<void>;
}

/** What opens lines: once for a driver, whose journeys share it. */
export interface SessionLines {
  /** A line for one journey. */
  open(journey: Journey): SessionLine | Promise<SessionLine>;
  /** Ends what the journeys share. */
  close(): Promise<void>;
}
