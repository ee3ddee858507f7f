import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import type { ChartEdge } from '../../chart/index.js';
import { ERROR_CHANNEL, reportFault, watchFaults, type ErrorMessage } from '../../diagnostics.js';
import type { HTTPSessionError } from '../../errors/index.js';
import { isChosen, type CheckedSelection } from '../../inspect/session-selection.js';
import { watchSessions, type SessionLedger, type SessionWatch } from '../../session/index.js';
import { bytesInBefore } from '../page-server/exchange-subject.js';
import { keyOf, type ChangeRing } from './change-ring.js';
import type { RequestTexts } from './request-texts.js';
import { OtherSeat, SessionSeat, type SeatOwner, type SeatParent } from './session-seat.js';

/** How many ended sessions can be looked into: with addresses, counters and their last error. */
const MAX_REPORTS = 1_000;

/** From so many seats of forgotten sessions on they are removed together. */
const MANY = 256;

/** Instead of the seat of a session that is not recorded. */
const NOTHING = { core: null, subject: null };

/** Something with a ledger: a session. */
export interface SeatedSession {
  readonly core: SessionLedger;
}

/** What a tap is to do with what it finds. */
export interface TapObserver {
  /** An error of a recorded session. */
  failed(core: SessionLedger, error: HTTPSessionError): void;
  /** A fault of a recorded session, with its code or its name. */
  faulted(core: SessionLedger, code: string): void;
}

