import { AbortedError, type HTTPSessionError } from '../../errors/index.js';
import { closerOf, mayTryAgain } from './ends.js';
import { IdleStack } from './idle-stack.js';
import { Place } from './place.js';
import type { PoolCaller } from './pool-caller.js';
import { PoolLedger, type PoolMembers } from './pool-ledger.js';
import type { SessionOpener } from './session-opener.js';

/** How far the age of a connection is spread, so that those that were opened together are not renewed together. */
const AGE_SPREAD = 0.1;

/**
 * The connections to one origin, and the calls that wait for them.
 *
 * A call never belongs to a connection before that can take it: the first session that is free, or newly opened, serves
 * the call that has waited longest. A call opens at most one connection, which another call may get. Idle sessions are used last
 * in, first out.
 */
export class ConnectionPool extends PoolLedger {
  readonly #opener: SessionOpener;
  /** Is called when the first call or connection comes, and when the last one is gone. */
  readonly #used: (isUsed: boolean) => void;

  constructor(opener: SessionOpener, members: PoolMembers, used: (isUsed: boolean) => void) {
    super(
      members,
      new IdleStack(() => {
        members.ceiling.noteIdle(this);
      }),
    );
    this.#opener = opener;
    this.#used = used;
  }

  // ---- calls -------------------------------------------------------------------------------------------------------

  /** Serves a call, or lets it wait. The caller has seen to it that the pool takes calls. */
  enqueue(caller: PoolCaller): void {
    this.#wanted();
    const place = this.#takeIdle();
    if (place !== null) {
      this.#reserve(place, caller);
      return;
    }
    this.calls.push(caller);
    caller.queued();
    this.work();
  }

