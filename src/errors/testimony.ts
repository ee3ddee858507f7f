import type { ExchangeEventType, ExchangeState, SessionEvent, SessionState } from '../../machines/index.js';

/** What ended a connection or an operation: the peer's FIN, a reset, a timer, a malformed message, or this side. */
export type EndedBy = 'fin' | 'rst' | 'timeout' | 'parse' | 'local';

/** `safe`: proved that nothing of the request can have reached the application. `unknown`: everything else. */
export type ReplayVerdict = 'safe' | 'unknown';

/** One transition in the history of a session. */
export interface TransitionRecord {
  /** The chart: of the connection (`session`) or of the message cycle (`exchange`). */
  readonly chart: 'session' | 'exchange';
  /** The event that led there. */
  readonly event: SessionEvent['type'] | ExchangeEventType;
  /** The state after the transition, dotted; parallel regions are joined by commas. */
  readonly state: SessionState | ExchangeState;
  /** When, in milliseconds since the Unix epoch. */
  readonly at: number;
}

/** The request that an error belongs to. */
export interface RequestReference {
  /** The number of the request on this connection, from 1. */
  readonly number: number;
  /** Its method. */
  readonly method: string;
  /** Its request target, as in the request line. */
  readonly target: string;
}

/** One attempt of a client's call that failed. */
export interface AttemptRecord {
  /** The session that had the request; 0 when it was sent to none. */
  readonly sessionId: number;
  /** The code of the error. */
  readonly code: string;
  /** The lifecycle state of the session at that moment, dotted. */
  readonly state: SessionState;
  /** What ended the attempt; `null` when nothing has ended. */
  readonly endedBy: EndedBy | null;
  /** Whether the request could be sent again. */
  readonly replay: ReplayVerdict;
}

/** Where and when an error of a session happened. */
export interface Testimony {
  /** The session's number within this process. */
  readonly sessionId: number;
  /** The lifecycle state at the moment of the error, dotted: `connected.open`. */
  readonly state: SessionState;
  /** The state of the message cycle, dotted; parallel regions are joined by commas. */
  readonly exchange: ExchangeState;
  /** When the session entered `state`, in milliseconds since the Unix epoch. */
  readonly since: number;
  /** What ended it; `null` when nothing has ended. */
  readonly endedBy: EndedBy | null;
  /** The request in progress; `null` between requests. */
  readonly request: RequestReference | null;
  /** Bytes received on this connection. */
  readonly bytesIn: number;
  /** Bytes handed to the socket on this connection. */
  readonly bytesOut: number;
  /** Whether the head of the message this side sends in this cycle was handed to the socket. */
  readonly headSent: boolean;
  /** Whether the final response of this cycle has begun. */
  readonly responseBegun: boolean;
  /** Whether the request can be sent again. */
  readonly replay: ReplayVerdict;
  /** The last transitions, oldest first; at most 32. */
  readonly history: readonly TransitionRecord[];
  /** Of a call of an `HTTPClient`: all attempts that failed, oldest first; the last of them is this error. */
  readonly attempts?: readonly AttemptRecord[];
}
