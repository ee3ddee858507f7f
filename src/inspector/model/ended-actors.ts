import type { ActorEntry } from './actor-entry.js';
import { Recency } from './recency.js';

/** Those of one chart, the oldest end first. */
type Share = Recency<ActorEntry>;

/**
 * The actors that have ended, by their charts. Where one has to go, it is of the chart that has the most: so the calls and
 * places of a busy client do not push out its sessions.
 */
export class EndedActors {
  readonly #shares = new Map<string | null, Share>();
  /** The shares of each size, that which has had it for longest first. */
  readonly #bySize = new Map<number, Set<Share>>();
  #largest = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds one that is not there. */
  add(entry: ActorEntry): void {
    let share = this.#shares.get(entry.chart);
    if (share === undefined) this.#shares.set(entry.chart, (share = new Recency()));
    share.use(entry);
    this.#size++;
    this.#sort(share, share.size - 1);
  }

  /** Removes one, before it gets another chart. */
  delete(entry: ActorEntry): void {
    const share = this.#shares.get(entry.chart);
    if (share?.delete(entry) === true) this.#shrunk(share, entry.chart);
  }

  /** Takes the one out that has to go first. */
  takeNext(): ActorEntry | undefined {
    const [share] = this.#bySize.get(this.#largest) ?? [];
    const entry = share?.takeOldest();
    if (share !== undefined && entry !== undefined) this.#shrunk(share, entry.chart);
    return entry;
  }

  #shrunk(share: Share, chart: string | null): void {
    this.#size--;
    this.#sort(share, share.size + 1);
    if (share.size === 0) this.#shares.delete(chart);
  }

  /** The size of a share has changed by one: so has the largest, if at all. */
  #sort(share: Share, before: number): void {
    const left = this.#bySize.get(before);
    left?.delete(share);
    if (left?.size === 0) this.#bySize.delete(before);
    const { size } = share;
    if (size > 0) {
      const same = this.#bySize.get(size);
      if (same === undefined) this.#bySize.set(size, new Set([share]));
      else same.add(share);
    }
    if (size > this.#largest || !this.#bySize.has(this.#largest)) this.#largest = size;
  }
}
