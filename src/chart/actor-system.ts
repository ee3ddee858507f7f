import {
  createActor,
  fromTransition,
  type ActorLogic,
  type ActorSystem,
  type AnyActorRef,
  type EventObject,
  type InspectionEvent,
  type Snapshot,
} from 'xstate';

import { callListener } from '../diagnostics.js';
import { describeValue } from '../errors/index.js';
import { looking, type ChartActor } from './looking.js';

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
 * accept of a server. It is reported as a fault instead. While there are inspectors, every session has an actor.
 */
function guardInspection(system: ActorSystem<never>): void {
  const inspect = system.inspect.bind(system);
  system.inspect = (observer) => {
    if (typeof observer !== 'function' && (typeof observer !== 'object' || (observer as unknown) === null)) {
      throw new TypeError(
        `inspect(): the inspector must be a function or an observer (got ${describeValue(observer)})`,
      );
    }
    const next = (event: InspectionEvent): unknown =>
      typeof observer === 'function' ? observer(event) : observer.next?.(event);
    const subscription = inspect((event) => {
      if (event.type === '@xstate.actor') logicOf(event.actorRef).adopt?.(event.actorRef);
      callListener(next, [event]);
    });
    looking.inspectors++;
    let isAttached = true;
    return {
      unsubscribe: () => {
        if (isAttached) looking.inspectors--;
        isAttached = false;
        subscription.unsubscribe();
      },
    };
  };
}

function logicOf(actor: unknown): { adopt?(actor: unknown): void } {
  return (actor as { logic: { adopt?(actor: unknown): void } }).logic;
}

/** The actor system that all sessions share. */
export function sharedSystem(): ActorSystem<never> {
  return hub.system as ActorSystem<never>;
}

/** Creates an actor in the system that all sessions share. */
export function createInSystem(logic: ActorLogic<Snapshot<undefined>, EventObject>): ChartActor {
  const actor = createActor(logic, { parent: hub as AnyActorRef });
  shareOptions(actor);
  return actor;
}

/** Starts an actor of `createInSystem`. */
export function startInSystem(actor: ChartActor): void {
  actor.start();
  // The system would hold the actor until it is stopped, and with it a session that its owner has long dropped.
  (hub.system as unknown as { _unregister(actor: unknown): void })._unregister(actor);
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
