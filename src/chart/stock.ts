import {
  fromCallback,
  transition,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type EventObject,
} from 'xstate';

import { effectOf } from './snapshots.js';
import type { Implementation } from './implementation.js';

interface ActionArgs<TEvent> {
  readonly event: TEvent;
  readonly self: { getSnapshot(): unknown };
}

/**
 * The same implementation under XState's stock interpreter: the machine with its actions and services provided,
 * for `createActor` or for invoking it from another machine.
 *
 * Effects run in the same order as in the interned engine: services stop, actions run, services start. What an
 * action or a service throws is reported to the owner and does not stop the actor. `transitioned` is not called:
 * subscribe to the actor instead.
 */
export function provideChart<TMachine extends AnyStateMachine, TOwner, TEvent extends EventObject>(
  machine: TMachine,
  implementation: Implementation<TOwner, TEvent>,
  owner: TOwner,
): TMachine {
  const running = new Map<string, () => void>();
  const guarded = (run: () => void): void => {
    try {
      run();
    } catch (error) {
      implementation.failed(owner, error);
    }
  };
  const actions = Object.fromEntries(
    Object.entries(implementation.actions).map(([name, action]) => [
      name,
      ({ event, self }: ActionArgs<TEvent>) => {
        if (running.size > 0) {
          // XState puts the stop of a child off until the actions have run, so that they may still talk to it.
          // Ours must not: `attachSocket` would run while the old socket is still watched.
          for (const service of stoppedBy(machine, self.getSnapshot(), event)) running.get(service)?.();
        }
        guarded(() => {
          action(owner, event);
        });
      },
    ]),
  );
  const actors = Object.fromEntries(
    Object.entries(implementation.services).map(([name, service]) => [
      name,
      fromCallback(() => {
        const stop = (): void => {
          if (running.get(name) !== stop) return;
          running.delete(name);
          guarded(() => {
            service.stop(owner);
          });
        };
        running.set(name, stop);
        guarded(() => {
          service.start(owner);
        });
        return stop;
      }),
    ]),
  );
  return machine.provide({ actions, actors } as never) as TMachine;
}

/** By machine, then by state and event type: the services that the transition stops. */
const stopped = new WeakMap<AnyStateMachine, Map<string, readonly string[]>>();

/** Which services an event stops: the chart is finite, so XState is asked once per state and event type. */
function stoppedBy(machine: AnyStateMachine, from: unknown, event: EventObject): readonly string[] {
  const snapshot = from as AnyMachineSnapshot;
  const known = stopped.get(machine) ?? new Map<string, readonly string[]>();
  stopped.set(machine, known);
  const key = JSON.stringify([snapshot.value, snapshot.historyValue, event.type]);
  let names = known.get(key);
  if (names === undefined) {
    const effects = transition(machine, snapshot, event)[1].map(effectOf);
    names = effects.filter((effect) => effect.kind === 'stop').map((effect) => effect.name);
    known.set(key, names);
  }
  return names;
}
