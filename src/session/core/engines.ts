import { sessionMachine } from '../../../machines/session.machine.js';
import { provideChart, type ChartActor, type ChartNode } from '../../chart/index.js';
import { callListener, reportFault } from '../../diagnostics.js';
import { sessionChart } from './charts.js';
import { sessionImplementation } from './implementation.js';
import type { SessionLedger } from './ledger.js';
import type { SessionCore } from './session-core.js';

/**
 * Runs a session under XState's stock interpreter: the user's function gets the machine with everything provided and
 * returns a started actor. The chart is walked beside it only to name the transitions in the history.
 */
export function startStockActor(
  core: SessionCore,
  engine: (machine: typeof sessionMachine) => unknown,
): ChartActor {
  const actor = engine(provideChart(sessionMachine, sessionImplementation, core)) as ChartActor;
  const sent: string[] = [];
  const send = actor.send.bind(actor);
  actor.send = (event) => {
    sent.push(event.type);
    send(event);
  };
  let node: ChartNode = sessionChart.initial;
  // The stock interpreter notifies observers of every event it processed, ignored ones included, in order.
  actor.subscribe({
    next: () => {
      const edge = sessionChart.edge(node, sessionChart.indexOf(sent.shift() ?? ''));
      if (edge === null) return;
      node = edge.target;
      sessionImplementation.transitioned(core, edge);
    },
    error: (error) => {
      reportFault('implementation', error, core.id);
    },
  });
  return actor;
}

/** Actors that were handed out, and so are safe to subscribe to. */
const guardedActors = new WeakSet<ChartActor>();

/**
 * The actor of a session for a user, with an error observer and a safe `subscribe`: what an observer throws is reported
 * as a fault. XState rethrows it from a timer, which would end the process and every other session (xstate#3645).
 */
export function guardedActor({ actor, id: sessionId }: Pick<SessionLedger, 'actor' | 'id'>): ChartActor {
  if (guardedActors.has(actor)) return actor;
  guardedActors.add(actor);
  actor.subscribe({
    error: (error) => {
      reportFault('implementation', error, sessionId);
    },
  });
  const subscribe = actor.subscribe.bind(actor) as (...observers: unknown[]) => { unsubscribe(): void };
  const guard = (callback: unknown): unknown =>
    typeof callback !== 'function'
      ? callback
      : (...values: unknown[]): void => {
          callListener(callback as (...given: unknown[]) => unknown, values, sessionId);
        };
  const guarded = (first: unknown, ...rest: unknown[]): { unsubscribe(): void } => {
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
