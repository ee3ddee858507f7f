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
  for (const { at: changedAt, entry, from, previousStatus } of journal.backwards()) {
    if (changedAt > at) {
      const transitions = entry.condition.transitions - (undone.get(entry) ?? 0) - 1;
      undone.set(entry, (undone.get(entry) ?? 0) + 1);
      undated.add(entry);
      then.set(
        entry,
        from === null
          ? null
          : {
              state: from,
              status: previousStatus,
              changedAt: entry.since,
              transitions: Math.max(transitions, 0),
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
