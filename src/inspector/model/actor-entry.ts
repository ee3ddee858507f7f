import type {
  ActorStatus,
  ActorSummary,
  LastRequest,
  LogEntry,
  SessionReport,
  SessionTotals,
} from './shapes.js';
import type { SessionRole } from './traffic-shapes.js';

/** What an actor stands for, where that is in this process: it can be looked into as long as the actor runs. */
export interface ActorSubject {
  /** What the actor is called now, if that is not what it was reported as. */
  readonly name?: string;
  /** Where the peer is, `address:port`. */
  readonly peer: string | null;
  readonly totals: SessionTotals | null;
  /** Its last request, which may be in progress. */
  readonly last?: LastRequest | null;
  /** The handle of the request that is in progress on it. */
  readonly running?: number | null;
  /** Which end of its connection the session is that the actor stands for, or belongs to. */
  readonly role?: SessionRole;
  report(): SessionReport | null;
}

/** How an actor is, or was. */
export interface ActorCondition {
  readonly state: string;
  readonly status: ActorStatus;
  readonly changedAt: number;
  readonly transitions: number;
}

/** An actor, as the model remembers it. */
export interface ActorEntry {
  readonly id: string;
  name: string;
  readonly parent: string | null;
  readonly since: number;
  readonly children: Set<ActorEntry>;
  chart: string | null;
  /** Of a session, and of its exchange. */
  role: SessionRole | null;
  condition: ActorCondition;
  /** Until it has ended. */
  subject: ActorSubject | null;
  /** From then on: what could be seen of its subject last. */
  session: SessionReport | null;
  peer: string | null;
  last: LastRequest | null;
  context: string | null;
  /** Its changes before it was watched. */
  readonly earlier: readonly LogEntry[];
  /** Only its changes are remembered, as long as there are any. */
  isForgotten: boolean;
  /** Whether another program reports it. */
  readonly isForeign: boolean;
  /** How many of its changes are remembered. */
  changes: number;
}

/** An actor in a line; as it is now, or as it was. */
export function summaryOf(
  entry: ActorEntry,
  process: string,
  condition: ActorCondition = entry.condition,
): ActorSummary {
  const { id, parent, chart, since } = entry;
  const { state, status, changedAt, transitions } = condition;
  // One literal: there may be a hundred thousand, and objects that are spread into each other cost ten times as much.
  return {
    id,
    name: nameOf(entry),
    parent,
    process,
    chart,
    since,
    state,
    status,
    changedAt,
    transitions,
    endedAt: endOf(condition),
    totals: totalsOf(entry),
    peer: peerOf(entry),
    last: lastOf(entry),
  };
}

/** When an actor ended; `null` while it runs. */
export function endOf({ status, changedAt }: ActorCondition): number | null {
  return status === 'active' ? null : changedAt;
}

/** What an actor is called. */
export function nameOf({ subject, name }: ActorEntry): string {
  return subject?.name ?? name;
}

/** What an actor has done so far. */
export function totalsOf({ subject, session }: ActorEntry): SessionTotals | null {
  return subject?.totals ?? session?.totals ?? null;
}

/** Where the peer of an actor is. */
export function peerOf({ subject, peer }: ActorEntry): string | null {
  return subject?.peer ?? peer;
}

/** The last request of an actor. */
export function lastOf({ subject, last }: ActorEntry): LastRequest | null {
  return subject?.last ?? last;
}

/** An actor that has ended is looked into no more: what can be seen of it now is what will be seen of it. */
export function settle(entry: ActorEntry): void {
  if (entry.subject === null) return;
  entry.name = nameOf(entry);
  entry.peer = entry.subject.peer;
  entry.last = entry.subject.last ?? null;
  entry.session = entry.subject.report();
  entry.subject = null;
}
