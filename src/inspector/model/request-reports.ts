import type { RequestOutcome, SessionRole } from './traffic-shapes.js';

/*
 * How a model learns about requests. It hears when one begins and when it ends; in between it reads the request whenever
 * the list is asked for. A replay passes plain objects:
 *
 *     const handle = model.requestBegan({ at, session, sessionName, turn, method, target, ... });
 *     model.requestEnded(handle, { after: duration, outcome: 'completed', code: null });
 */

/** A request in progress. It is read when it is listed, and for the last time when it ends. */
export interface RunningRequest {
  /** When its head was complete, in milliseconds since the Unix epoch; all other times are counted from here. */
  readonly at: number;
  /** The id of the actor of its session; `null` for a connection that ended before it was a session. */
  readonly session: string | null;
  readonly sessionName: string;
  readonly role: SessionRole;
  /** Its number on that session, from 1. */
  readonly turn: number;
  readonly method: string;
  /** The request target, with its query. */
  readonly target: string;
  /** `null` before there is one. */
  readonly status: number | null;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** How long its head took to come, in milliseconds; 0 if it came in one piece. */
  readonly headTook: number;
  /** Milliseconds until its body had come, or was given up; `null` before that. */
  readonly bodyAfter: number | null;
  /** Milliseconds until the head of the response; `null` before that. */
  readonly answeredAfter: number | null;
}

/** The end of a request. */
export interface RequestEnd {
  /** Milliseconds since its head was complete. */
  readonly after: number;
  readonly outcome: Exclude<RequestOutcome, 'open'>;
  /** The code of the error that it failed with. */
  readonly code: string | null;
}

/** A request that a server refused by itself, before it was an exchange, as far as it came. */
export interface RefusedReport extends Pick<
  RunningRequest,
  'at' | 'session' | 'sessionName' | 'turn' | 'method' | 'target' | 'bytesIn'
> {
  readonly status: number;
  readonly code: string;
}

/** How a request ended, by the event that ended its exchange. */
export function outcomeOf(event: string): RequestEnd['outcome'] {
  if (event === 'request.replay') return 'replayed';
  return event === 'response.end' || event === 'response.switch' ? 'completed' : 'failed';
}

/** Whether a request failed: by an error, or with a status of 500 and more. */
export function hasFailed(outcome: RequestOutcome, status: number): boolean {
  return outcome === 'failed' || status >= 500;
}

/** An error or a fault of a session. */
export interface ReportedError {
  readonly code: string;
  /** The id of the actor of its session. */
  readonly session: string | null;
  readonly role: SessionRole;
}
