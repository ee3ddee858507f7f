export type { ServerPhase } from './life.js';
export { HTTPServer } from './http-server.js';
export type { HTTPServerParams, OverloadPolicy, ServerLimits } from './params.js';
export type { DrainedConnection, DrainOptions, DrainOutcome, DrainReport } from './drain-report.js';
export type { ConnectionCounts, ConnectionRegistry } from './registry.js';
export { checkTimeouts, type Surroundings, type TimeoutFinding } from './check-timeouts.js';

// For the inspector, which watches the sessions of a server. Not in the entry point `.`.
export { LiveSet } from './live-set.js';

// For the supervisor of servers of node:http, which live by the same chart. Not in the entry point `.`.
export { ServerLife } from './life.js';
