import {
  SessionInspection,
  type InspectableServer,
  type InspectableSession,
  type SessionSelection,
} from './session-inspection.js';
import type { StatelyInspector } from './stately-inspector.js';
import { StatelyRelay } from './stately-relay.js';

/** Where the relay server of `@statelyai/inspect` listens by itself. */
const STATELY_RELAY = 'ws://localhost:8080';

/** What to inspect, and where to show it. */
export interface InspectSessionsOptions extends SessionSelection {
  /**
   * The WebSocket of Stately's relay (`createInspectorServer`), or of anything else that takes what
   * `createWebSocketInspector` sends. It is tried again and again while nobody is there. @defaultValue 'ws://localhost:8080'
   */
  readonly url?: string | undefined;
  /** An inspector of `@statelyai/inspect` in place of `url`: what it does with what it is told is its own affair. */
  readonly inspector?: StatelyInspector | undefined;
  /** Messages that may wait for a relay that is away or slow; with one more all are dropped, and counted. @defaultValue 1000 */
  readonly maxQueued?: number | undefined;
}

/** Sessions that are being inspected. */
export interface SessionsInspection extends Disposable {
  /** How many sessions are shown now. */
  readonly size: number;
  /** Whether the relay is there; always with an `inspector` of your own. */
  readonly connected: boolean;
  /** Messages that were dropped because the relay was away or slow; always 0 with an `inspector` of your own. */
  readonly dropped: number;
  /** Shows a session, or a server with all of its sessions, from now on; nothing once it is closed. @throws TypeError for anything else */
  add(target: InspectableSession | InspectableServer): void;
  /** Shows a session, or a server and its sessions, no longer. */
  remove(target: InspectableSession | InspectableServer): void;
  /** Shows nothing any more, and goes away. Idempotent. */
  close(): void;
}

/**
 * Shows sessions live in Stately's inspector: each as an actor with its chart, its buffer service and its message cycle
 * below it. Nothing but names of states and types of events leaves the process. It does not keep the process alive.
 *
 * @throws RangeError for numbers out of their range; SyntaxError for a URL that is none; TypeError for what is neither a
 * session nor a server
 */
export function inspectSessions(options: InspectSessionsOptions = {}): SessionsInspection {
  const { inspector, url = STATELY_RELAY, maxQueued = 1_000, ...selection } = options;
  if (!(Number.isInteger(maxQueued) && maxQueued > 0)) {
    throw new RangeError('maxQueued must be an integer above 0');
  }
  if (inspector !== undefined) return inspectionOf(new SessionInspection(inspector, selection), null);
  const relay = new StatelyRelay(url, maxQueued);
  try {
    const inspection = new SessionInspection(relay.inspector, selection);
    relay.start({ announcements: () => inspection.announcements() });
    return inspectionOf(inspection, relay);
  } catch (error) {
    relay.stop();
    throw error;
  }
}

function inspectionOf(inspection: SessionInspection, relay: StatelyRelay | null): SessionsInspection {
  const close = (): void => {
    inspection.close();
    relay?.stop();
  };
  return {
    get size() {
      return inspection.size;
    },
    get connected() {
      return relay?.connected ?? true;
    },
    get dropped() {
      return relay?.dropped ?? 0;
    },
    add: (target) => {
      inspection.add(target);
    },
    remove: (target) => {
      inspection.remove(target);
    },
    close,
    [Symbol.dispose]: close,
  };
}
