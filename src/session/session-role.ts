import type { ChartEdge } from '../chart/index.js';
import type { TimeoutError } from '../errors/index.js';

/** What a session's core tells the role (client or server) that it works for. */
export interface SessionRole {
  /** A deadline passed; `true` when the role has dealt with it, so that the chart need not hear of it. */
  deadlineExpired(timer: string, error: TimeoutError): boolean;
  /** The peer finished sending and nobody waits for bytes. */
  streamEndedUnread(): void;
  /** The lifecycle chart made a transition. */
  transitioned(edge: ChartEdge): void;
  /** Whether the head of this side's message of the present cycle was handed to the socket. */
  isHeadSent(): boolean;
  /** Whether it is proved that nothing of the present request was handed to the socket. */
  isRequestUnsent(): boolean;
}

/** Who listens to a session, and is told when it is safe to call it back. */
export interface SessionWatcher {
  /** An event, and all events that it gave rise to, have been processed. */
  settled(): void;
  /** The session object has come to its end. */
  ended(): void;
}
