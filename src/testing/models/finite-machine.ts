import { createMachine, type AnyStateMachine } from 'xstate';

import { refuseHiddenState } from './hidden-state.js';

/** A state of a chart as it was written down; only what is read here. */
interface Written {
  readonly invoke?: Invocation | readonly Invocation[];
  readonly after?: Readonly<Record<string, unknown>>;
  readonly always?: unknown;
  readonly on?: Readonly<Record<string, unknown>>;
  readonly states?: Readonly<Record<string, Written>>;
}

interface Invocation {
  readonly id?: string;
  readonly src: unknown;
  readonly onDone?: unknown;
  readonly onError?: unknown;
}

/**
 * A machine without its services and delays: what they would bring about becomes an ordinary event. `onDone` and `onError`
 * of a service are the events `<service>.done` and `<service>.failed`, a delay is the event `after.<delay>`.
 *
 * Everything else is left as it is, so that a model made from a chart cannot drift from it.
 *
 * @throws TypeError for a machine with guards, history states or transient transitions, wherever they are: its next state
 * could not be predicted from its state.
 *
 * @example
 * ```ts
 * import { initialTransition, transition } from 'xstate';
 *
 * const machine = finiteMachineOf(sessionMachine);
 * const [idle] = initialTransition(machine);
 * const [connecting] = transition(machine, idle, { type: 'session.connect' });
 * console.log(transition(machine, connecting, { type: 'connector.done' })[0].value);
 * ```
 */
export function finiteMachineOf(machine: AnyStateMachine): AnyStateMachine {
  refuseHiddenState('finiteMachineOf()', machine);
  const written = machine.config as Written;
  return createMachine(stateOf(written) as never, machine.implementations as never) as AnyStateMachine;
}

function stateOf(written: Written): object {
  if (written.always !== undefined) {
    throw new TypeError(
      'finiteMachineOf(): the machine has a transient transition, and a finite machine has none',
    );
  }
  const { invoke, after, states, on, ...rest } = written;
  const services = [invoke ?? []].flat() as readonly Invocation[];
  return {
    ...rest,
    on: {
      ...Object.fromEntries(Object.entries(on ?? {}).map(([event, taken]) => [eventName(event), taken])),
      ...Object.fromEntries(Object.entries(after ?? {}).map(([delay, taken]) => [`after.${delay}`, taken])),
      ...Object.fromEntries(services.flatMap(resultsOf)),
    },
    ...(states === undefined
      ? {}
      : { states: Object.fromEntries(Object.entries(states).map(([key, state]) => [key, stateOf(state)])) }),
  };
}

function resultsOf({ id, src, onDone, onError }: Invocation): (readonly [event: string, taken: unknown])[] {
  const name = id ?? String(src);
  return [
    ...(onDone === undefined ? [] : [[`${name}.done`, onDone] as const]),
    ...(onError === undefined ? [] : [[`${name}.failed`, onError] as const]),
  ];
}

/** The name that an event of a chart has in its finite form: XState's own names of a service's results get short. */
export function eventName(event: string): string {
  return event
    .replace(/^xstate\.done\.actor\.(.+)$/, '$1.done')
    .replace(/^xstate\.error\.actor\.(.+)$/, '$1.failed');
}
