import type { ActorStatus, ActorSummary, LogEntry, SessionReport, SessionTotals } from './shapes.js';

/** What an actor stands for, where that is in this process: it can be looked into as long as the actor runs. */
export interface ActorSubject {
  /** Where the peer is, `address:port`. */
  readonly peer: string | null;
  readonly totals: SessionTotals;
  report(): SessionReport;
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
  condition: ActorCondition;
  /** Until it has ended. */
  subject: ActorSubject | null;
  /** From then on: what could be seen of its subject last. */
  session: SessionReport | null;
  peer: string | null;
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
export function summaryOf(entry: ActorEntry, condition: ActorCondition = entry.condition): ActorSummary {
  const { id, name, parent, chart, since } = entry;
  return { id, name, parent, chart, since, ...condition, totals: totalsOf(entry), peer: peerOf(entry) };
}

/** What an actor has done so far. */
export function totalsOf({ subject, session }: ActorEntry): SessionTotals | null {
  return subject?.totals ?? session?.totals ?? null;
}

/** Where the peer of an actor is. */
export function peerOf({ subject, peer }: ActorEntry): string | null {
  return subject?.peer ?? peer;
}

/** An actor that has ended is looked into no more: what can be seen of it now is what will be seen of it. */
export function settle(entry: ActorEntry): void {
  if (entry.subject === null) return;
  entry.peer = entry.subject.peer;
  entry.session = entry.subject.report();
  entry.subject = null;
}
