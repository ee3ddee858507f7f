export { HTTPServer } from './http-server.js';
export type { HTTPServerParams, OverloadPolicy, ServerLimits } from './server-params.js';
export type { DrainedConnection, DrainOptions, DrainOutcome, DrainReport } from './drain-report.js';
export type { ConnectionCounts } from './connection-registry.js';
