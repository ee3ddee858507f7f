import type { AnyStateMachine } from 'xstate';

import { describeValue } from '../../errors/index.js';
import type { Random } from '../random.js';

/** What an event carries besides its name: plain data, made for every step, the same for the same seed. */
export type Payload = Readonly<Record<string, string | number | readonly number[]>>;

/**
 * A test model: a finite machine without invocations, delays and guards, and beside it what its events carry.
 *
 * A state is identified by its value alone: a machine must not depend on its context. The machine is an ordinary one: `createTestModel(model.machine).getShortestPaths()` of `xstate/graph` takes it as it is.
 *
 * @typeParam TEvent - the names of the events
 */
export interface Model<TEvent extends string = string> {
  /** What it is a model of, in one word. */
  readonly name: string;
  /** The finite machine. */
  readonly machine: AnyStateMachine;
  /** All events, in the order in which paths try them. */
  readonly events: readonly TEvent[];
  /** Who makes the payload of an event; events without one have none. */
  readonly payloads: Readonly<Partial<Record<TEvent, (random: Random) => Payload>>>;
  /** The events that are faults, by the name of the fault: the columns of the table of states and faults. */
  readonly faults: Readonly<Record<string, readonly TEvent[]>>;
  /** The rule behind an event, with its section of an RFC; for reports. */
  readonly rules?: Readonly<Partial<Record<TEvent, string>>> | undefined;
}

/** @throws TypeError for what is not a model. */
export function checkModel(model: unknown): void {
  const { name, machine, events } = (model ?? {}) as Partial<Record<keyof Model, unknown>>;
  const root: unknown = (machine as { root?: unknown } | null | undefined)?.root;
  if (typeof name === 'string' && typeof root === 'object' && Array.isArray(events)) return;
  throw new TypeError(
    `model: must have a name, an XState machine and a list of events (got ${describeValue(model)})`,
  );
}

/** The payload of a step. */
export function payloadOf<TEvent extends string>(
  model: Model<TEvent>,
  event: TEvent,
  random: Random,
): Payload {
  return model.payloads[event]?.(random) ?? {};
}
