import { edgeOf } from '../../chart/index.js';
import type { ChangeRing, RecordedChange } from './change-ring.js';

/** How an actor was when the oldest change that is remembered was made. */
export interface FirstStates {
  /** Its first change. */
  readonly change: RecordedChange;
  /** By the ids of its charts. */
  readonly states: Map<string, string>;
}

/** The states that the actors in a ring were in before their first changes in it, by their keys. */
export function firstStatesIn(ring: ChangeRing): ReadonlyMap<number, FirstStates> {
  const found = new Map<number, FirstStates>();
  for (let place = ring.oldest; place < ring.pushed; place++) {
    const change = ring.read(place);
    const { chart, name } = edgeOf(change.edge).source;
    const known = found.get(change.key);
    if (known === undefined) found.set(change.key, { change, states: new Map([[chart.id, name]]) });
    else if (!known.states.has(chart.id)) known.states.set(chart.id, name);
  }
  return found;
}
