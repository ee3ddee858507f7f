export { ServerTelemetry, type ObservedServer, type TelemetryOptions } from './server-telemetry.js';
export type { TracedHandlerOptions } from './request-traces.js';
