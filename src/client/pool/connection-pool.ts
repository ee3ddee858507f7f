import type { PlaceTag } from '../../../machines/client/place.events.js';
import type { OriginEvent, OriginTag } from '../../../machines/client/origin.events.js';
import { originMachine } from '../../../machines/client/origin.machine.js';
import type { OriginState } from '../../../machines/client/origin.states.js';
import { ORIGIN_TABLE } from '../../../machines/client/origin.table.js';
import { bindMachine } from '../../chart/actors.js';
import { Chart, OwnedWalk } from '../../chart/index.js';
import { reportFault } from '../../diagnostics.js';
import { TimeoutError, type HTTPSessionError } from '../../errors/index.js';
import type { Clock } from '../../transport/index.js';
import type { Ceiling } from './ceiling.js';
import type { IdleOracle } from './idle-oracle.js';
import { IdleStack } from './idle-stack.js';
import { Place } from './place.js';
import type { ConnectionCloser } from '../diagnostics.js';
import { PoolCounters } from './pool-counters.js';
import type { PoolPublisher } from './pool-publisher.js';
import type { PooledSession } from './pooled-session.js';
import type { SessionOpener } from './session-opener.js';
import { WaitQueue, type Waiter } from './wait-queue.js';

/** What limits a pool, complete and checked. Durations in milliseconds; 0 means none. */
export interface PoolLimits {
  readonly maxConnections: number;
  readonly maxIdleConnections: number;
  readonly maxQueued: number;
  readonly connectTimeout: number;
  readonly connectionAge: number;
  readonly connectionRequests: number;
}

/** A call as a pool sees it: it waits for a session, and gets one or an error. */
export interface PoolCaller extends Waiter {
  /** Milliseconds that a connection for it may take to open; 0 for no limit. */
  readonly connectTimeout: number;
  /** It waits for a connection; nothing of it was sent. */
  queued(): void;
  /** A session is reserved for it, which listens for one turn of the event loop. */
  assigned(): void;
  /** The session takes its request now. */
  begin(session: PooledSession, place: Place): void;
  /** It gets no session. */
  refused(error: HTTPSessionError): void;
}

/** How far the age of a connection is spread, so that those that were opened together are not renewed together. */
const AGE_SPREAD = 0.1;

const chart = new Chart(ORIGIN_TABLE);
bindMachine(chart, originMachine);

/**
 * The connections to one origin, and the calls that wait for them.
 *
 * A call never belongs to a connection before that can take it: the first session that is free, or newly opened, serves
 * whoever has waited longest. A call opens at most one connection, which another call may get. Idle sessions are used last
 * in, first out.
 */
export class ConnectionPool {
  readonly clock: Clock;
  readonly limits: PoolLimits;
  readonly oracle: IdleOracle;
  readonly counters = new PoolCounters();
  /** Publishes what happens here. */
  readonly publisher: PoolPublisher;
  readonly places = new Set<Place>();
  readonly #opener: SessionOpener;
  readonly #ceiling: Ceiling;
  readonly #waiting = new WaitQueue();
  readonly #idle = new IdleStack();
  /** Places that are being connected and that no call waits for any more. */
  readonly #orphans = new Set<Place>();
  readonly #walk: OwnedWalk<ConnectionPool, OriginEvent>;
  /** There is neither a connection nor a call. */
  readonly #unused: (pool: ConnectionPool) => void;

