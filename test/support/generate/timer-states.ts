import type { AnyStateMachine, AnyStateNode } from 'xstate';

import { exchangeMachine, serverMachine, sessionMachine } from '../../../machines/index.js';

/** A state of a chart that names a timer in its `meta`. */
export interface DeclaringState {
  readonly chart: string;
  /** The state, dotted, without the name of the chart. */
  readonly state: string;
  readonly timer: string;
}

/** Every declaration of a timer in the charts, in document order. */
export function declaredTimers(
  machines: readonly AnyStateMachine[] = [sessionMachine, exchangeMachine, serverMachine],
): readonly DeclaringState[] {
  return machines.flatMap(({ root }) =>
    nodesOf(root).flatMap((node) => {
      const timer = timerOf(node.meta);
      return timer === undefined ? [] : [{ chart: root.key, state: node.path.join('.'), timer }];
    }),
  );
}

/** The timers that the active states of a snapshot declare, innermost or not. */
export function timersOf(snapshot: { getMeta(): Record<string, unknown> }): readonly string[] {
  return Object.values(snapshot.getMeta()).flatMap((meta) => timerOf(meta) ?? []);
}

function timerOf(meta: unknown): string | undefined {
  return (meta as { readonly timer?: string } | undefined)?.timer;
}

function nodesOf(node: AnyStateNode): readonly AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesOf)];
}
