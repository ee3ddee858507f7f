import { edgeOf, type ChartEdge } from '../../chart/index.js';
import { serverMachine } from '../../../machines/server.machine.js';
import { InspectedClients } from '../../inspect/inspected-clients.js';
import { InspectedSession } from '../../inspect/inspected-session.js';
import { stateValueOf } from '../../inspect/state-value.js';
import { PROCESS_KEY, type InspectedActor } from '../../inspect/stately-inspector.js';
import { exchangeChart, sessionChart } from '../../session/index.js';
import { isOver, type ClientTransitionMessage } from '../../client/diagnostics.js';
import type { TransitionMessage } from '../../diagnostics.js';
import type { Recording } from '../model/shapes.js';
import type { ChangeRing, Mark, RecordedChange } from './change-ring.js';
import type { ClientSeat, ClientTap } from './client-tap.js';
import { firstStatesIn, requestsIn, type FirstStates } from './first-states.js';
import type { Incident } from './incidents.js';
import { ReplaySink } from './replay-sink.js';
import type { RequestTexts } from './request-texts.js';
import type { ServerSeat, ServerSeats } from './server-seats.js';
import type { SeatParent, SessionSeat } from './session-seat.js';
import type { SessionTap } from './session-tap.js';
import { withoutQuery } from '../model/without-queries.js';

/** A client that is recorded no more; without a number, all of them. */
export interface ClientExit {
  readonly mark: Mark;
  readonly clientId: number | undefined;
}

/** What was recorded. */
export interface Recorded {
  readonly ring: ChangeRing;
  readonly texts: RequestTexts;
  readonly sessions: SessionTap;
  readonly clients: ClientTap;
  readonly servers: ServerSeats;
  readonly exits: readonly ClientExit[];
  readonly incidents: readonly Incident[];
  readonly startedAt: Mark;
  /** `null` while it is recorded. */
  readonly endedAt: Mark | null;
  readonly hasQueries: boolean;
}

/** What happened beside the changes in the ring. */
interface Note {
  readonly mark: Mark;
  readonly apply: () => void;
}

/**
 * Lets everything that is remembered happen once more, before a model whose clock shows the time of then: what comes of it
 * is what the page would have recorded, by the same code.
 */
export class Replay {
  readonly #recorded: Recorded;
  readonly #sink: ReplaySink;
  readonly #clients: InspectedClients;
  readonly #root: InspectedActor;
  readonly #servers = new Map<number, InspectedActor>();
  readonly #sessions = new Map<number, InspectedSession>();
  /** By the numbers of the pools. */
  readonly #origins = new Map<number, string>();
  readonly #states: ReadonlyMap<number, FirstStates>;