  constructor(
    opener: SessionOpener,
    ceiling: Ceiling,
    limits: PoolLimits,
    oracle: IdleOracle,
    clock: Clock,
    publisher: PoolPublisher,
    unused: (pool: ConnectionPool) => void,
  ) {
    this.#opener = opener;
    this.#ceiling = ceiling;
    this.limits = limits;
    this.oracle = oracle;
    this.clock = clock;
    this.publisher = publisher;
    this.#unused = unused;
    this.#walk = new OwnedWalk<ConnectionPool, OriginEvent>(
      chart,
      {
        actions: {},
        services: {},
        transitioned: () => undefined,
        failed: (_pool, error) => {
          reportFault('implementation', error);
        },
      },
      this,
    );
  }

  // ---- what can be seen ------------------------------------------------------------------------------------------

  /** The state in the origin chart, dotted. */
  get state(): OriginState {
    return this.#walk.node.name as OriginState;
  }

  is(tag: OriginTag): boolean {
    return this.#walk.is(tag);
  }

  /** How many calls wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** How many exchanges are in progress. */
  get serving(): number {
    return this.#count('serving');
  }

  /** How many calls are about to be sent, while their sessions are listened to. */
  get listening(): number {
    return this.#count('reserved');
  }

  #count(tag: PlaceTag): number {
    let count = 0;
    for (const place of this.places) if (place.is(tag)) count++;
    return count;
  }

  /** The call that has waited longest. */
  get oldest(): Waiter | null {
    return this.#waiting.oldest;
  }

  /** The place of the longest wait among those of all pools; `Infinity` when no call waits. */
  get waitsSince(): number {
    return this.#waiting.oldestUnserved?.sequence ?? Infinity;
  }

  /** Whether a call waits that a new connection would serve. */
  get wantsPlace(): boolean {
    return this.#waiting.oldestUnserved !== null && this.places.size < this.limits.maxConnections;
  }

  /** Since when its longest idle connection has been idle: monotonic time in milliseconds. */
  get idleSince(): number {
    return this.#idle.bottom?.idleSince ?? Infinity;
  }

  /** Whether another call would have to wait, beyond half of the queue. */
  get needsDrain(): boolean {
    return this.#waiting.unservedSize * 2 > this.limits.maxQueued;
  }

  /** Whether the queue takes no other call. */
  get isFull(): boolean {
    if (this.#waiting.unservedSize < this.limits.maxQueued) return false;
    return (
      this.#idle.size === 0 && this.#orphans.size === 0 && this.places.size >= this.limits.maxConnections
    );
  }

  // ---- calls -------------------------------------------------------------------------------------------------------

  /** Serves a call, or lets it wait. The caller has seen to it that the pool takes calls. */
  enqueue(caller: PoolCaller): void {
    if (this.is('quiet')) this.#walk.send({ type: 'pool.wanted' });
    const place = this.#takeIdle();
    if (place !== null) {
      this.#reserve(place, caller);
      return;
    }
    this.#waiting.push(caller);
    caller.queued();
    this.work();
  }

  /** A call leaves: its connect ends as well, unless another call needs it. */
  withdraw(caller: PoolCaller): void {
    const { place } = caller;
    const wasQueued = this.#waiting.has(caller);
    this.#waiting.remove(caller);
    caller.place = null;
    if (place !== null) {
      place.waiter = null;
      if (wasQueued) this.#passOn(place, true);
    }
    this.#noteUse();
  }

  /** A call whose connection was lost before anything was answered waits again, in its old place. */
  putBack(caller: PoolCaller): void {
    caller.place = null;
    this.#waiting.putBack(caller);
    caller.queued();
    this.work();
  }

  /** The server's close crossed a request on the way: it is sent again on another connection. */
  replay(caller: PoolCaller, place: Place): void {
    this.counters.replayed++;
    this.oracle.serverClosedIdle(place.idleFor);
    place.waiter = null;
    this.putBack(caller);
  }

  /** Heeds what the server says of idle connections: `Keep-Alive: timeout=5`. */
  heed(place: Place, field: string | null): void {
    this.oracle.heedHint(field);
    const { idleTimeout, keepsNone } = this.oracle;
    if (keepsNone) this.retire(place, 'requests');
    else place.session?.setKeepAliveTimeout(idleTimeout);
  }

  /** Opens connections ahead, until there are `count`. */
  warm(count: number, settled: (place: Place, error: HTTPSessionError | null) => void): number {
    if (this.is('quiet')) this.#walk.send({ type: 'pool.wanted' });
    let opening = 0;
    while (this.places.size < Math.min(count, this.limits.maxConnections) && this.#ceiling.take(this)) {
      opening++;
      const place = this.#seat();
      place.warmed = settled;
      this.#orphans.add(place);
      place.open(this.#opener, this.limits.connectTimeout);
    }
    this.#noteRoom();
    this.#noteUse();
    return opening;
  }

  // ---- places ------------------------------------------------------------------------------------------------------

  /** Serves who waits, as far as there are sessions, and opens connections as far as there is room. */
  work(): void {
    for (;;) {
      const place = this.#waiting.size === 0 ? null : this.#takeIdle();
      if (place === null) break;
      this.#serve(place);
    }
    for (;;) {
      const caller = this.#waiting.oldestUnserved as PoolCaller | null;
      if (caller === null) break;
      const [orphan] = this.#orphans;
      if (orphan !== undefined) {
        this.#orphans.delete(orphan);
        this.#waiting.link(caller, orphan);
        continue;
      }
      if (this.places.size >= this.limits.maxConnections || !this.#ceiling.take(this)) break;
      const place = this.#seat();
      this.#waiting.link(caller, place);
      place.open(this.#opener, caller.connectTimeout);
    }
    this.#noteRoom();
    this.#noteUse();
  }

  #seat(): Place {
    const place = new Place(this);
    this.places.add(place);
    return place;
  }

  /** @internal Called by the place chart, exactly once for each place. */
  free(place: Place): void {
    this.places.delete(place);
    this.#ceiling.give();
  }

  /** @internal */
  opened(place: Place): void {
    const now = this.clock.now();
    const { connectionAge } = this.limits;
    place.openedAt = now;
    if (connectionAge > 0) {
      place.retiresAt = now + connectionAge * (1 + AGE_SPREAD * (2 * Math.random() - 1));
    }
    this.counters.opened++;
    this.#orphans.delete(place);
    this.#walk.send({ type: 'connect.succeeded' });
    place.send('session.opened');
    place.warmed?.(place, null);
    place.warmed = null;
    this.#serveOrRest(place);
  }

  /** @internal */
  openFailed(place: Place, error: HTTPSessionError): void {
    this.counters.refused++;
    this.#orphans.delete(place);
    const caller = place.waiter as PoolCaller | null;
    this.#walk.send({ type: 'connect.failed' });
    place.closing = 'failed';
    // Before the place is free, or its next user would be the call that has just failed.
    const isOver = caller !== null && !mayTryAgain(caller, place, error);
    if (isOver) this.#waiting.remove(caller);
    else if (caller !== null) this.#waiting.unlink(caller);
    if (caller !== null) caller.place = null;
    place.waiter = null;
    this.#gone(place, 'session.ended');
    place.warmed?.(place, error);
    if (isOver) caller.refused(error);
    this.work();
  }

  /** @internal The exchange is over, and the connection can take another one. */
  available(place: Place): void {
    place.waiter = null;
    if (this.#isSpent(place)) this.#retire(place);
    if (place.is('retiring')) {
      this.#gone(place, 'session.available');
      this.work();
      return;
    }
    place.send('session.available');
    this.#serveOrRest(place);
  }

  /** @internal The listening turn is over. */
  reserved(place: Place, isReserved: boolean): void {
    const { session } = place;
    const caller = place.waiter as PoolCaller | null;
    if (!place.is('reserved') || session === null) return;
    if (!isReserved) {
      this.ended(place);
      return;
    }
    if (caller === null) {
      session.release();
      place.send('place.release');
      this.#serveOrRest(place);
      return;
    }
    place.requests++;
    if (place.requests > 1) {
      this.counters.reused++;
      place.idleFor = this.clock.now() - place.idleSince;
    }
    place.send('request.begin');
    const { connectionRequests } = this.limits;
    if (connectionRequests > 0 && place.requests >= connectionRequests) this.retire(place, 'requests');
    caller.begin(session, place);
  }

  /** Makes the request in progress the last one of its connection. */
  retire(place: Place, reason: 'age' | 'requests' | 'drain'): void {
    place.closing ??= reason;
    place.send(reason === 'age' ? 'age.reached' : reason === 'requests' ? 'requests.spent' : 'pool.drain');
  }

  /** @internal The connection has ended. */
  ended(place: Place): void {
    if (place.is('gone')) return;
    const caller = place.waiter as PoolCaller | null;
    const isUnsent = place.is('reserved');
    const { session } = place;
    if (place.is('idle')) this.#idleEnded(place);
    place.closing ??= reasonOf(session);
    place.waiter = null;
    session?.setHolder(null);
    this.#gone(place, 'session.ended');
    if (isUnsent) session?.dispose();
    if (isUnsent && caller !== null) this.putBack(caller);
    else this.work();
  }

  /** @internal The session belongs to its caller now. */
  switched(place: Place): void {
    place.waiter = null;
    place.session?.setHolder(null);
    this.#gone(place, 'session.switched');
    this.work();
  }

  /** Closes the connection that has been idle longest. */
  closeLongestIdle(): void {
    const place = this.#idle.bottom;
    if (place === null) return;
    this.#leaveIdle(place);
    place.closing = 'unwanted';
    this.#gone(place, 'place.unwanted');
    this.#noteRoom();
    this.#noteUse();
  }

  // ---- the end -----------------------------------------------------------------------------------------------------

  /** Finishes the calls it has; takes no others. */
  drain(): void {
    this.#walk.send({ type: 'pool.drain' });
    if (this.#waiting.size === 0) this.#sendHome();
    this.#noteUse();
  }

  /** Ends everything now. Calls that wait are refused with an error; exchanges in progress are aborted. */
  close(refusal: (caller: PoolCaller) => HTTPSessionError): void {
    this.#walk.send({ type: 'pool.close' });
    this.#orphans.clear();
    for (let caller = this.#waiting.oldest; caller !== null; caller = this.#waiting.oldest) {
      this.#waiting.remove(caller);
      caller.place = null;
      (caller as PoolCaller).refused(refusal(caller as PoolCaller));
    }
    for (const place of [...this.places]) {
      const caller = place.is('reserved') ? (place.waiter as PoolCaller | null) : null;
      this.#idle.remove(place);
      place.closing ??= 'aborted';
      this.#gone(place, 'pool.close');
      if (caller !== null) caller.refused(refusal(caller));
    }
    this.#ceiling.forget(this);
    this.#unused(this);
  }

  /** No call waits any more: what is idle closes, and what is busy will. */
  #sendHome(): void {
    for (const place of [...this.places]) {
      if (place.is('reserved')) continue;
      this.#idle.remove(place);
      this.#orphans.delete(place);
      place.closing ??= 'drain';
      if (place.is('serving')) place.send('pool.drain');
      else this.#gone(place, 'pool.drain');
    }
    this.#ceiling.noteIdle(this, false);
  }

  // ---- within ------------------------------------------------------------------------------------------------------

  /** An idle session that can be used; those that have become too old are closed on the way. */
  #takeIdle(): Place | null {
    for (let place = this.#idle.top; place !== null; place = this.#idle.top) {
      this.#leaveIdle(place);
      if (this.#isSpent(place)) {
        place.closing = 'age';
        this.#gone(place, 'age.reached');
      } else if (place.session?.available === true) return place;
      else this.ended(place);
    }
    return null;
  }

  #leaveIdle(place: Place): void {
    this.#idle.remove(place);
    if (this.#idle.size === 0) this.#ceiling.noteIdle(this, false);
  }

  #serveOrRest(place: Place): void {
    if (this.#waiting.size > 0) {
      if (this.#ceiling.isOwed(this)) {
        if (place.waiter !== null) this.#waiting.unlink(place.waiter);
        place.closing = 'unwanted';
        this.#gone(place, 'place.unwanted');
      } else this.#serve(place);
      this.work();
      return;
    }
    if (this.is('draining')) {
      place.closing = 'drain';
      this.#gone(place, 'pool.drain');
      this.#noteUse();
      return;
    }
    this.#rest(place);
  }

  #rest(place: Place): void {
    place.idleSince = this.clock.now();
    place.hold(false);
    this.#idle.push(place);
    this.#ceiling.noteIdle(this, true);
    if (this.#idle.size > this.limits.maxIdleConnections) this.closeLongestIdle();
  }

  /** Serves who has waited longest. */
  #serve(place: Place): void {
    const caller = this.#waiting.oldest as PoolCaller;
    const [owner, own] = [place.waiter, caller.place];
    this.#waiting.remove(caller);
    if (owner !== caller) {
      // The connection was opened for another call: that gets the connection that is being opened for this one.
      if (own !== null) own.waiter = null;
      if (owner !== null) this.#waiting.unlink(owner);
      if (own !== null && owner !== null) this.#waiting.link(owner, own);
      else if (own !== null) this.#passOn(own, false);
    }
    this.#reserve(place, caller);
  }

  #reserve(place: Place, caller: PoolCaller): void {
    caller.assigned();
    place.reserve(caller);
  }

  /**
   * Gives a place that is being connected to the first call that has none. One that no call waits for becomes idle, or
   * `isWithdrawn`: then one connection too many is being opened, and the youngest of them is given up.
   */
  #passOn(place: Place, isWithdrawn: boolean): void {
    const next = this.#waiting.oldestUnserved;
    if (next !== null) {
      this.#waiting.link(next, place);
      return;
    }
    if (!isWithdrawn) {
      this.#orphans.add(place);
      return;
    }
    let spare = place;
    const youngest = this.#waiting.youngestConnecting;
    if (youngest !== null && youngest.place !== null) {
      spare = youngest.place;
      this.#waiting.unlink(youngest);
      this.#waiting.link(youngest, place);
    }
    spare.closing = 'unwanted';
    this.#gone(spare, 'place.unwanted');
    this.work();
  }

  /** Sends an event that ends a place. */
  #gone(
    place: Place,
    event:
      | 'session.ended'
      | 'session.available'
      | 'session.switched'
      | 'place.unwanted'
      | 'age.reached'
      | 'pool.drain'
      | 'pool.close',
  ): void {
    place.send(event);
    const reason = place.closing ?? 'server';
    if (place.session !== null && event !== 'session.switched') this.counters.closed[reason]++;
    this.publisher.placeGone(place, event === 'session.switched' ? 'switched' : reason);
  }

  #isSpent(place: Place): boolean {
    return place.retiresAt !== Infinity && this.clock.now() >= place.retiresAt;
  }

  #retire(place: Place): void {
    if (place.is('serving') && !place.is('retiring')) this.retire(place, 'age');
  }

  #idleEnded(place: Place): void {
    this.#leaveIdle(place);
    const endedBy = place.session?.endedBy;
    if (endedBy === 'fin' || endedBy === 'rst') {
      this.oracle.serverClosedIdle(this.clock.now() - place.idleSince);
    }
  }

  #noteRoom(): void {
    const isFull = this.places.size >= this.limits.maxConnections;
    if (isFull !== this.is('full')) this.#walk.send({ type: isFull ? 'places.full' : 'places.free' });
  }

  #noteUse(): void {
    if (this.is('draining') && this.#waiting.size === 0) this.#sendHome();
    if (this.places.size > 0 || this.#waiting.size > 0 || this.is('quiet') || this.is('closed')) return;
    this.#walk.send({ type: 'pool.unused' });
    this.#ceiling.forget(this);
    this.#unused(this);
  }
}

/** A connect that was given less time than a call wants is not the answer for that call. */
function mayTryAgain(caller: PoolCaller, place: Place, error: HTTPSessionError): boolean {
  if (!(error instanceof TimeoutError) || place.connectTimeout === 0) return false;
  return caller.connectTimeout === 0 || caller.connectTimeout > place.connectTimeout;
}

function reasonOf(session: PooledSession | null): ConnectionCloser {
  switch (session?.endedBy) {
    case 'timeout':
      return 'idle';
    case 'parse':
      return 'surplus';
    case 'local':
      return 'aborted';
    default:
      return 'server';
  }
}
