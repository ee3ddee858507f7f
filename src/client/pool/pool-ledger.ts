import type { OriginEvent, OriginTag } from '../../../machines/client/origin.events.js';
import { originMachine } from '../../../machines/client/origin.machine.js';
import type { OriginState } from '../../../machines/client/origin.states.js';
import { ORIGIN_TABLE } from '../../../machines/client/origin.table.js';
import type { PlaceTag } from '../../../machines/client/place.events.js';
import { bindMachine } from '../../chart/actors.js';
import { Chart, OwnedWalk } from '../../chart/index.js';
import { reportFault } from '../../diagnostics.js';
import type { Clock } from '../../transport/index.js';
import type { Ceiling } from './ceiling.js';
import type { IdleOracle } from './idle-oracle.js';
import type { IdleStack } from './idle-stack.js';
import type { Place } from './place.js';
import type { PoolLimits } from './pool-caller.js';
import { PoolCounters } from './pool-counters.js';
import type { PoolPublisher } from './pool-publisher.js';
import { WaitQueue, type Waiter } from './wait-queue.js';

const chart = new Chart(ORIGIN_TABLE);
bindMachine(chart, originMachine);

/** What a pool consists of. */
export interface PoolMembers {
  /** The cap over all pools of a client. */
  readonly ceiling: Ceiling;
  readonly limits: PoolLimits;
  readonly oracle: IdleOracle;
  readonly clock: Clock;
  readonly publisher: PoolPublisher;
}

/** What is known of a pool: where its chart is, its places and calls, and what was counted. */
export abstract class PoolLedger {
  readonly clock: Clock;
  readonly limits: PoolLimits;
  readonly oracle: IdleOracle;
  /** Publishes what happens here. */
  readonly publisher: PoolPublisher;
  readonly counters = new PoolCounters();
  readonly places = new Set<Place>();
  protected readonly ceiling: Ceiling;
  /** The calls that wait. */
  protected readonly calls = new WaitQueue();
  protected readonly idle: IdleStack;
  protected readonly walk: OwnedWalk<PoolLedger, OriginEvent>;

  protected constructor({ ceiling, limits, oracle, clock, publisher }: PoolMembers, idle: IdleStack) {
    this.ceiling = ceiling;
    this.limits = limits;
    this.oracle = oracle;
    this.clock = clock;
    this.publisher = publisher;
    this.idle = idle;
    this.walk = new OwnedWalk<PoolLedger, OriginEvent>(
      chart,
      {
        actions: {},
        services: {},
        transitioned: (pool, edge) => {
          pool.publisher.originMoved(edge);
        },
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
    return this.walk.node.name as OriginState;
  }

  is(tag: OriginTag): boolean {
    return this.walk.is(tag);
  }

  /** How many calls wait. */
  get waiting(): number {
    return this.calls.size;
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
    return this.calls.oldest;
  }

  /** The place of the longest wait among those of all pools; `Infinity` when no call waits. */
  get waitsSince(): number {
    return this.calls.oldestUnserved?.sequence ?? Infinity;
  }

  /** Whether a call waits that a new connection would serve. */
  get wantsPlace(): boolean {
    return this.calls.oldestUnserved !== null && this.places.size < this.limits.maxConnections;
  }

  /** Since when its longest idle connection has been idle: monotonic time in milliseconds. */
  get idleSince(): number {
    return this.idle.bottom?.idleSince ?? Infinity;
  }

  /** Whether another call would have to wait, beyond half of the queue. */
  get needsDrain(): boolean {
    return this.calls.unservedSize * 2 > this.limits.maxQueued;
  }

  /** Whether the queue takes no other call. */
  get isFull(): boolean {
    const { unservedSize } = this.calls;
    if (unservedSize < this.limits.maxQueued || this.idle.size > 0 || this.calls.hasOrphans) return false;
    // A call that no connection is opened for waits because none can be opened.
    return unservedSize > 0 || this.places.size >= this.limits.maxConnections || !this.ceiling.hasRoom;
  }
}