  #wanted(): void {
    if (!this.is('quiet')) return;
    this.walk.send({ type: 'pool.wanted' });
    this.#used(true);
  }

  /** A call leaves: its connect ends as well, unless another call needs it. */
  withdraw(caller: PoolCaller): void {
    const spare = this.calls.withdraw(caller);
    if (spare !== null) {
      spare.closing = 'unwanted';
      this.#gone(spare, 'place.unwanted');
      this.work();
    }
    this.#noteUse();
  }

  /** A call whose connection was lost before anything was answered waits again, in its old place. */
  putBack(caller: PoolCaller): void {
    this.#wanted();
    caller.place = null;
    this.calls.putBack(caller);
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
  heed(place: Place, field: string | null, now: number): void {
    if (place.idleFor > 0) this.oracle.survivedIdle(place.idleFor, now);
    this.oracle.heedHint(field);
    const { idleTimeout, keepsNone } = this.oracle;
    if (keepsNone) this.retire(place, 'requests');
    else place.session?.setKeepAliveTimeout(idleTimeout);
  }

  /** Opens connections ahead, until there are `count`. */
  warm(count: number, settled: (error: HTTPSessionError | null) => void): number {
    this.#wanted();
    let opening = 0;
    while (this.places.size < Math.min(count, this.limits.maxConnections) && this.ceiling.take(this)) {
      opening++;
      const place = this.#seat();
      place.warmed = settled;
      this.calls.orphan(place);
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
      const place = this.calls.size === 0 ? null : this.#takeIdle();
      if (place === null) break;
      this.#serve(place);
    }
    for (;;) {
      const caller = this.calls.oldestUnserved as PoolCaller | null;
      if (caller === null) break;
      if (this.calls.adopt(caller)) continue;
      if (this.places.size >= this.limits.maxConnections || !this.ceiling.take(this)) break;
      const place = this.#seat();
      this.calls.link(caller, place);
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
    this.ceiling.give();
  }

  /** @internal */
  opened(place: Place): void {
    const now = this.clock.now();
    const { connectionAge } = this.limits;
    place.connectTime = now - place.openedAt;
    place.openedAt = place.idleSince = now;
    if (connectionAge > 0) {
      place.retiresAt = now + connectionAge * (1 + AGE_SPREAD * (2 * Math.random() - 1));
    }
    this.counters.opened++;
    this.calls.forget(place);
    this.walk.send({ type: 'connect.succeeded' });
    place.send('session.opened');
    place.settleWarming(null);
    this.#serveOrRest(place);
  }

  /** @internal */
  openFailed(place: Place, error: HTTPSessionError): void {
    this.counters.refused++;
    this.calls.forget(place);
    const caller = place.waiter as PoolCaller | null;
    this.walk.send({ type: 'connect.failed' });
    place.closing = 'failed';
    // Before the place is free, or its next user would be the call that has just failed.
    const isOver = caller !== null && !mayTryAgain(caller, place, error);
    if (isOver) this.calls.remove(caller);
    else if (caller !== null) this.calls.unlink(caller);
    if (caller !== null) caller.place = null;
    place.waiter = null;
    place.settleWarming(error);
    this.#gone(place, 'session.ended');
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
    // It may serve again at once, without having rested.
    place.idleSince = this.clock.now();
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
      place.idleSince = this.clock.now();
      place.send('place.release');
      this.#serveOrRest(place);
      return;
    }
    const now = this.clock.now();
    place.requests++;
    if (place.requests > 1) {
      this.counters.reused++;
      place.idleFor = now - place.idleSince;
    }
    place.send('request.begin');
    const { connectionRequests } = this.limits;
    if (connectionRequests > 0 && place.requests >= connectionRequests) this.retire(place, 'requests');
    caller.begin(session, place, now);
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
    const isServing = place.is('serving');
    const { session } = place;
    if (place.is('idle')) this.#idleEnded(place);
    if (place.is('unread') && session?.endedBy === 'timeout') {
      this.counters.abandoned++;
      place.closing ??= 'unread';
    }
    place.closing ??= closerOf(session);
    place.waiter = null;
    session?.setHolder(null);
    this.#gone(place, 'session.ended');
    // One that has served may still hold what its caller has not read.
    if (!isServing) session?.dispose();
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
    const place = this.idle.bottom;
    if (place === null) return;
    this.idle.remove(place);
    place.closing = 'unwanted';
    this.#gone(place, 'place.unwanted');
    this.#noteRoom();
    this.#noteUse();
  }

  // ---- the end -----------------------------------------------------------------------------------------------------

  /** Finishes the calls it has; takes no others. */
  drain(): void {
    this.walk.send({ type: 'pool.drain' });
    if (this.calls.size === 0) this.#sendHome();
    this.#noteUse();
  }

  /** Ends everything now. Calls that wait are refused with an error; exchanges in progress are aborted. */
  close(refusal: (caller: PoolCaller) => HTTPSessionError): void {
    this.walk.send({ type: 'pool.close' });
    for (let caller = this.calls.oldest; caller !== null; caller = this.calls.oldest) {
      this.calls.remove(caller);
      caller.place = null;
      (caller as PoolCaller).refused(refusal(caller as PoolCaller));
    }
    for (const place of [...this.places]) {
      const caller = place.is('reserved') ? (place.waiter as PoolCaller | null) : null;
      this.idle.remove(place);
      place.closing ??= 'aborted';
      this.#gone(place, 'pool.close');
      if (caller !== null) caller.refused(refusal(caller));
    }
    this.ceiling.forget(this);
    this.#used(false);
  }

  /** No call waits any more: what is idle closes, and what is busy will. */
  #sendHome(): void {
    for (const place of [...this.places]) {
      if (place.is('reserved')) continue;
      this.idle.remove(place);
      this.calls.forget(place);
      place.closing ??= 'drain';
      if (place.is('serving')) place.send('pool.drain');
      else this.#gone(place, 'pool.drain');
    }
  }

  // ---- within ------------------------------------------------------------------------------------------------------

  /** An idle session that can be used; those that have become too old are closed on the way. */
  #takeIdle(): Place | null {
    for (let place = this.idle.take(); place !== null; place = this.idle.take()) {
      if (this.#isSpent(place)) {
        place.closing = 'age';
        this.#gone(place, 'age.reached');
      } else if (place.session?.available === true) return place;
      else this.ended(place);
    }
    return null;
  }

  #serveOrRest(place: Place): void {
    if (this.ceiling.isOwed(this)) {
      if (place.waiter !== null) this.calls.unlink(place.waiter);
      place.closing = 'unwanted';
      this.#gone(place, 'place.unwanted');
      this.work();
      return;
    }
    if (this.calls.size > 0) {
      this.#serve(place);
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
    place.hold(false);
    this.idle.push(place);
    if (this.idle.size > this.limits.maxIdleConnections) this.closeLongestIdle();
  }

  /** Serves who has waited longest. */
  #serve(place: Place): void {
    this.#reserve(place, this.calls.take(place) as PoolCaller);
  }

  #reserve(place: Place, caller: PoolCaller): void {
    caller.assigned();
    place.reserve(caller);
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
    if (place.warmed !== null)
      place.settleWarming(new AbortedError('the connection was given up before it was open'));
    const reason = place.closing ?? 'server';
    if (place.session !== null && event !== 'session.switched') this.counters.closed[reason]++;
    this.publisher.placeGone(place, event === 'session.switched' ? 'switched' : reason);
  }

  #isSpent(place: Place): boolean {
    return place.retiresAt !== null && this.clock.now() >= place.retiresAt;
  }

  #retire(place: Place): void {
    if (place.is('serving') && !place.is('retiring')) this.retire(place, 'age');
  }

  #idleEnded(place: Place): void {
    this.idle.remove(place);
    const endedBy = place.session?.endedBy;
    if (endedBy === 'fin' || endedBy === 'rst') {
      this.oracle.serverClosedIdle(this.clock.now() - place.idleSince);
    }
  }

  #noteRoom(): void {
    const isFull = this.places.size >= this.limits.maxConnections;
    if (isFull !== this.is('full')) this.walk.send({ type: isFull ? 'places.full' : 'places.free' });
  }

  #noteUse(): void {
    if (this.is('draining') && this.calls.size === 0) this.#sendHome();
    if (this.places.size > 0 || this.calls.size > 0 || this.is('quiet') || this.is('closed')) return;
    this.walk.send({ type: 'pool.unused' });
    this.ceiling.forget(this);
    this.#used(false);
  }
}
