import { edgeOf } from '../../chart/index.js';
import type { ChangeRing, RecordedChange } from './change-ring.js';
import type { SessionSeat } from './session-seat.js';
import type { SessionTap } from './session-tap.js';

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

/** How many requests of each session began in a ring. */
export function requestsIn(ring: ChangeRing, { ended, live }: SessionTap): ReadonlyMap<SessionSeat, number> {
  // A session that has been opened again has several seats, the newest last.
  const seats = new Map<number, SessionSeat[]>();
  for (const seat of [...ended, ...live.values()])
    seats.set(seat.key, [...(seats.get(seat.key) ?? []), seat]);
  const begun = new Map<SessionSeat, number>();
  for (let place = ring.oldest; place < ring.pushed; place++) {
    const { key, text } = ring.read(place);
    if (text === 0) continue;
    const seat = seats.get(key)?.findLast(({ first }) => first.mark.place <= place);
    if (seat !== undefined) begun.set(seat, (begun.get(seat) ?? 0) + 1);
  }
  return begun;
}
