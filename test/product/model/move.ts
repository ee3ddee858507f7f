import type { Run } from './endpoint.js';
import { FAULTS, type End, type Fault } from './product-state.js';

/*
 * Everything that can happen next. A move is `due` when, once it is possible, it happens sooner or later (or becomes
 * impossible by something else): that is the fairness that the checker assumes, and there is no other.
 */

/** Who makes a move. */
export type Mover = 'client application' | 'client' | 'network' | 'server' | 'server application';

/**
 * - `due`: the network delivers, a timer passes, an application ends what it has begun;
 * - `idle`: the timer of an idle connection: it passes sooner or later, but a drain must not have to wait for it;
 * - `last`: the deadline of a drain, which a drain must not have to wait for either;
 * - `free`: it may happen, or never.
 */
export type Urgency = 'due' | 'idle' | 'last' | 'free';

/** Something that can happen. */
export interface Move {
  readonly by: Mover;
  readonly to: Mover;
  readonly name: string;
  urgency(run: Run): Urgency;
  isPossible(run: Run): boolean;
  make(run: Run): void;
}

/** Describes a move. */
export function move(
  by: Mover,
  name: string,
  urgency: Urgency | ((run: Run) => Urgency),
  isPossible: (run: Run) => boolean,
  make: (run: Run) => void,
  to: Mover = targets[by],
): Move {
  return { by, to, name, urgency: typeof urgency === 'string' ? () => urgency : urgency, isPossible, make };
}

const targets: Readonly<Record<Mover, Mover>> = {
  'client application': 'client',
  client: 'client',
  network: 'network',
  server: 'server',
  'server application': 'server',
};

/** Whether that is what has gone wrong. */
export const hasFault = ({ state }: Run, fault: Fault): boolean => FAULTS[state.fault] === fault;

/** Whether an end is not frozen. */
export function isAwake(run: Run, end: End): boolean {
  return !hasFault(run, end === 'client' ? 'client freezes' : 'server freezes');
}

/** Whether the client is one that pipelines. */
export const isPipelining = ({ bounds }: Run): boolean => bounds.pipelining > 1;
