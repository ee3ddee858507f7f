import {
  initialTransition,
  transition,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type ExecutableActionObject,
} from 'xstate';

/*
 * Charts walked by XState's pure functions alone: no actor, no engine of ours, so that what these tests say of a
 * chart is what XState says of it.
 */

/** The name of a state as the tables of these tests write it: `connected.open`, regions in brackets. */
export function stateName(value: unknown): string {
  if (typeof value === 'string') return value;
  const parts = Object.entries(value as Record<string, unknown>).map(([key, inner]) => {
    const name = stateName(inner);
    if (name === '') return key;
    return name.startsWith('[') ? `${key}${name}` : `${key}.${name}`;
  });
  return parts.length === 1 ? parts.join('') : `[${parts.join(' ')}]`;
}

/** What an event does in a state; `null` when it does nothing at all. */
export interface Step {
  readonly next: AnyMachineSnapshot;
  /** Action names in order; a started service is `+name`, a stopped one `-name`. */
  readonly effects: readonly string[];
}

/** The pure transition of one event. */
export function step(machine: AnyStateMachine, from: AnyMachineSnapshot, event: string): Step {
  const [next, actions] = transition(machine, from, { type: event });
  return { next, effects: actions.map(effectName) };
}

/** The initial snapshot of a machine; a chart does nothing on entering it. */
export function initial(machine: AnyStateMachine): AnyMachineSnapshot {
  return initialTransition(machine)[0];
}

/** Every snapshot that events can lead to, by state name, breadth first from the initial one. */
export function reachable(
  machine: AnyStateMachine,
  events: readonly string[],
): ReadonlyMap<string, AnyMachineSnapshot> {
  const start = initial(machine);
  const found = new Map([[stateName(start.value), start]]);
  for (const snapshot of found.values()) {
    for (const event of events) {
      const { next } = step(machine, snapshot, event);
      const name = stateName(next.value);
      if (!found.has(name)) found.set(name, next);
    }
  }
  return found;
}

/** A cell of a matrix: `target | effects`, `stays | effects`, or the word for an event that does nothing. */
export function cell(
  machine: AnyStateMachine,
  from: AnyMachineSnapshot,
  event: string,
  nothing: string,
): string {
  const { next, effects } = step(machine, from, event);
  if (next.status !== 'active') return `status ${next.status}`;
  const stays = stateName(next.value) === stateName(from.value);
  if (!from.can({ type: event })) return stays && effects.length === 0 ? nothing : 'moves without permission';
  const target = stays ? 'stays' : stateName(next.value);
  return effects.length === 0 ? target : `${target} | ${effects.join(' ')}`;
}

function effectName(action: ExecutableActionObject): string {
  const params = action.params as { readonly id?: string } | undefined;
  if (action.type === 'xstate.spawnChild') return `+${String(params?.id)}`;
  if (action.type === 'xstate.stopChild') return `-${String(params?.id)}`;
  return action.type;
}
