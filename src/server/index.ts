export type { ServerPhase } from './life.js';
export { HTTPServer } from './http-server.js';
export type { HTTPServerParams, OverloadPolicy, ServerLimits } from './params.js';
export type { DrainedConnection, DrainOptions, DrainOutcome, DrainReport } from './drain-report.js';
export type { ConnectionCounts } from './registry.js';
export { checkTimeouts, type Surroundings, type TimeoutFinding } from './check-timeouts.js';
