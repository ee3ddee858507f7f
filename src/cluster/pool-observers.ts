import type { PoolState } from '../../machines/cluster/pool.states.js';
import type { WorkerState } from '../../machines/cluster/worker.states.js';
import { describeValue, KnownNames } from '../errors/index.js';
import { callListener } from '../diagnostics.js';
import type { WorkerError } from '../errors/index.js';
import type { WorkerInfo } from './pool-worker.js';

/** The events of a pool. */
export interface PoolEvents {
  /** The pool has entered another state. */
  readonly transition: { readonly from: PoolState; readonly to: PoolState };
  /** A worker has entered another state. */
  readonly worker: WorkerInfo & { readonly from: WorkerState };
  /** A worker ended unasked. It is replaced unless the pool is draining. */
  readonly crashed: WorkerError;
  /** The pool gives up: it drains what it has, and stops. */
  readonly failed: WorkerError;
}

/** A listener. An error that it throws is reported as a fault and changes nothing. */
export type PoolListener<TName extends keyof PoolEvents> = (event: PoolEvents[TName]) => void;

const EVENTS = new KnownNames('event', [
  'transition',
  'worker',
  'crashed',
  'failed',
] satisfies (keyof PoolEvents)[]);

/** The listeners of one pool. */
export class PoolObservers {
  readonly #listeners = new Map<keyof PoolEvents, Set<PoolListener<never>>>();

  on<TName extends keyof PoolEvents>(name: TName, listener: PoolListener<TName>): () => void {
    EVENTS.check(name);
    if (typeof listener !== 'function')
      throw new TypeError(`on(): the listener must be a function (got ${describeValue(listener)})`);
    const listeners = this.#listeners.get(name) ?? new Set();
    listeners.add(listener);
    this.#listeners.set(name, listeners);
    return () => listeners.delete(listener);
  }

  emit<TName extends keyof PoolEvents>(name: TName, event: PoolEvents[TName]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) callListener(listener, [event as never]);
  }
}
