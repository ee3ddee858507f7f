import { checkOptions, describeValue, KnownNames } from '../errors/index.js';
import {
  SELECTION_OPTIONS,
  SessionInspection,
  type InspectionTarget,
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
   * `createWebSocketInspector` sends. While it is away, the connection is retried. @defaultValue 'ws://localhost:8080'
   */
  readonly url?: string | undefined;
  /** An inspector of `@statelyai/inspect` to use instead of `url`. */
  readonly inspector?: StatelyInspector | undefined;
  /** How many messages may wait for a relay that is away or slow; one more drops and counts all. @defaultValue 1000 */
  readonly maxQueued?: number | undefined;
}

const OPTIONS = new KnownNames('option of inspectSessions()', [
  ...['url', 'inspector', 'maxQueued'],
  ...SELECTION_OPTIONS,
]);

/** Sessions that are being inspected. */
export interface SessionsInspection extends Disposable {
  /** How many sessions are shown now. */
  readonly size: number;
  /** Whether the relay is connected; always `true` with an `inspector` of your own. */
  readonly connected: boolean;
  /** Messages that were dropped because the relay was away or slow; always 0 with an `inspector` of your own. */
  readonly dropped: number;
  /** Starts to show a session, a server with all its sessions, or a client; no effect once closed. @throws TypeError for anything else */
  add(target: InspectionTarget): void;
  /** Stops showing a session, a server with its sessions, or a client. */
  remove(target: InspectionTarget): void;
  /** Stops inspecting and disconnects. Idempotent. */
  close(): void;
}

/**
 * Shows sessions live in Stately's inspector: each as an actor with its chart, its buffer service and its message cycle
 * below it. It sends names of states and types of events, and nothing else. It does not keep the process alive.
 *
 * @throws RangeError for a number out of range; SyntaxError for an invalid URL; TypeError for an unknown option, and for a
 * target that is not a session, a server or a client; Error if it needs the package `ws` and that is not installed
 *
 * @example
 * ```ts
 * const server = new HTTPServer(handler);
 * const inspection = inspectSessions({ of: [server] });
 * await server.listen({ port: 8080 });
 * process.once('SIGTERM', () => inspection.close());
 * ```
 */
export function inspectSessions(options: InspectSessionsOptions = {}): SessionsInspection {
  checkOptions('inspectSessions()', options, OPTIONS);
  const { inspector, url = STATELY_RELAY, maxQueued = 1_000, ...selection } = options;
  if (!(Number.isInteger(maxQueued) && maxQueued > 0)) {
    throw new RangeError(`maxQueued: must be an integer above 0 (got ${String(maxQueued)})`);
  }
  if (inspector !== undefined) checkInspector(inspector);
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

function checkInspector(inspector: unknown): void {
  const { actor, snapshot } = (inspector ?? {}) as Partial<Record<keyof StatelyInspector, unknown>>;
  if (typeof actor === 'function' && typeof snapshot === 'function') return;
  throw new TypeError(
    `inspectSessions(): the inspector must be what a create...Inspector function returns (got ${describeValue(inspector)})`,
  );
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
