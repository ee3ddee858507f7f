import type { TransitionRecord } from '../../errors/index.js';
import type { SessionLedger, WatcherSeat } from '../../session/index.js';
import { SessionSubject } from '../page-server/session-subject.js';
import type { LastRequest, SessionReport, SessionTotals } from '../model/shapes.js';
import type { Mark } from './change-ring.js';

/** What a session belongs to: a server, or the place of a pool; `null` is the process. */
export type SeatParent = { readonly kind: 'server' | 'place'; readonly id: number } | null;

/** The states of the two charts of a session, dotted. */
export interface SessionStates {
  readonly state: string;
  readonly exchangeState: string;
}

/** What a session was like when it was first recorded. */
export interface FirstSight extends SessionStates {
  readonly mark: Mark;
  /** What it remembered of its past. */
  readonly history: readonly TransitionRecord[];
  /** What had been received, as far as it belongs to earlier requests. */
  readonly bytesIn: number;
}

/** What there was to see of a session when it was seen last. */
export interface LastSight extends SessionStates {
  readonly mark: Mark;
  readonly peer: string | null;
  readonly totals: SessionTotals;
  /** Its last request. */
  readonly request: LastRequest | null;
  /** `null` once there are many later ones. */
  report: SessionReport | null;
}

/** Whose a seat is: a token, so that a session does not keep alive what has been recorded of others. */
export interface SeatOwner {
  isClosed: boolean;
}

/** What a recorder keeps of one session, hung on the session: to find it costs a comparison. */
export class SessionSeat implements WatcherSeat {
  readonly isRecorded = true;
  next: WatcherSeat | null = null;
  readonly owner: SeatOwner;
  /** What its changes are written under. */
  readonly key: number;
  readonly id: number;
  readonly role: 'client' | 'server';
  readonly parent: SeatParent;
  readonly first: FirstSight;
  /** `null` once it is over. */
  core: SessionLedger | null;
  subject: SessionSubject | null;
  last: LastSight | null = null;
  /** The number of its request of which the text has been kept. */
  request: number;
  /** How many transitions of its two charts there were since it is recorded. */
  moves = 0;
  steps = 0;

  constructor(owner: SeatOwner, key: number, session: object, parent: SeatParent, first: FirstSight) {
    const { core } = session as { readonly core: SessionLedger };
    this.owner = owner;
    this.key = key;
    this.id = core.id;
    this.role = core.role.kind;
    this.parent = parent;
    this.first = first;
    this.request = 0;
    this.core = core;
    this.subject = new SessionSubject(session, true);
  }

  /** As a session has it: what it remembered when it was first recorded. */
  get history(): readonly TransitionRecord[] {
    return this.first.history;
  }

  /** It is recorded no more: what can be seen of it now is what will be seen of it. */
  leave(mark: Mark): void {
    const { subject, core } = this;
    if (subject === null || core === null) return;
    const { state, exchangeState } = core;
    const report = subject.report();
    this.last = {
      mark,
      state,
      exchangeState,
      peer: subject.peer,
      totals: report.totals,
      report,
      request: subject.last,
    };
    this.subject = null;
    this.core = null;
  }
}

/** The seat of a session that is not recorded. */
export class OtherSeat implements WatcherSeat {
  next: WatcherSeat | null = null;
  readonly isRecorded = false;
  readonly owner: SeatOwner;

  constructor(owner: SeatOwner) {
    this.owner = owner;
  }
}
