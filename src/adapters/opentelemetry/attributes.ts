import type { Attributes } from '@opentelemetry/api';

import type { HTTPServerRequest } from '../../session/index.js';

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

/** What a span says of a request when it begins. */
export function spanAttributes(request: HTTPServerRequest, route: string | undefined): Attributes {
  const { method, path, uri } = request;
  const query = uri.indexOf('?');
  const known = methodAttribute(method);
  const client = request.clientAddress();
  return defined({
    [ATTRIBUTE.method]: known,
    [ATTRIBUTE.originalMethod]: known === method ? undefined : method,
    [ATTRIBUTE.path]: path,
    [ATTRIBUTE.query]: query === -1 ? undefined : redacted(uri.slice(query + 1)),
    [ATTRIBUTE.scheme]: schemeOf(request),
    [ATTRIBUTE.route]: route,
    [ATTRIBUTE.protocolName]: 'http',
    [ATTRIBUTE.protocolVersion]: request.version.slice('HTTP/'.length),
    [ATTRIBUTE.userAgent]: request.get('User-Agent'),
    [ATTRIBUTE.clientAddress]: client?.address,
    [ATTRIBUTE.peerAddress]: client?.address,
    [ATTRIBUTE.peerPort]: client?.port,
    ...hostAttributes(request),
  });
}

/** A query without the secrets that signed URLs hold; the conventions name their parameters. */
function redacted(query: string): string {
  return query.replaceAll(/(^|&)(AWSAccessKeyId|Signature|sig|X-Goog-Signature)=[^&]*/g, '$1$2=REDACTED');
}

/** What a metric says of a request that is in progress. */
export function activeAttributes(request: HTTPServerRequest): Attributes {
  return { [ATTRIBUTE.method]: methodAttribute(request.method), [ATTRIBUTE.scheme]: schemeOf(request) };
}

/** What a metric says of a request that is over. */
export function durationAttributes(
  request: HTTPServerRequest,
  route: string | undefined,
  status: number | undefined,
  errorType: string | undefined,
): Attributes {
  return defined({
    ...activeAttributes(request),
    [ATTRIBUTE.route]: route,
    [ATTRIBUTE.status]: status,
    [ATTRIBUTE.errorType]: errorType,
    [ATTRIBUTE.protocolVersion]: request.version.slice('HTTP/'.length),
  });
}

function schemeOf(request: HTTPServerRequest): string {
  return request.secure ? 'https' : 'http';
}

/** The host that the client asked for, without looking it up: the conventions want what the client has used. */
function hostAttributes(request: HTTPServerRequest): Attributes {
  const [, address, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(request.get('Host') ?? '') ?? [];
  if (address === undefined || address === '') return {};
  return {
    [ATTRIBUTE.serverAddress]: address.replace(/^\[|\]$/g, ''),
    ...(port === undefined ? {} : { [ATTRIBUTE.serverPort]: Number(port) }),
  };
}

function defined(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
