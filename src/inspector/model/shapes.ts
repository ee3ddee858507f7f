import type { ErrorMark, RequestRow } from './traffic-shapes.js';
import type { RecordedRequests, RecordedSeconds } from './recorded-traffic.js';

/**
 * What the page shows, as it goes over the wire and into a recording: plain JSON. Times are in milliseconds since the Unix
 * epoch. States are dotted paths from the root of their chart; regions that are active together are joined by commas:
 * `connected.open`, `request.idle,response.idle`. The empty string is the state of an actor whose machine has none.
 */

/** How an actor is, in XState's words. */
export type ActorStatus = 'active' | 'done' | 'error' | 'stopped';

/** A machine that actors run: the config that it was made from. */
export interface ChartDefinition {
  /** Names the definition within this source; several actors share one. */
  readonly key: string;
  /** The id of the machine. */
  readonly name: string;
  /** What XState's `createMachine` takes, without code. */
  readonly config: object;
  /** Why it is not drawn, as the end of a sentence: `config` is empty then. Absent where it is. */
  readonly undrawn?: string;
}

/** Why something that was reported is not remembered. */
export type Loss =
  | 'longMessage'
  | 'slowMessage'
  | 'moreMessages'
  | 'unreadable'
  | 'notWebSocket'
  | 'moreActors'
  | 'forgottenActors'
  | 'longDefinition'
  | 'deepDefinition'
  | 'unreadableDefinition'
  | 'moreDefinitions';

/** How many actors of a chart are in which state. */
export interface ChartCounts {
  /** The key of the definition. */
  readonly chart: string;
  readonly name: string;
  /** Actors that run. */
  readonly live: number;
  /** Actors that have ended and are still remembered. */
  readonly ended: number;
  /** Actors that run, by state. */
  readonly states: Readonly<Record<string, number>>;
  /** Actors that have ended, by their last state. Before the detail begins these are not known, and there are none. */
  readonly endedStates: Readonly<Record<string, number>>;
}

/** The counts of all charts at one moment. */
export interface FleetFrame {
  readonly at: number;
  /** How far back anything is remembered: counts per second, and requests. */
  readonly since: number;
  /** How far back each change is remembered. Before that there are no lists of actors. */
  readonly detailSince: number;
  /** Messages, actors and definitions that are not remembered. */
  readonly dropped: number;
  /** The same by the reason. A recording does not have it. */
  readonly losses: Readonly<Partial<Record<Loss, number>>>;
  /** When the process began that reports: another time is another process. Absent where there is but one. */
  readonly began?: number;
  readonly charts: readonly ChartCounts[];
}

/** What an actor that is a session of this package has done; other actors have none of it. */
export interface SessionTotals {
  readonly requests: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly errors: number;
}

/** The last request of a session, which may be in progress. */
export interface LastRequest {
  readonly method: string;
  /** The target without its query. */
  readonly path: string;
  /** `null` before there is one. */
  readonly status: number | null;
  /** The code of the last error or fault of the session. */
  readonly code: string | null;
}

/** One actor, in a line. */
export interface ActorSummary {
  /** Names the actor within this source. */
  readonly id: string;
  readonly name: string;
  /** The actor that it belongs to. */
  readonly parent: string | null;
  /** The name of the actor that it belongs to in the end: of a process or a program. */
  readonly process: string;
  /** The key of the definition; `null` if it was not reported. */
  readonly chart: string | null;
  readonly state: string;
  readonly status: ActorStatus;
  /** Since when it is known. */
  readonly since: number;
  /** When it ended; `null` while it runs. */
  readonly endedAt: number | null;
  /** When it last made a transition. */
  readonly changedAt: number;
  readonly transitions: number;
  readonly totals: SessionTotals | null;
  /** Where its peer is, `address:port`; `null` where that is not known. */
  readonly peer: string | null;
  /** The last request of a session of this package, or of its exchange; `null` without one. */
  readonly last: LastRequest | null;
}

/** A recorded change. */
export interface LogEntry {
  /** Counts all changes of the source; negative for changes before the actor was watched. */
  readonly number: number;
  readonly at: number;
  /** The actor that changed. */
  readonly actor: string;
  /** What brought the change about: the type of the event; empty where the actor appeared. */
  readonly event: string;
  /** The actor that sent the event; `null` where it is not known. */
  readonly sender: string | null;
  /** The state before; `null` where the actor appeared. */
  readonly from: string | null;
  /** The state after; `null` where the actor was forgotten. */
  readonly to: string | null;
  /** How the actor is after it. */
  readonly status: ActorStatus;
}

/** An end of a connection. */
export interface EndAddress {
  readonly address: string;
  readonly port: number;
}

