import {
  createActor,
  fromTransition,
  type Actor,
  type ActorLogic,
  type ActorSystem,
  type AnyActorRef,
  type EventObject,
  type Snapshot,
} from 'xstate';

import { callListener } from '../diagnostics.js';
import { describeValue } from '../errors/index.js';
import type { Chart } from './chart.js';
import { END_EVENT, InternedLogic, type Implementation } from './interned-logic.js';

/** A running session actor: a real XState actor whose logic is an interned chart. */
export type ChartActor = Actor<InternedLogic<never, EventObject>>;

/**
 * The parent of all session actors. A system of its own costs an actor 1.6 kB; spawning from a machine is
 * quadratic in the number of children. So all share this system and none is its child in the machine's sense.
 */
const hub = createActor(
  fromTransition((state: undefined) => state, undefined),
  { id: 'sessions' },
);
hub.subscribe({ error: () => undefined });
guardInspection(sharedSystem());
hub.start();

/**
 * XState calls inspectors from within the transition, so what one throws would reach the session that made it, and the
 * accept of a server. It is reported as a fault instead.
 */
function guardInspection(system: ActorSystem<never>): void {
  const inspect = system.inspect.bind(system);
  system.inspect = (observer) => {
    if (typeof observer === 'function') {
      return inspect((event) => {
        callListener(observer, [event]);
      });
    }
    if (typeof observer !== 'object' || observer === null) {
      throw new TypeError(
        `inspect(): the inspector must be a function or an observer (got ${describeValue(observer)})`,
      );
    }
    return inspect({
      next: (event) => {
        callListener(() => observer.next?.(event), []);
      },
    });
  };
}

/**
 * The actor system that all sessions share; an inspector attaches here, with `inspect`. What it throws is a fault of a
 * listener (`FAULT_CHANNEL`) and reaches no session.
 *
 * @example
 * ```ts
 * const { unsubscribe } = sharedSystem().inspect((event) => console.log(event.type));
 * await session.request({ path: '/' });
 * unsubscribe();
 * ```
 */
export function sharedSystem(): ActorSystem<never> {
  return hub.system as ActorSystem<never>;
}

/** Creates and starts an actor for an owner. */
export function startChartActor<TOwner, TEvent extends EventObject>(
  chart: Chart<string>,
  implementation: Implementation<TOwner, TEvent>,
  owner: TOwner,
): ChartActor {
  return startActor(new InternedLogic(chart, implementation, owner));
}

/** Creates and starts an actor in the system that all sessions share. */
export function startActor(logic: ActorLogic<Snapshot<undefined>, EventObject>): ChartActor {
  const actor = createActor(logic, { parent: hub as AnyActorRef }).start();
  shareOptions(actor);
  // The system would hold the actor until it is stopped, and with it a session that its owner has long dropped.
  (hub.system as unknown as { _unregister(actor: unknown): void })._unregister(actor);
  return actor as unknown as ChartActor;
}

let options: unknown;

/**
 * XState makes the options of each actor by spreading, which gives each object a hidden class of its own: 300 bytes for
 * each connection, for what is the same in all of them.
 */
function shareOptions(actor: { options: unknown }): void {
  options ??= actor.options;
  actor.options = options;
}

/** Ends an actor: its snapshot stays readable with status `done`. */
export function endChartActor(actor: { send(event: { type: string }): void }): void {
  actor.send({ type: END_EVENT });
}
