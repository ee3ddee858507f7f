export { inspectSessions, type InspectSessionsOptions, type SessionsInspection } from './inspect-sessions.js';
export type {
  InspectableClient,
  InspectableServer,
  InspectableSession,
  InspectionTarget,
  SessionSelection,
} from './session-inspection.js';
export type { StatelyInspector } from './stately-inspector.js';
export { sharedSystem } from './shared-system.js';
