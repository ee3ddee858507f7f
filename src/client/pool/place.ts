import type { PlaceAction, PlaceEvent, PlaceTag } from '../../../machines/client/place.events.js';
import { placeMachine } from '../../../machines/client/place.machine.js';
import type { PlaceState } from '../../../machines/client/place.states.js';
import { PLACE_TABLE } from '../../../machines/client/place.table.js';
import { bindMachine } from '../../chart/actors.js';
import {
  Chart,
  looking,
  lookIfInspected,
  sendTo,
  type ChartNode,
  type ChartWalk,
  type Implementation,
  type Look,
} from '../../chart/index.js';
import { reportFault } from '../../diagnostics.js';
import type { HTTPSessionError } from '../../errors/index.js';
import type { ConnectionCloser } from '../diagnostics.js';
import type { SessionHolder } from '../../session/index.js';
import type { ConnectionPool } from './connection-pool.js';
import type { PooledSession } from './pooled-session.js';
import type { Opening, SessionOpener } from './session-opener.js';
import type { Waiter } from './wait-queue.js';

const chart = new Chart(PLACE_TABLE);
bindMachine(chart, placeMachine);

const actions: Record<PlaceAction, (place: Place) => void> = {
  closeSession: (place) => {
    place.closeSession();
  },
  abortSession: (place) => {
    place.abortSession();
  },
  freePlace: (place) => {
    place.pool.free(place);
  },
};

const implementation: Implementation<Place, PlaceEvent> = {
  actions,
  services: {},
  transitioned: (place, edge) => {
    place.pool.publisher.placeMoved(place, edge);
  },
  failed: (_place, error) => {
    reportFault('implementation', error);
  },
};

let lastId = 0;

/**
 * The seat of one session in a pool. Walks the place chart; the pool decides who is served.
 *
 * A place is all that a pool adds to an idle connection, so it holds no more than the pool needs.
 */
export class Place implements ChartWalk<PlaceEvent>, Opening, SessionHolder {
  readonly id = ++lastId;
  readonly pool: ConnectionPool;
  node: ChartNode = chart.initial;
  queue: PlaceEvent[] | null = null;
  look: Look<PlaceEvent> | null = null;
  /** `null` until it is connected. */
  session: PooledSession | null = null;
  /** The call that it is connected for, that it is reserved for, or that it serves. */
  waiter: Waiter | null = null;
  /** Neighbours among the idle places. */
  above: Place | null = null;
  below: Place | null = null;
  /** What opening the connection took, in milliseconds. */
  connectTime = 0;
  /** When the connection was opened, became idle last, and is too old if ever: monotonic time in milliseconds. */
  openedAt = 0;
  idleSince = 0;
  /** How long it was idle before the request in progress. */
  idleFor = 0;
  retiresAt: number | null = null;
  /** How many requests the connection has served. */
  requests = 0;
  /** What closed it, where that is known before it is closed. */
  closing: ConnectionCloser | null = null;
  connectTimeout = 0;
  /** Who is notified of how opening has ended, when it is opened ahead. */
  warmed: ((error: HTTPSessionError | null) => void) | null = null;
  #cancel: (() => void) | null = null;

  constructor(pool: ConnectionPool) {
    this.pool = pool;
    lookIfInspected(this);
  }

  get chart(): Chart<string> {
    return chart;
  }

  get implementation(): Implementation<never, PlaceEvent> {
    return implementation;
  }

  get owner(): this {
    return this;
  }

  get hasEnded(): boolean {
    return this.is('gone');
  }

  /** The state in the place chart, dotted. */
  get state(): PlaceState {
    return this.node.name as PlaceState;
  }

  is(tag: PlaceTag): boolean {
    return this.node.tags.has(tag);
  }

  send(type: PlaceEvent['type']): void {
    if (
      this.queue === null &&
      this.look === null &&
      looking.inspectors === 0 &&
      !this.pool.publisher.isHeard
    ) {
      const edge = chart.edge(this.node, INDEXES[type]);
      if (edge === null) return;
      // The transitions of every request: nothing to do, and nothing to tell.
      if (edge.effects.length === 0) {
        this.node = edge.target;
        return;
      }
    }
    sendTo(this, EVENTS[type]);
    if (this.is('gone')) this.look?.end();
  }

  settled(): void {
    // The pool looks at a place after it has sent it an event.
  }

  // ---- opening -----------------------------------------------------------------------------------------------------

  /** Opens the connection. */
  open(opener: SessionOpener, connectTimeout: number): void {
    this.connectTimeout = connectTimeout;
    this.openedAt = this.pool.clock.now();
    this.#cancel = opener.open(this);
  }

  opened(session: PooledSession): void {
    this.#cancel = null;
    this.session = session;
    session.setHolder(this);
    this.pool.opened(this);
  }

  failed(error: HTTPSessionError): void {
    this.#cancel = null;
    this.pool.openFailed(this, error);
  }

  /** Reports once how opening has ended, if it was opened ahead. */
  settleWarming(error: HTTPSessionError | null): void {
    const { warmed } = this;
    this.warmed = null;
    warmed?.(error);
  }

  // ---- what the pool asks for --------------------------------------------------------------------------------------

  /** Reserves the session for the waiting call; the pool hears of it in this turn or after the next. */
  reserve(waiter: Waiter): void {
    this.waiter = waiter;
    waiter.place = this;
    this.send('place.reserve');
    this.hold(true);
    this.session?.reserve((isReserved) => {
      this.pool.reserved(this, isReserved);
    });
  }

  /** Whether the socket keeps the process alive: one that only waits for a request does not. */
  hold(isHeld: boolean): void {
    const socket = this.session?.socket() as { ref?(): void; unref?(): void } | null | undefined;
    if (isHeld) socket?.ref?.();
    else socket?.unref?.();
  }

  // ---- what the session reports ------------------------------------------------------------------------------------

  sessionAvailable(): void {
    this.pool.available(this);
  }

  responseUnread(): void {
    this.send('response.head');
  }

  bodyRead(): void {
    this.send('body.read');
  }

  sessionEnded(): void {
    this.pool.ended(this);
  }

  // ---- what the chart does -----------------------------------------------------------------------------------------

  /** @internal */
  closeSession(): void {
    this.#cancelOpening();
    const session = this.#leaveSession();
    session?.close();
    session?.dispose();
  }

  /** @internal */
  abortSession(): void {
    this.#cancelOpening();
    this.#leaveSession()?.dispose();
  }

  #cancelOpening(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #leaveSession(): PooledSession | null {
    const { session } = this;
    session?.setHolder(null);
    return session;
  }
}

/** Events are the same objects every time: none has a payload. */
const EVENTS = Object.fromEntries(chart.events.map((type) => [type, { type }])) as Record<
  PlaceEvent['type'],
  PlaceEvent
>;
const INDEXES = Object.fromEntries(chart.events.map((type, index) => [type, index])) as Record<
  PlaceEvent['type'],
  number
>;
