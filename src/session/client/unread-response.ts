import { LIMITS } from '../../constants.js';
import type { SessionCore } from '../core/session-core.js';
import type { BodyFeed } from '../message/body-feed.js';

/**
 * Frees a connection whose response was handed out and is not read: a small rest is read away, and the connection serves
 * the next request; before a large one, or one that does not come in time, it is closed. Reading the body is refused from
 * then on.
 *
 * @returns whether the rest is being read away.
 */
export function freeFromResponse(core: SessionCore, feed: BodyFeed): boolean {
  const most = LIMITS.maxUnreadBodyBytes.value;
  if (feed.isThrownAway || feed.reader.remaining > most) {
    feed.giveUp();
    core.endedBy ??= 'timeout';
    core.notify({ type: 'session.close' });
    return false;
  }
  void feed.discard(most).then((isComplete) => {
    if (isComplete || !core.is('attached')) return;
    core.endedBy ??= 'timeout';
    core.notify({ type: 'session.close' });
  });
  return true;
}