/** Writes what sessions do into a ring. It sees each transition by direct call, and allocates nothing for one. */
export class SessionTap implements SessionWatch {
  /** The recorded sessions that are not over, by their numbers. */
  readonly live = new Map<number, SessionSeat>();
  readonly #ring: ChangeRing;
  readonly #texts: RequestTexts;
  readonly #selection: CheckedSelection;
  readonly #observer: TapObserver;
  /** Finds a session that is not known; `null` if it is not to be recorded. */
  readonly #find: (core: SessionLedger) => SeatedSession | null;
  readonly #owner: SeatOwner = { isClosed: false };
  /** Those that are over and may have changes in the ring, in the order of their ends. */
  #ended: SessionSeat[] = [];
  readonly #unwatch: () => void;
  readonly #unwatchFaults: () => void;
  readonly #heard = (message: unknown): void => {
    const { sessionId, error } = message as ErrorMessage;
    const seat = this.live.get(sessionId);
    const { core, subject } = seat ?? NOTHING;
    if (core === null) return;
    subject?.failed(error);
    this.#observer.failed(core, error);
  };

  constructor(
    ring: ChangeRing,
    texts: RequestTexts,
    selection: CheckedSelection,
    find: (core: SessionLedger) => SeatedSession | null,
    observer: TapObserver,
  ) {
    this.#ring = ring;
    this.#texts = texts;
    this.#selection = selection;
    this.#find = find;
    this.#observer = observer;
    subscribe(ERROR_CHANNEL, this.#heard);
    this.#unwatchFaults = watchFaults(({ where, error, sessionId }) => {
      const { core, subject } = (sessionId === undefined ? undefined : this.live.get(sessionId)) ?? NOTHING;
      if (core !== null && subject !== null) this.#observer.faulted(core, subject.faulted(where, error));
    });
    this.#unwatch = watchSessions(this);
  }

  /** Sessions that are over, and may have changes in the ring. */
  get ended(): readonly SessionSeat[] {
    return this.#ended;
  }

  moved(core: SessionLedger, edge: ChartEdge, at: number): void {
    const seat = this.#seatOf(core) ?? this.#meet(core, edge.source.name, core.exchange.name, at);
    if (!seat.isRecorded) return;
    seat.moves++;
    this.#ring.push(at, seat.key + edge.id, core.bytesIn, core.bytesOut, core.responseStatus, 0);
    try {
      if (edge.target.tags.has('gone')) this.#end(core, seat, at);
      else if (seat.subject?.peer === null) seat.subject.look();
    } catch (error) {
      reportFault('listener', error, core.id);
    }
  }

  stepped(core: SessionLedger, edge: ChartEdge, at: number): void {
    const seat = this.#seatOf(core) ?? this.#meet(core, core.state, edge.source.name, at);
    if (!seat.isRecorded) return;
    seat.steps++;
    let text = 0;
    if (core.requestNumber !== seat.request) {
      seat.request = core.requestNumber;
      if (seat.request > 0) text = this.#texts.write(core.requestMethod, core.requestTarget);
    }
    this.#ring.push(at, seat.key + edge.id, core.bytesIn, core.bytesOut, core.responseStatus, text);
  }

  #seatOf(core: SessionLedger): SessionSeat | OtherSeat | null {
    let seat = core.seats as SessionSeat | OtherSeat | null;
    while (seat !== null && seat.owner !== this.#owner) seat = seat.next as SessionSeat | OtherSeat | null;
    return seat;
  }

  /** A session makes its first transition that is seen. */
  #meet(core: SessionLedger, state: string, exchangeState: string, at: number): SessionSeat | OtherSeat {
    try {
      const session = this.#find(core);
      if (session !== null) return this.#seat(session, null, { state, exchangeState, at });
    } catch (error) {
      reportFault('listener', error);
    }
    return this.#refuse(core);
  }

  /** Begins to record a session, unless it is recorded, rejected or over. */
  choose(session: SeatedSession, parent: SeatParent): void {
    const { core } = session;
    if (core.is('gone') || this.live.has(core.id)) return;
    this.#seat(session, parent, {
      state: core.state,
      exchangeState: core.exchangeState,
      at: core.wallTime(),
    });
  }

  #seat(
    session: SeatedSession,
    parent: SeatParent,
    {
      state,
      exchangeState,
      at,
    }: { readonly state: string; readonly exchangeState: string; readonly at: number },
  ): SessionSeat | OtherSeat {
    const { core } = session;
    const { id, role } = core;
    if (!isChosen(this.#selection, { id, role: role.kind })) return this.#refuse(core);
    const history = core.history.records();
    const first = { mark: this.#ring.mark(at), state, exchangeState, history, bytesIn: bytesInBefore(core) };
    const seat = new SessionSeat(this.#owner, keyOf(role.kind, id), session, parent, first);
    if (core.exchange.tags.has('idle')) seat.request = core.requestNumber;
    this.#place(core, seat);
    this.live.set(id, seat);
    return seat;
  }

  #refuse(core: SessionLedger): OtherSeat {
    const seat = new OtherSeat(this.#owner);
    this.#place(core, seat);
    return seat;
  }

  /** Hangs a seat on a session, in the place of the one before. */
  #place(core: SessionLedger, seat: SessionSeat | OtherSeat): void {
    this.#unseat(core);
    seat.next = core.seats;
    core.seats = seat;
  }

  /** Those of closed recorders go as well: a session may outlive many of them. */
  #unseat(core: SessionLedger): void {
    const kept: (SessionSeat | OtherSeat)[] = [];
    for (let seat = core.seats; seat !== null; seat = seat.next) {
      const other = seat as SessionSeat | OtherSeat;
      if (other.owner !== this.#owner && !other.owner.isClosed) kept.push(other);
    }
    for (const [i, seat] of kept.entries()) seat.next = kept[i + 1] ?? null;
    core.seats = kept[0] ?? null;
  }

  /** Stops recording a session, whose changes stay. */
  leave(core: SessionLedger): void {
    const seat = this.live.get(core.id);
    if (seat === undefined) return;
    this.#end(core, seat, core.wallTime());
    this.#refuse(core);
  }

  /** If the session gets another socket, it appears again. */
  #end(core: SessionLedger, seat: SessionSeat, at: number): void {
    this.live.delete(core.id);
    this.#unseat(core);
    seat.leave(this.#ring.mark(at));
    this.#ended.push(seat);
    const old = this.#ended.at(-MAX_REPORTS - 1);
    if (old?.last) old.last.report = null;
    if (this.#ended.length % MANY === 0) this.forgetOld();
  }

  /** Forgets sessions that have no changes in the ring any more. */
  forgetOld(): void {
    const { oldest } = this.#ring;
    const kept = this.#ended.findIndex(({ last }) => last !== null && last.mark.place > oldest);
    this.#ended = kept === -1 ? [] : this.#ended.slice(kept);
  }

  /** Stops recording all sessions; what has been recorded stays. */
  close(): void {
    this.#unwatch();
    this.#unwatchFaults();
    unsubscribe(ERROR_CHANNEL, this.#heard);
    for (const seat of [...this.live.values()]) {
      if (seat.core !== null) this.#end(seat.core, seat, seat.core.wallTime());
    }
    this.#owner.isClosed = true;
  }
}
