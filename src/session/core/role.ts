import type { ChartEdge } from '../../chart/index.js';
import type { ExpiredTimer, HTTPSessionError, TimeoutError } from '../../errors/index.js';

/** What the core of a session asks and reports: to the server, the client, or a supervisor of another server. */
export interface SessionRole {
  /** Which end of the connection it is. */
  readonly kind: 'client' | 'server';
  /** How the timer is called that limits how long the peer may take nothing of what was written. */
  readonly sendTimer: 'send' | 'sendProgress';
  /** The socket is about to be forgotten: what was not delivered over it never will be. */
  socketLost(why: string): void;
  /** Whether it is a failure when a timer expires. The end of an idle time is none, and reports no error. */
  isFailure(timer: ExpiredTimer): boolean;
  /** A deadline passed; `true` when the role has dealt with it, so that the chart need not hear of it. */
  deadlineExpired(timer: ExpiredTimer, error: TimeoutError): boolean;
  /** The peer finished sending, and no reader waits for bytes. */
  streamEndedUnread(): void;
  /** The lifecycle chart made a transition. */
  transitioned(edge: ChartEdge): void;
  /** Every event that was sent to the lifecycle chart has been processed: the session can be called. */
  settled?(): void;
  /** Whether the head of this side's message of the present cycle was handed to the socket. */
  isHeadSent(): boolean;
  /** Whether it is proved that nothing of the present request was handed to the socket. */
  isRequestUnsent(): boolean;
  /** What is left of timers beside the one of the core, in milliseconds by their names. */
  timersLeft?(): Readonly<Record<string, number>>;
  /** A head that was parsed and that the user has not taken, as it came: it goes along with the socket. */
  untakenHead?(): Buffer;
  /**
   * Whether the peer owes nothing more, and all that it sent was read: it has said that no message follows, or has answered
   * the last request.
   */
  isPeerDone?(): boolean;
  /** Why the socket cannot be handed over without losing a byte; `undefined` when it can. */
  reasonToKeepSocket?(): string | undefined;
}

/**
 * A reader that waits for bytes of a session. There is at most one at a time; the buffer service calls it directly, so that
 * no event, promise or stream stands between the socket and the reader.
 */
export interface WaitingReader {
  /** Bytes were added to the session's buffer. */
  bytesArrived(): void;
  /** Memory that the next bytes may be read into; see `TransportObserver`. */
  roomAhead?(): Buffer | null;
  /** The peer has finished sending, and everything that arrived is in the buffer. */
  streamEnded(): void;
  /** The session failed or left the state in which it could be read. */
  readFailed(error: HTTPSessionError): void;
}
