export { ClientTelemetry, type ObservedClient, type ObservedPool } from './client-telemetry.js';
export type { TracedRequestOptions } from './client-requests.js';
export { ServerTelemetry, type ObservedServer, type TelemetryOptions } from './server-telemetry.js';
export type { TracedHandlerOptions } from './request-traces.js';
