import { describeValue } from '../errors/index.js';
import type { SessionSelection } from './session-inspection.js';

/** The fractional part of the golden ratio: multiples of it, less their integers, fill 0 to 1 evenly. */
const GOLDEN = 0.618_033_988_749_894_9;

/** A selection whose parts are what they should be. */
export interface CheckedSelection {
  readonly filter: NonNullable<SessionSelection['filter']>;
  readonly sampling: number;
}

/** @throws RangeError for a sampling outside 0 to 1; TypeError for what cannot be asked or walked */
export function checkedSelection(selection: SessionSelection): CheckedSelection {
  const { sampling = 1, filter = () => true, of = [] } = selection;
  if (!(sampling >= 0 && sampling <= 1))
    throw new RangeError(`sampling: must be a number from 0 to 1 (got ${String(sampling)})`);
  if (typeof filter !== 'function') {
    throw new TypeError(`filter: must be a function (got ${describeValue(filter)})`);
  }
  if (typeof (of as Partial<Iterable<unknown>>)[Symbol.iterator] !== 'function') {
    throw new TypeError(`of: must be a list of sessions and servers (got ${describeValue(of)})`);
  }
  return { filter, sampling };
}

/** Whether a session is shown, as far as that depends on itself. The same sessions are chosen each time. */
export function isChosen(
  { filter, sampling }: CheckedSelection,
  session: { readonly id: number; readonly role: 'client' | 'server' },
): boolean {
  return (session.id * GOLDEN) % 1 < sampling && filter(session);
}
