import { isAttached, type Run } from './endpoint.js';
import { isDraining } from './drain-moves.js';
import { hasFault, isAwake, type Move } from './move.js';
import { SOCKET, type End } from './product-state.js';
import type { PropertyName } from './properties.js';

/*
 * What must happen. The checker assumes of fairness only that a move that is due is made, or becomes impossible. As every
 * run within the bounds is finite (`findCycle` makes sure of that while a drain is on), a run can end only in a state
 * where nothing is due; so it is enough to look at those.
 */

/** The property that a state breaks because of what cannot happen in it. */
export function findStuck(run: Run, possible: readonly Move[]): PropertyName | null {
  const urgencies = possible.map((move) => move.urgency(run));
  const isOver = isEnded(run, 'client') && isEnded(run, 'server');
  if (!isOver && urgencies.every((urgency) => urgency === 'free')) return 'stuck';
  const mustEnd = isDraining(run) && !mayHold(run);
  return mustEnd && !urgencies.includes('due') ? 'drain' : null;
}

/** Whether an end needs no further move. */
function isEnded(run: Run, end: End): boolean {
  const { socket } = run.state[end];
  return socket === SOCKET.gone || !isAwake(run, end) || mayHold(run, end) || isUnused(run, end);
}

/**
 * A client's connection that nothing was sent on waits for its application, and no timer limits that; nor does one limit
 * it where the client is a user of raw bytes who has got all answers.
 */
function isUnused({ state, bounds }: Run, end: End): boolean {
  if (end === 'server' || !isAttached(state.client)) return false;
  return state.sent === (bounds.pipelining > 1 ? state.client.current : 0);
}

/** Whether an end waits for what only a deadline of its own could limit: a handler, or another protocol. */
function mayHold(run: Run, end: End = 'server'): boolean {
  const { socket } = run.state[end];
  if (end === 'server' && (hasFault(run, 'handler hangs') || hasFault(run, 'server freezes'))) return true;
  return socket === SOCKET.ownedEnded && (hasFault(run, 'client freezes') || hasFault(run, 'server freezes'));
}

/** A state that a cycle of chosen states goes through, or `null`; edges are given as from, to, from, to. */
export function findCycle(
  count: number,
  edges: readonly number[],
  isChosen: (state: number) => boolean,
): number | null {
  const successors = groupByFirst(count, edges, isChosen);
  const colour = new Uint8Array(count);
  for (let root = 0; root < count; root++) {
    if (colour[root] !== 0 || !isChosen(root)) continue;
    const met = walk(root, successors, colour);
    if (met !== null) return met;
  }
  return null;
}

const ON_THE_WAY = 1;
const DONE = 2;

/** Depth first, without recursion: a state that is met on the way to itself is part of a cycle. */
function walk(root: number, successors: ReadonlyMap<number, number[]>, colour: Uint8Array): number | null {
  const way: { state: number; next: number }[] = [{ state: root, next: 0 }];
  colour[root] = ON_THE_WAY;
  for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
    const state = successors.get(top.state)?.[top.next++];
    if (state === undefined) {
      colour[top.state] = DONE;
      way.pop();
    } else if (colour[state] === ON_THE_WAY) return state;
    else if (colour[state] !== DONE) {
      colour[state] = ON_THE_WAY;
      way.push({ state, next: 0 });
    }
  }
  return null;
}

function groupByFirst(
  count: number,
  edges: readonly number[],
  isChosen: (state: number) => boolean,
): ReadonlyMap<number, number[]> {
  const successors = new Map<number, number[]>();
  for (let at = 0; at < edges.length; at += 2) {
    const from = edges[at] ?? count;
    const to = edges[at + 1] ?? count;
    if (!isChosen(from) || !isChosen(to)) continue;
    const known = successors.get(from);
    if (known === undefined) successors.set(from, [to]);
    else known.push(to);
  }
  return successors;
}
