import type { ExchangeEventType, ExchangeState, SessionEvent, SessionState } from '../../machines/index.js';

/** What ended a connection or an operation: the peer's FIN, a reset, a timer, a malformed message, or this side. */
export type EndedBy = 'fin' | 'rst' | 'timeout' | 'parse' | 'local';

/** `safe`: proved that nothing of the request can have reached the application. `unknown`: everything else. */
export type ReplayVerdict = 'safe' | 'unknown';

/** One transition, as an error remembers it. */
export interface TransitionRecord {
  /** Which chart: the connection's or the message cycle's. */
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
  /** Which request on this connection, counted from 1. */
  readonly number: number;
  /** Its method. */
  readonly method: string;
  /** Its request target, as in the request line. */
  readonly target: string;
}

/** The circumstances under which an error of a session came about. */
export interface Testimony {
  /** The session's number within this process. */
  readonly sessionId: number;
  /** The lifecycle state at the moment of the error, dotted: `connected.open`. */
  readonly state: SessionState;
  /** The state of the message cycle, dotted; parallel regions are joined by commas. */
  readonly exchange: ExchangeState;
  /** Since when the session has been in `state`, in milliseconds since the Unix epoch. */
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
  /** May the request be sent again? */
  readonly replay: ReplayVerdict;
  /** The last transitions, oldest first; 32 at the most. */
  readonly history: readonly TransitionRecord[];
}