  constructor(recorded: Recorded) {
    this.#recorded = recorded;
    const { ring, startedAt, hasQueries } = recorded;
    this.#states = firstStatesIn(ring);
    const begun = requestsIn(ring, recorded.sessions);
    const begin = ring.oldest === 0 ? startedAt.at : ring.read(ring.oldest).at;
    this.#sink = new ReplaySink(begin, hasQueries, (seat) => ({
      forgotten: seat.request - (begun.get(seat) ?? 0),
      bytesIn: this.#isEarly(seat.first.mark) ? null : seat.first.bytesIn,
    }));
    this.#root = {
      sessionId: PROCESS_KEY,
      id: `process ${String(process.pid)}`,
      logic: { config: { id: 'process' } },
      _parent: undefined,
    };
    this.#clients = new InspectedClients(this.#sink, this.#root);
  }

  /** @param now - when the recording is made */
  recording(now: number): Recording {
    const { ring } = this.#recorded;
    const notes = this.#notes().sort((a, b) => a.mark.order - b.mark.order);
    const early = notes.filter(({ mark }) => mark.place < ring.oldest);
    // What was there before the oldest change that is remembered is there at the beginning.
    if (early.length > 0) this.#sink.now = ring.read(ring.oldest).at;
    for (const { apply } of early) apply();
    for (const change of this.#callsUnderWay()) this.#clients.appear(this.#clientMessageOf(change));
    if (ring.oldest > 0) this.#sink.begin();
    let noted = early.length;
    for (let place = ring.oldest; place <= ring.pushed; place++) {
      for (let note = notes[noted]; note !== undefined && note.mark.place <= place; note = notes[++noted]) {
        this.#sink.now = note.mark.at;
        note.apply();
      }
      if (place < ring.pushed) this.#apply(ring.read(place));
    }
    this.#sink.now = now;
    return this.#sink.recording();
  }

  #isEarly({ place }: Mark): boolean {
    return place < this.#recorded.ring.oldest;
  }

  #notes(): Note[] {
    const { startedAt, servers, clients, sessions, exits, endedAt, incidents } = this.#recorded;
    sessions.forgetOld();
    clients.forgetOld();
    return [
      {
        mark: startedAt,
        apply: () => {
          this.#remember(this.#root, startedAt.at);
          this.#sink.actor(this.#root, { status: 'active' });
        },
      },
      ...servers.all
        .filter(({ last }) => last === null || !this.#isEarly(last.mark))
        .flatMap((seat) => this.#notesOfServer(seat)),
      ...[...clients.ended, ...clients.live.values()].flatMap((seat) => this.#notesOfClient(seat)),
      ...[...sessions.ended, ...sessions.live.values()].flatMap((seat) => this.#notesOfSession(seat)),
      ...incidents
        .filter(({ mark }) => !this.#isEarly(mark))
        .map((incident) => ({ mark: incident.mark, apply: () => this.#sink.happened(incident) })),
      ...exits.map(({ mark, clientId }) => ({ mark, apply: () => this.#clients.leave(clientId) })),
      ...(endedAt === null
        ? []
        : [{ mark: endedAt, apply: () => this.#sink.snapshot(this.#root, { status: 'done' }) }]),
    ];
  }

  #notesOfServer({ id, first, moves, last }: ServerSeat): Note[] {
    const actor: InspectedActor = {
      sessionId: `${PROCESS_KEY}-server-${String(id)}`,
      id: `server ${String(id)}`,
      logic: { config: serverMachine.config },
      _parent: this.#root,
    };
    this.#servers.set(id, actor);
    const valued = (state: string): { value: ReturnType<typeof stateValueOf> } => ({
      value: stateValueOf(state),
    });
    return [
      {
        mark: first.mark,
        apply: () => {
          this.#remember(actor, first.mark.at);
          this.#sink.actor(actor, { status: 'active', ...valued(first.state) });
        },
      },
      ...moves.map(({ mark, state }) => ({
        mark,
        apply: () => this.#sink.snapshot(actor, { status: 'active', ...valued(state) }),
      })),
      ...(last === null
        ? []
        : [
            {
              mark: last.mark,
              apply: () => this.#sink.snapshot(actor, { status: 'done', ...valued(last.state) }),
            },
          ]),
    ];
  }

  // ---- sessions ----------------------------------------------------------------------------------------------------

  #notesOfSession(seat: SessionSeat): Note[] {
    const { id, first, last } = seat;
    const appear = { mark: first.mark, apply: () => this.#appear(seat) };
    if (last === null) return [appear];
    const leave = (): void => {
      this.#sessions.get(id)?.leave();
      this.#sessions.delete(id);
    };
    return [appear, { mark: last.mark, apply: leave }];
  }

  #appear(seat: SessionSeat): void {
    const { id, role, first, last, core, parent } = seat;
    const isEarly = this.#isEarly(first.mark);
    const then = isEarly ? (last ?? core ?? first) : first;
    const known = isEarly ? this.#states.get(seat.key)?.states : undefined;
    const state = known?.get(sessionChart.id) ?? then.state;
    const exchangeState = known?.get(exchangeChart.id) ?? then.exchangeState;
    const facts = { id, role, state, exchangeState, session: seat };
    const session = new InspectedSession(this.#sink, facts, this.#parentOf(parent));
    this.#sessions.set(id, session);
    const [own, exchange, bufferService] = session.actors;
    const since = first.mark.at;
    this.#remember(own, since, seat.moves, core?.since);
    this.#remember(exchange, since, seat.steps, core?.history.lastAt);
    this.#remember(bufferService, since, 0, core?.since);
  }

  #remember(actor: InspectedActor, since: number, transitions = 0, changedAt = since): void {
    this.#sink.remember(actor, { since, transitions, changedAt });
  }

  #parentOf(parent: SeatParent): InspectedActor {
    if (parent === null) return this.#root;
    if (parent.kind === 'server') return this.#servers.get(parent.id) ?? this.#root;
    return this.#clients.placeOf(parent.id) ?? this.#root;
  }

  #apply(change: RecordedChange): void {
    this.#sink.now = change.at;
    if (change.kind === 'server' || change.kind === 'client') {
      this.#sink.change = { change, line: this.#recorded.texts.read(change.text) };
      this.#sessions.get(change.id)?.transitioned(messageOf(change, change.kind, edgeOf(change.edge)));
    } else this.#clients.transitioned(this.#clientMessageOf(change));
  }

  // ---- clients -----------------------------------------------------------------------------------------------------

  #notesOfClient(seat: ClientSeat): Note[] {
    const { first, key, state, chart, id, clientId, poolId, origin } = seat;
    this.#origins.set(poolId, origin);
    const notes: Note[] = [];
    if (this.#isEarly(first)) {
      const then = this.#states.get(key)?.states.get(chart) ?? state;
      const message = { chart, id, clientId, poolId, origin, request: undefined, isOver: false, from: then };
      const appear = (): void => {
        const { actor } = this.#clients.appear(message);
        this.#remember(actor, first.at, seat.moves, seat.movedAt);
      };
      notes.push({ mark: first, apply: appear });
    }
    return notes;
  }

  /** Calls that had been made before the oldest change that is remembered. */
  #callsUnderWay(): RecordedChange[] {
    if (this.#recorded.ring.oldest === 0) return [];
    return [...this.#states.values()]
      .map(({ change }) => change)
      .filter(
        ({ kind, edge }) => kind === 'call' && edgeOf(edge).source !== edgeOf(edge).source.chart.initial,
      );
  }

  #clientMessageOf(change: RecordedChange): ClientTransitionMessage {
    const { kind, id, at, first: clientId, second: poolId } = change;
    const edge = edgeOf(change.edge);
    const line = this.#recorded.texts.read(change.text);
    const [, origin = '', path = ''] = CALL_TARGET.exec(line?.target ?? '') ?? [];
    return {
      ...{ chart: kind as ClientTransitionMessage['chart'], id, clientId, at },
      poolId: kind === 'call' ? undefined : poolId,
      origin: kind === 'call' ? origin : (this.#origins.get(poolId) ?? ''),
      sessionId: undefined,
      request: line === null ? undefined : `${line.method} ${withoutQuery(path)}`,
      event: edge.event as ClientTransitionMessage['event'],
      from: edge.source.name as ClientTransitionMessage['from'],
      to: edge.target.name as ClientTransitionMessage['to'],
      isOver: isOver(edge),
      heldFor: undefined,
    };
  }
}

/** The origin, and what comes after it. */
const CALL_TARGET = /^([a-z][a-z0-9+.-]*:\/\/[^/?#*]*)(.*)$/i;

function messageOf(
  { id, at }: RecordedChange,
  role: 'client' | 'server',
  { source, target, event }: ChartEdge,
): TransitionMessage {
  return {
    ...{ sessionId: id, role, at, heldFor: undefined },
    chart: source.chart.id === sessionChart.id ? 'session' : 'exchange',
    event: event as TransitionMessage['event'],
    from: source.name as TransitionMessage['from'],
    to: target.name as TransitionMessage['to'],
  };
}