/** The details of a session of this package. They contain no header values and no bytes of bodies. */
export interface SessionReport {
  readonly role: 'client' | 'server';
  readonly local: EndAddress | null;
  readonly remote: EndAddress | null;
  /** `tcp`, `tls`, `unix`, `memory` or `duplex`; `null` without a socket. */
  readonly socket: string | null;
  /** Milliseconds by the name of the timer; 0 is none. */
  readonly timers: Readonly<Record<string, number>>;
  /** The timer that is running; `null` when none is. */
  readonly armed: string | null;
  /** When each running timer is due, in milliseconds since the Unix epoch by its name; absent where it is not known. */
  readonly due?: Readonly<Record<string, number>>;
  readonly totals: SessionTotals;
  /** The request in progress, or the last one. */
  readonly request: { readonly number: number; readonly method: string; readonly target: string } | null;
  /** The status of its response; `null` before there is one. */
  readonly response: number | null;
  /** The stored or last error, as errors of this package describe themselves: with its testimony. */
  readonly error: object | null;
}

/** One actor with all that is known of it. */
export interface ActorDetail extends ActorSummary {
  /** The name of the actor that it belongs to; `null` without one, or if it is not known. */
  readonly parentName: string | null;
  /** The actors that belong to it directly; of many the newest hundred. */
  readonly children: readonly ActorSummary[];
  /** How many there are. */
  readonly childCount: number;
  /** How many of them are in which state, by their charts. */
  readonly childCounts: readonly ChartCounts[];
  /** The changes of the actor that are remembered, oldest first; those of its children with them, where they are few. */
  readonly log: readonly LogEntry[];
  /**
   * After that time, in milliseconds since the Unix epoch, the log has every change; 0 where it has all of them. Changes
   * before the actor was watched may come first, and between them and that time there is a gap.
   */
  readonly logSince: number;
  readonly session: SessionReport | null;
  /** The request in progress, with its phases so far; `null` if there is none. */
  readonly request: RequestRow | null;
  /** The reported context of the actor, cut if it is long; `null` if none was reported. */
  readonly context: string | null;
}

/** By what lists of actors are sorted. */
export type ActorOrder =
  | 'age'
  | 'changed'
  | 'name'
  | 'bytes'
  | 'requests'
  | 'errors'
  | 'transitions'
  | 'peer'
  | 'state'
  | 'process'
  | 'path'
  | 'status'
  | 'code';

/** Which actors a list has. */
export interface ActorQuery {
  /** The key of their definition. Default: any. */
  readonly chart?: string;
  /** In this state, or in a state within it. Default: any. */
  readonly state?: string;
  /** Whether they run. Default: either. */
  readonly status?: 'live' | 'ended';
  /** A part of the name, the id, the address of the peer, or the path or code of the last request, in whatever case. */
  readonly search?: string;
  /** @defaultValue 'changed' */
  readonly order?: ActorOrder;
  /** From the least to the most. @defaultValue false */
  readonly ascending?: boolean;
  /** How many to pass over. @defaultValue 0 */
  readonly offset?: number;
  /** @defaultValue 100 */
  readonly limit?: number;
  /** As it was at this time. Default: now. */
  readonly at?: number;
}

/** A list of actors. */
export interface ActorList {
  readonly at: number;
  /** How many there are, of which the list may have but a part. */
  readonly total: number;
  /** The time is before each change is remembered, so it is not known which actors there were. The list is empty. */
  readonly isBeyondDetail: boolean;
  readonly actors: readonly ActorSummary[];
}

/** The format of a recording. */
export const RECORDING_FORMAT = 'http-session-recording';

/** Everything that is remembered, in a file. */
export interface Recording {
  readonly format: typeof RECORDING_FORMAT;
  readonly version: 2;
  /** When it was made. */
  readonly at: number;
  readonly dropped: number;
  readonly definitions: readonly ChartDefinition[];
  /** Actors that run or are remembered, and those of which only changes are remembered. */
  readonly actors: readonly RecordedActor[];
  /** Oldest first. */
  readonly log: readonly LogEntry[];
  readonly requests: RecordedRequests;
  readonly seconds: RecordedSeconds;
  /** The last errors and faults, oldest first. */
  readonly marks: readonly ErrorMark[];
  /** Whether other programs had reported. */
  readonly hasForeign: boolean;
}

/** An actor in a recording. */
export interface RecordedActor extends ActorSummary {
  readonly session: SessionReport | null;
  readonly context: string | null;
  /** Its changes before it was watched, as far as it remembered them itself. */
  readonly earlier: readonly LogEntry[];
  /** Only its changes are remembered: it is on no list of now. */
  readonly isForgotten: boolean;
}
