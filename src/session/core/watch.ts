import type { ChartEdge } from '../../chart/index.js';
import type { SessionLedger } from './ledger.js';

/**
 * Sees each transition of each session of the process by direct call: a message of a diagnostics channel would cost ten
 * times as much. It must not throw, and changes nothing of a session but its own seat.
 */
export interface SessionWatch {
  /** The lifecycle chart makes a transition; its effects on the session are not complete. */
  moved(session: SessionLedger, edge: ChartEdge, at: number): void;
  /** The message cycle took a step. */
  stepped(session: SessionLedger, edge: ChartEdge, at: number): void;
}

/** What one watcher keeps of one session, on the session itself: a map would cost each transition a look-up. */
export interface WatcherSeat {
  /** The seat of another watcher. */
  next: WatcherSeat | null;
}

/** What watches; `null` while nothing does, which costs a transition one comparison. */
export let sessionWatch: SessionWatch | null = null;

const watches = new Set<SessionWatch>();

/** Watches all sessions from their next transitions on; returns a function that ends it. */
export function watchSessions(watch: SessionWatch): () => void {
  watches.add(watch);
  sessionWatch = together();
  return () => {
    watches.delete(watch);
    sessionWatch = together();
  };
}

function together(): SessionWatch | null {
  const [first = null, ...others] = watches;
  if (first === null || others.length === 0) return first;
  const all = [first, ...others];
  return {
    moved: (...transition) => {
      for (const watch of all) watch.moved(...transition);
    },
    stepped: (...step) => {
      for (const watch of all) watch.stepped(...step);
    },
  };
}
