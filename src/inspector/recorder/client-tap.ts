import type { ChartEdge } from '../../chart/index.js';
import { clientWatches, isOver, type ClientWatch, type WatchedPool } from '../../client/diagnostics.js';
import { keyOf, type ChangeRing, type Mark } from './change-ring.js';
import type { RequestTexts } from './request-texts.js';

/** What is kept of a pool or a place as long as it is there, and has changes in the ring. */
export interface ClientSeat {
  readonly chart: 'origin' | 'place';
  readonly id: number;
  readonly key: number;
  readonly clientId: number;
  /** Of a place: the number of its pool. */
  readonly poolId: number;
  readonly origin: string;
  readonly first: Mark;
  readonly from: string;
  state: string;
  movedAt: number;
  moves: number;
  /** `null` while it is not over. */
  last: Mark | null;
}

/** From so many seats of what is over on, those are removed that have no changes in the ring. */
const MANY = 256;

/** What a client tap asks and reports. */
export interface ClientTapObserver {
  hasClient(clientId: number): boolean;
  /** A place has a session. */
  connected(session: object, placeId: number): void;
}

/** Writes what clients do into a ring: their pools, the places of these, and calls. */
export class ClientTap implements ClientWatch {
  /** Those that are not over, by their keys. */
  readonly live = new Map<number, ClientSeat>();
  readonly #ring: ChangeRing;
  readonly #texts: RequestTexts;
  readonly #observer: ClientTapObserver;
  #ended: ClientSeat[] = [];

  constructor(ring: ChangeRing, texts: RequestTexts, observer: ClientTapObserver) {
    this.#ring = ring;
    this.#texts = texts;
    this.#observer = observer;
    clientWatches.add(this);
  }

  get ended(): readonly ClientSeat[] {
    return this.#ended;
  }

  poolMoved(pool: WatchedPool, edge: ChartEdge, at: number): void {
    this.#move('origin', pool.id, pool, edge, at);
  }

  placeMoved(
    place: { readonly id: number; readonly session: object | null },
    pool: WatchedPool,
    edge: ChartEdge,
    at: number,
  ): void {
    const isKnown = this.#move('place', place.id, pool, edge, at);
    if (isKnown && place.session !== null && !isOver(edge)) this.#observer.connected(place.session, place.id);
  }

  callMoved(
    call: { readonly id: number; readonly method: string; readonly target: string },
    { clientId, origin }: Pick<WatchedPool, 'clientId' | 'origin'>,
    edge: ChartEdge,
    at: number,
  ): void {
    if (!this.#observer.hasClient(clientId)) return;
    const isFirst = edge.source === edge.source.chart.initial;
    const text = isFirst ? this.#texts.write(call.method, call.target, origin) : 0;
    this.#ring.push(at, keyOf('call', call.id) + edge.id, clientId, 0, 0, text);
  }

  #move(chart: 'origin' | 'place', id: number, pool: WatchedPool, edge: ChartEdge, at: number): boolean {
    const { clientId, origin } = pool;
    if (!this.#observer.hasClient(clientId)) return false;
    const key = keyOf(chart, id);
    let seat = this.live.get(key);
    if (seat === undefined) {
      const sight = { first: this.#ring.mark(at), from: edge.source.name, state: '', movedAt: at };
      seat = { chart, id, key, clientId, poolId: pool.id, origin, ...sight, moves: 0, last: null };
      this.live.set(key, seat);
    }
    seat.state = edge.target.name;
    seat.movedAt = at;
    seat.moves++;
    this.#ring.push(at, key + edge.id, clientId, pool.id, 0, 0);
    if (isOver(edge)) this.#end(seat, at);
    return true;
  }

  #end(seat: ClientSeat, at: number): void {
    this.live.delete(seat.key);
    seat.last = this.#ring.mark(at);
    this.#ended.push(seat);
    if (this.#ended.length % MANY === 0) this.forgetOld();
  }

  /** Forgets what is over and has no changes in the ring any more. */
  forgetOld(): void {
    const { oldest } = this.#ring;
    this.#ended = this.#ended.filter(({ last }) => last !== null && last.place > oldest);
  }

  /** Stops recording a client, or all of them; what has been recorded stays. */
  leave(at: number, clientId?: number): void {
    for (const seat of [...this.live.values()]) {
      if (clientId === undefined || seat.clientId === clientId) this.#end(seat, at);
    }
  }

  close(): void {
    clientWatches.delete(this);
  }
}
