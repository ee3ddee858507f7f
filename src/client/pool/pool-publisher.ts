import type { ChartEdge } from '../../chart/index.js';
import type { Clock } from '../../transport/index.js';
import {
  clientWatches,
  hasClientWatchers,
  pools,
  publishClientMove,
  publishFinding,
  type ClientMove,
  type ConnectionCloser,
  type ConnectionMessage,
  type IdleFinding,
  type WatchedPool,
} from '../diagnostics.js';

/** What is published of a place. */
interface PublishedPlace {
  readonly id: number;
  readonly session: { readonly id: number } | null;
  /** When its connection was opened, in monotonic milliseconds. */
  readonly openedAt: number;
  /** How many requests were sent on its connection. */
  readonly requests: number;
}

let lastPoolId = 0;

/** Publishes what happens in a pool. Without a subscriber each call is a comparison or two. */
export class PoolPublisher implements WatchedPool {
  readonly id = ++lastPoolId;
  readonly clientId: number;
  readonly origin: string;
  readonly #clock: Clock;
  /** When places entered their states, in monotonic milliseconds; only while there are subscribers. */
  readonly #since = new WeakMap<PublishedPlace, number>();

  constructor(clientId: number, origin: string, clock: Clock) {
    this.clientId = clientId;
    this.origin = origin;
    this.#clock = clock;
  }

  /** Whether the transition of a place would be published. */
  get isHeard(): boolean {
    return hasClientWatchers() || pools.hasSubscribers || clientWatches.size > 0;
  }

  /** The pool has made a transition. */
  originMoved(edge: ChartEdge): void {
    if (clientWatches.size > 0)
      for (const watch of clientWatches) watch.poolMoved(this, edge, this.#clock.wallTime());
    if (hasClientWatchers()) publishClientMove(this.#move('origin', this.id), edge);
  }

  /** A place has made a transition. */
  placeMoved(place: PublishedPlace, edge: ChartEdge): void {
    if (clientWatches.size > 0)
      for (const watch of clientWatches) watch.placeMoved(place, this, edge, this.#clock.wallTime());
    if (hasClientWatchers()) this.#publishPlace(place, edge);
    if (pools.hasSubscribers && edge.event === 'session.opened') this.#publishConnection('opened', place);
  }

  #publishPlace(place: PublishedPlace, edge: ChartEdge): void {
    const now = this.#clock.now();
    const since = this.#since.get(place);
    this.#since.set(place, now);
    const { id, session } = place;
    const heldFor = since === undefined ? undefined : now - since;
    publishClientMove({ ...this.#move('place', id), sessionId: session?.id, heldFor }, edge, session);
  }

  #move(chart: 'origin' | 'place', id: number): ClientMove {
    return {
      chart,
      id,
      clientId: this.clientId,
      poolId: this.id,
      origin: this.origin,
      sessionId: undefined,
      request: undefined,
      at: this.#clock.wallTime(),
      heldFor: undefined,
    };
  }

  /** A place is free: its connection was closed, has left the pool, or was never opened. */
  placeGone(place: PublishedPlace, closedBy: ConnectionCloser | 'switched'): void {
    if (!pools.hasSubscribers) return;
    this.#publishConnection(place.session === null ? 'refused' : 'closed', place, closedBy);
  }

  /** The server closes idle connections before the client does. */
  found(finding: IdleFinding): void {
    publishFinding(this.origin, finding, this.#clock.wallTime());
  }

  #publishConnection(
    kind: ConnectionMessage['kind'],
    place: PublishedPlace,
    closedBy?: ConnectionCloser | 'switched',
  ): void {
    pools.publish({
      kind,
      origin: this.origin,
      placeId: place.id,
      sessionId: place.session?.id,
      at: this.#clock.wallTime(),
      duration: kind === 'closed' ? this.#clock.now() - place.openedAt : undefined,
      requests: place.requests,
      closedBy,
    });
  }
}
