import type { Place } from './place.js';

let lastSequence = 0;

/** A call that waits for a session. Who waits is in exactly one list of its queue. */
export abstract class Waiter {
  /** Counts all waiters of the process: the smallest has waited longest. */
  readonly sequence = ++lastSequence;
  /** Since when it waits: monotonic time in milliseconds. */
  abstract readonly waitingSince: number;
  /** @internal */
  list: WaiterList | null = null;
  /** @internal */
  previous: Waiter | null = null;
  /** @internal */
  next: Waiter | null = null;
  /** The place that is being connected for it, or that is reserved for it. */
  place: Place | null = null;
}

/** Waiters in the order of their sequence, linked through themselves: all operations take the same time at any length. */
class WaiterList {
  head: Waiter | null = null;
  tail: Waiter | null = null;
  size = 0;

  /** Inserts a waiter at its place, found from the front: for what returns to the queue. */
  insertFromFront(waiter: Waiter): void {
    let next = this.head;
    while (next !== null && next.sequence < waiter.sequence) next = next.next;
    this.#insert(waiter, next === null ? this.tail : next.previous, next);
  }

  /** Inserts a waiter at its place, found from the back: for what has come last. */
  insertFromBack(waiter: Waiter): void {
    let previous = this.tail;
    while (previous !== null && previous.sequence > waiter.sequence) previous = previous.previous;
    this.#insert(waiter, previous, previous === null ? this.head : previous.next);
  }

  #insert(waiter: Waiter, previous: Waiter | null, next: Waiter | null): void {
    waiter.list = this;
    waiter.previous = previous;
    waiter.next = next;
    if (previous === null) this.head = waiter;
    else previous.next = waiter;
    if (next === null) this.tail = waiter;
    else next.previous = waiter;
    this.size++;
  }

  remove(waiter: Waiter): void {
    const { previous, next } = waiter;
    if (previous === null) this.head = next;
    else previous.next = next;
    if (next === null) this.tail = previous;
    else next.previous = previous;
    waiter.list = waiter.previous = waiter.next = null;
    this.size--;
  }
}

/**
 * The calls that wait for a session of one pool, oldest first. Some have a place that is being connected for them. It
 * serves the oldest call when it opens, whichever that is; its failure is the answer for the call that it belongs to.
 *
 * The two kinds are in two lists, so the first call without a place of its own is found at once.
 */
export class WaitQueue {
  readonly #connecting = new WaiterList();
  readonly #unserved = new WaiterList();
  /** Places that are being connected and that no call waits for: a later call gets one of them. */
  readonly #orphans = new Set<Place>();

  /** How many wait. */
  get size(): number {
    return this.#connecting.size + this.#unserved.size;
  }

  /** How many wait that no connection is being opened for. */
  get unservedSize(): number {
    return this.#unserved.size;
  }

  /** Who has waited longest. */
  get oldest(): Waiter | null {
    const [one, other] = [this.#connecting.head, this.#unserved.head];
    if (one === null || other === null) return one ?? other;
    return one.sequence < other.sequence ? one : other;
  }

  /** Who has waited longest of those that no connection is being opened for. */
  get oldestUnserved(): Waiter | null {
    return this.#unserved.head;
  }

  /** Adds the call that has come last. */
  push(waiter: Waiter): void {
    this.#unserved.insertFromBack(waiter);
  }

  /** Puts a call back where it was: its session was gone before anything was sent. */
  putBack(waiter: Waiter): void {
    this.#unserved.insertFromFront(waiter);
  }

  /** Whether a call waits in this queue. */
  has(waiter: Waiter): boolean {
    return waiter.list === this.#connecting || waiter.list === this.#unserved;
  }

  /** Removes a call. */
  remove(waiter: Waiter): void {
    waiter.list?.remove(waiter);
  }

  /** Connects a place for a waiting call. */
  link(waiter: Waiter, place: Place): void {
    waiter.list?.remove(waiter);
    waiter.place = place;
    place.waiter = waiter;
    this.#connecting.insertFromBack(waiter);
  }

  /** Lets a waiting call be without a place again. */
  unlink(waiter: Waiter): void {
    if (waiter.place === null) return;
    waiter.place.waiter = null;
    waiter.place = null;
    if (!this.has(waiter)) return;
    this.remove(waiter);
    this.putBack(waiter);
  }

  // ---- places that are being connected ---------------------------------------------------------------------------

  /** Whether a connection is being opened that no call waits for. */
  get hasOrphans(): boolean {
    return this.#orphans.size > 0;
  }

  /** A connection is being opened that no call waits for. */
  orphan(place: Place): void {
    this.#orphans.add(place);
  }

  /** A place is not being connected any more. */
  forget(place: Place): void {
    this.#orphans.delete(place);
  }

  /** Gives a waiting call a connection that is being opened and that no call waits for; `false` when there is none. */
  adopt(waiter: Waiter): boolean {
    const [orphan] = this.#orphans;
    if (orphan === undefined) return false;
    this.#orphans.delete(orphan);
    this.link(waiter, orphan);
    return true;
  }

  /**
   * Takes the call that has waited longest, for a place that can serve it. If the place was opened for another call, that
   * gets the place which is being opened for the one that is served.
   */
  take(place: Place): Waiter {
    const waiter = this.oldest as Waiter;
    const { waiter: owner } = place;
    const { place: own } = waiter;
    this.remove(waiter);
    if (owner === waiter) return waiter;
    if (own !== null) own.waiter = null;
    if (owner !== null) this.unlink(owner);
    if (own === null) return waiter;
    const next = owner ?? this.oldestUnserved;
    if (next === null) this.#orphans.add(own);
    else this.link(next, own);
    return waiter;
  }

  /**
   * Removes a call that waits, or that a place is reserved for. Its connection goes to a call that has none. If there is no
   * such call, one connection too many is being opened: the youngest is to be given up.
   *
   * @returns the place to give up; `null` for none.
   */
  withdraw(waiter: Waiter): Place | null {
    const { place } = waiter;
    const wasQueued = this.has(waiter);
    this.remove(waiter);
    waiter.place = null;
    if (place === null) return null;
    place.waiter = null;
    if (!wasQueued) return null;
    const next = this.oldestUnserved;
    if (next !== null) {
      this.link(next, place);
      return null;
    }
    const youngest = this.#connecting.tail;
    const spare = youngest?.place ?? null;
    if (youngest === null || spare === null) return place;
    this.unlink(youngest);
    this.link(youngest, place);
    return spare;
  }
}
