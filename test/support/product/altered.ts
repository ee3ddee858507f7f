import { StateMachine, type AnyStateMachine } from 'xstate';

/** A state of a chart as it is written down, as far as it is altered here. */
export interface StateNodeConfig {
  on?: Record<string, unknown>;
  states?: Record<string, StateNodeConfig>;
  tags?: string | string[];
  [key: string]: unknown;
}

/** The same machine with one thing in it altered; the original stays as it is. */
export function altered(machine: AnyStateMachine, alter: (root: StateNodeConfig) => void): AnyStateMachine {
  const config = structuredClone(machine.config) as StateNodeConfig;
  alter(config);
  return new StateMachine(config as never, machine.implementations as never);
}

/** A state by its path: `connected.open`. @throws Error when there is none. */
export function stateAt(root: StateNodeConfig, path: string): StateNodeConfig {
  return path.split('.').reduce((state, key) => {
    const next = state.states?.[key];
    if (next === undefined) throw new Error(`there is no state ${path}`);
    return next;
  }, root);
}

/** The machine without one transition. @throws Error when there is none to take out. */
export function without(machine: AnyStateMachine, path: string, event: string): AnyStateMachine {
  return altered(machine, (root) => {
    const { on = {} } = stateAt(root, path);
    if (!(event in on)) throw new Error(`${path} has no transition for ${event}`);
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- it is a copy, and its key is the point
    delete on[event];
  });
}
