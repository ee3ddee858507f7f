/** The name by which tracers and meters of this adapter are asked for. */
export const INSTRUMENTATION = 'http-session-machine';

/** Attributes of the semantic conventions for HTTP, as far as they are used here. */
export const ATTRIBUTE = {
  method: 'http.request.method',
  originalMethod: 'http.request.method_original',
  status: 'http.response.status_code',
  route: 'http.route',
  path: 'url.path',
  query: 'url.query',
  scheme: 'url.scheme',
  protocolName: 'network.protocol.name',
  protocolVersion: 'network.protocol.version',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  clientAddress: 'client.address',
  peerAddress: 'network.peer.address',
  peerPort: 'network.peer.port',
  userAgent: 'user_agent.original',
  errorType: 'error.type',
} as const;

/** Metrics of the semantic conventions for HTTP, and those of connections, for which there are no conventions. */
export const METRIC = {
  requestDuration: 'http.server.request.duration',
  activeRequests: 'http.server.active_requests',
  connections: 'http_session.connections',
  activities: 'http_session.connections.activity',
  accepted: 'http_session.connections.accepted',
  refused: 'http_session.connections.refused',
  queuedOutput: 'http_session.output.queued',
  timeInState: 'http_session.state.duration',
} as const;

/** The boundaries that the conventions advise for `http.server.request.duration`, in seconds. */
export const DURATION_BOUNDARIES = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];

/** Connections live from milliseconds to hours, in seconds. */
export const STATE_BOUNDARIES = [0.001, 0.01, 0.1, 1, 5, 15, 60, 300, 1_800, 7_200];

const KNOWN_METHODS: readonly string[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
];

/** The method as an attribute: any client can invent methods, and each would be a time series of its own. */
export function methodAttribute(method: string): string {
  return KNOWN_METHODS.includes(method) ? method : '_OTHER';
}
