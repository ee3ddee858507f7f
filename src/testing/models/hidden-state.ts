import { initialTransition, type AnyMachineSnapshot, type AnyStateMachine, type AnyStateNode } from 'xstate';

import { describeValue } from '../../errors/index.js';

/**
 * Refuses a machine whose next state does not follow from its state and the event alone: its graph would be wrong, and a
 * system that is the very machine would fail on it.
 *
 * @param subject - who refuses it, for the error.
 * @throws TypeError that names the state.
 */
export function refuseHiddenState(subject: string, machine: AnyStateMachine): void {
  for (const node of nodesWithin(machine.root)) {
    const flaw = flawOf(node);
    if (flaw !== null) throw new TypeError(`${subject}: ${nameOf(node)} ${flaw}`);
  }
}

/**
 * Does what walks a machine.
 *
 * @throws TypeError if the machine itself throws, as one whose context needs input that it does not get.
 */
export function walking<T>(subject: string, walk: () => T): T {
  try {
    return walk();
  } catch (error) {
    throw failureOf(subject, error);
  }
}

/** @throws TypeError if a machine cannot start. */
export function initialSnapshotOf(subject: string, machine: AnyStateMachine): AnyMachineSnapshot {
  const [snapshot] = walking(subject, () => initialTransition(machine));
  if (snapshot.status === 'error') throw failureOf(subject, snapshot.error);
  return snapshot;
}

function failureOf(subject: string, error: unknown): TypeError {
  const why = error instanceof Error ? error.message : describeValue(error);
  return new TypeError(
    `${subject}: the machine fails (${why}); it gets no input, and events without payload`,
    {
      cause: error,
    },
  );
}

function* nodesWithin(node: AnyStateNode): Generator<AnyStateNode, void> {
  yield node;
  for (const child of Object.values(node.states)) yield* nodesWithin(child);
}

function nameOf({ path }: AnyStateNode): string {
  return path.length === 0 ? 'the machine' : `state "${path.join('.')}"`;
}

function flawOf(node: AnyStateNode): string | null {
  if (node.type === 'history') return 'is a history state, which leads to where the machine was before';
  const taken = [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
  const guarded = taken.find(({ guard }) => guard !== undefined);
  if (guarded === undefined) return null;
  const eventType = String(guarded.eventType);
  return `has a guard on ${eventType === '' ? 'a transient transition' : eventType}, so its next state cannot be predicted`;
}
