import { fromCallback, type AnyStateMachine, type EventObject } from 'xstate';

import type { Implementation } from './interned-logic.js';

/**
 * The same implementation under XState's stock interpreter: the machine with its actions and services provided,
 * for `createActor` or for invoking it from another machine.
 *
 * An action that throws is reported to the owner, as in the interned engine, and does not stop the actor.
 */
export function provideChart<TMachine extends AnyStateMachine, TOwner, TEvent extends EventObject>(
  machine: TMachine,
  implementation: Implementation<TOwner, TEvent>,
  owner: TOwner,
): TMachine {
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
      ({ event }: { readonly event: TEvent }) => {
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
        guarded(() => {
          service.start(owner);
        });
        return () => {
          guarded(() => {
            service.stop(owner);
          });
        };
      }),
    ]),
  );
  return machine.provide({ actions, actors } as never) as TMachine;
}
