import type { ActorDetail, ActorStatus } from '../../model/shapes.js';
import { isBeyondLog, logUntil, ownChanges, stateAt, type Moment } from './moment.js';

/** What changes of an actor say of it at a moment. */
export interface ActorThen {
  /** `null` where it is not known to have been there. */
  readonly state: string | null;
  readonly status: ActorStatus | null;
  /** When it had last changed; `null` before its first known change. */
  readonly changedAt: number | null;
  /** How many transitions it had made; `null` before its first known change. */
  readonly transitions: number | null;
}

/** An actor as it was; as it is where there is no moment. */
export function actorThen(actor: ActorDetail, moment: Moment | null): ActorThen {
  const { status, changedAt, transitions } = actor;
  const state = stateAt(actor, moment);
  if (moment === null) return { state, status, changedAt, transitions };
  const own = ownChanges(actor, moment);
  const before = logUntil(own, moment);
  const last = before.at(-1);
  if (last === undefined) {
    // It is as it was, if the log says so by having no change of it.
    const isSame = state !== null && own.length === 0 && !isBeyondLog(actor, moment);
    return isSame
      ? { state, status, changedAt, transitions }
      : { state, status: null, changedAt: null, transitions: null };
  }
  // To appear and to be forgotten are changes, and no transitions.
  const later = own.slice(before.length).filter(({ event }) => event !== '').length;
  return { state, status: last.status, changedAt: last.at, transitions: transitions - later };
}
