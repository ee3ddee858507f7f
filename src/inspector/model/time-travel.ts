import type { ActorCondition, ActorEntry } from './actor-entry.js';
import type { Journal } from './journal.js';

/**
 * The condition of every actor that has changed since a time, as it was at that time; `null` where there was no such
 * actor. All others are as they are now. Times before the journal begins are its beginning.
 */
export function conditionsAt(journal: Journal, at: number): Map<ActorEntry, ActorCondition | null> {
  const then = new Map<ActorEntry, ActorCondition | null>();
  const undone = new Map<ActorEntry, number>();
  const undated = new Set<ActorEntry>();
  for (const { at: changedAt, entry, event, from, previousStatus } of journal.backwards()) {
    if (changedAt > at) {
      // To appear and to be forgotten are changes, and no transitions.
      const count = (undone.get(entry) ?? 0) + (event === '' ? 0 : 1);
      undone.set(entry, count);
      undated.add(entry);
      then.set(
        entry,
        from === null
          ? null
          : {
              state: from,
              status: previousStatus,
              changedAt: entry.since,
              transitions: entry.condition.transitions - count,
            },
      );
    } else if (undated.size === 0) break;
    else if (undated.delete(entry)) {
      const condition = then.get(entry);
      if (condition !== null && condition !== undefined) then.set(entry, { ...condition, changedAt });
    }
  }
  return then;
}
