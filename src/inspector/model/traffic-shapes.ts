/*
 * What is known of requests and of time, as it goes over the wire and into a recording: plain JSON, as in `shapes.ts`.
 * Times are in milliseconds since the Unix epoch, durations in milliseconds, sizes in bytes.
 */

/** Which end of the connection a session is. A process that has both ends counts what each of them does apart. */
export type SessionRole = 'server' | 'client';

/** How a request ended; `open` has not. `replayed` was retried on another connection. */
export type RequestOutcome = 'open' | 'completed' | 'failed' | 'replayed';

/** Where the time of a request went. Phases that were not seen, or have not begun, are 0. */
export interface RequestPhases {
  /** From the first byte of its head to the whole head. */
  readonly head: number;
  /** From its head to the head of the response: what the handler took, or the server of a client. */
  readonly waiting: number;
  /** From its head to the end of its body; it may overlap with `waiting` and `sending`. */
  readonly body: number;
  /** From the head of the response to its end. */
  readonly sending: number;
}

/** One request. Header fields and bodies are never part of it. */
export interface RequestRow {
  /** Counts all requests of the source. */
  readonly number: number;
  /** When its head was complete. */
  readonly at: number;
  /** The id of the actor of its session; `null` for a connection that ended before it was a session. */
  readonly session: string | null;
  readonly sessionName: string;
  /** Whether the session has served it or sent it. */
  readonly role: SessionRole;
  /** Its number on that session, from 1. */
  readonly turn: number;
  readonly method: string;
  /** The target without its query. */
  readonly path: string;
  /** The query with its `?`; only where the list was asked for it, and the source keeps it. */
  readonly query?: string;
  /** `null` before there is one. */
  readonly status: number | null;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** So far, where it is open. */
  readonly duration: number;
  readonly phases: RequestPhases;
  readonly outcome: RequestOutcome;
  /** The code of the error that it failed with. */
  readonly code: string | null;
}

/** By what requests are sorted. */
export type RequestOrder =
  'at' | 'method' | 'path' | 'status' | 'bytesIn' | 'bytesOut' | 'duration' | 'session' | 'outcome';

/** Which requests a list has. */
export interface RequestQuery {
  /** The id of a session. Default: any. */
  readonly session?: string;
  /** Default: both. */
  readonly role?: SessionRole;
  /** A status, `404`, or a class of them, `5xx`. Default: any. */
  readonly status?: string;
  /** A part of the path, of the method, of the code or of the name of the session, in whatever case. */
  readonly search?: string;
  /** Took at least so many milliseconds. */
  readonly slowerThan?: number;
  /** Only those that failed: by an error, or with a status of 500 and more. */
  readonly isFailed?: boolean;
  /** Only those that have not ended. */
  readonly isOpen?: boolean;
  /** The numbers of requests that are left out. */
  readonly except?: readonly number[];
  /** Not before this time. */
  readonly since?: number;
  /** Not after this time: as it was then. Default: now. */
  readonly at?: number;
  /** @defaultValue 'at' */
  readonly order?: RequestOrder;
  /** From the least to the most. @defaultValue false */
  readonly ascending?: boolean;
  /** How many to pass over. @defaultValue 0 */
  readonly offset?: number;
  /** @defaultValue 100 */
  readonly limit?: number;
  /** Whether the rows carry queries. @defaultValue false */
  readonly hasQueries?: boolean;
}

/** A list of requests. */
export interface RequestList {
  readonly at: number;
  /** How many there are, of which the list may have but a part. */
  readonly total: number;
  /** When the oldest remembered request was; what was before is forgotten. */
  readonly since: number;
  readonly requests: readonly RequestRow[];
}

/** The requests for one path, together. */
export interface PathRow {
  readonly method: string;
  readonly path: string;
  readonly requests: number;
  readonly failed: number;
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
}

/** What happened in one second to the sessions of one role, and how it was at its end. */
export interface Second {
  /** When it began. */
  readonly at: number;
  /** Requests that ended. */
  readonly requests: number;
  /** Of these, those that failed: by an error, or with a status of 500 and more. */
  readonly failed: number;
  /** Errors and faults of sessions. */
  readonly errors: number;
  /** Durations of the requests; `null` where there was none. */
  readonly p50: number | null;
  readonly p99: number | null;
  /** Sessions with a socket. */
  readonly connections: number;
  /** Of these, those with a request in progress. */
  readonly busy: number;
  /** Of these, those whose request is complete and not answered: by the handler, or by the other side's server. */
  readonly waiting: number;
  /** Calls that wait for a connection of a pool; `null` without pools, and for servers. */
  readonly queued: number | null;
}

/** Which minute: the one before a time. */
export interface MinuteQuery {
  /** Default: now. */
  readonly at?: number;
  /** Of whose sessions. Default: servers, if there was one, otherwise clients. */
  readonly role?: SessionRole;
}

/** A minute of the sessions of one role. */
export interface Minute {
  /** Up to 60, oldest first; the last one is complete. None where nothing is remembered. */
  readonly seconds: readonly Second[];
  /** The median and the 99th percentile over the whole minute. */
  readonly p50: number | null;
  readonly p99: number | null;
}

/** A transition of a machine, and how often its actors took it. */
export interface TakenTransition {
  readonly event: string;
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

/** The transitions that the actors of a chart took. */
export interface ChartFlows {
  /** The key of the definition. */
  readonly chart: string;
  /** The most frequent ones, in that order. */
  readonly taken: readonly TakenTransition[];
}

/** The last minute, as the strip on top of the page shows it. */
export interface Pulse {
  readonly at: number;
  /** `null` until there was a session of that role. */
  readonly server: Minute | null;
  readonly client: Minute | null;
  /** Whether other programs report, of which states and events are known, and nothing of requests, bytes and addresses. */
  readonly hasForeign: boolean;
  /** What happened in the last whole second, of each chart in which something did. A recording has none. */
  readonly flows: readonly ChartFlows[];
}

/** An error or a fault, as a mark in time. */
export interface ErrorMark {
  readonly at: number;
  readonly code: string;
  /** The id of the actor of its session. */
  readonly session: string | null;
  readonly role: SessionRole;
}

/** How time is divided for a drawing. */
export interface HistoryQuery {
  /** Default: the beginning of what is remembered. */
  readonly since?: number;
  /** Default: now. */
  readonly until?: number;
  /** How many points at the most. @defaultValue 120 */
  readonly points?: number;
  /** The key of the definition whose states are counted. Default: no states. */
  readonly chart?: string;
  /** Whose requests and errors are counted. Default: those of servers, if there was one, otherwise those of clients. */
  readonly role?: SessionRole;
}

/** Columns of equal length: how it was in each stretch of time. */
export interface History {
  /** Whose requests and errors these are. */
  readonly role: SessionRole;
  /** When each stretch began. */
  readonly at: readonly number[];
  readonly requests: readonly number[];
  readonly failed: readonly number[];
  readonly errors: readonly number[];
  /** Live actors of the chart by state, of both roles, at the end of each stretch. */
  readonly states: Readonly<Record<string, readonly number[]>>;
  /** The newest errors within the range, of both roles, oldest first; at most 1000. */
  readonly marks: readonly ErrorMark[];
  /** How far back anything is remembered. */
  readonly since: number;
  /** How far back each change is remembered; before that there are counts per second, and requests. */
  readonly detailSince: number;
}
