import { callListener } from '../diagnostics.js';
import { describeValue } from '../errors/index.js';
import type { ChartActor } from './looking.js';

/** What `subscribe` takes, by its type: callbacks can be left out. */
const OBSERVERS: ReadonlySet<string> = new Set(['function', 'object', 'undefined']);

/** Actors that were handed out, and so are safe to subscribe to. */
const guardedActors = new WeakSet<ChartActor>();

/**
 * An actor as users get it, with a safe `subscribe`: what an observer throws is reported as a fault. XState rethrows it from a timer, which would end the process and every other session (xstate#3645).
 *
 * @param sessionId - the session that the actor belongs to, for the report.
 */
export function guardedActor(actor: ChartActor, sessionId?: number): ChartActor {
  if (guardedActors.has(actor)) return actor;
  guardedActors.add(actor);
  const subscribe = actor.subscribe.bind(actor) as (...observers: unknown[]) => { unsubscribe(): void };
  const guard = (callback: unknown): unknown =>
    typeof callback !== 'function'
      ? callback
      : (...values: unknown[]): void => {
          callListener(callback as (...given: unknown[]) => unknown, values, sessionId);
        };
  const guarded = (first: unknown, ...rest: unknown[]): { unsubscribe(): void } => {
    if (first === null || !OBSERVERS.has(typeof first)) {
      throw new TypeError(
        `subscribe(): the observer must be a function or an object (got ${describeValue(first)})`,
      );
    }
    if (typeof first !== 'object') return subscribe(...[first, ...rest].map(guard));
    const { next, error, complete } = first as Record<string, unknown>;
    const bound = [next, error, complete].map((callback) =>
      typeof callback === 'function' ? guard(callback.bind(first)) : undefined,
    );
    return subscribe(...bound);
  };
  actor.subscribe = guarded as typeof actor.subscribe;
  return actor;
}
