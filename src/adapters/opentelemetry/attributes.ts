import type { Attributes } from '@opentelemetry/api';

import type { HTTPServerRequest } from '../../session/index.js';

/** The instrumentation scope of tracers and meters: name, version of the package, and what the names here mean. */
export const INSTRUMENTATION = 'http-session-machine';
/** See `INSTRUMENTATION`. */
export const INSTRUMENTATION_VERSION = '0.1.0';
/** See `INSTRUMENTATION`. */
export const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.45.0';

/** The attributes of the semantic conventions for HTTP that are used here. */
export const ATTRIBUTE = {
  method: 'http.request.method',
  originalMethod: 'http.request.method_original',
  status: 'http.response.status_code',
  route: 'http.route',
  path: 'url.path',
  query: 'url.query',
  fullURL: 'url.full',
  template: 'url.template',
  scheme: 'url.scheme',
  protocolName: 'network.protocol.name',
  protocolVersion: 'network.protocol.version',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  clientAddress: 'client.address',
  peerAddress: 'network.peer.address',
  peerPort: 'network.peer.port',
  userAgent: 'user_agent.original',
  resendCount: 'http.request.resend_count',
  connectionState: 'http.connection.state',
  closedBy: 'http_session.closed_by',
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
  clientRequestDuration: 'http.client.request.duration',
  clientActiveRequests: 'http.client.active_requests',
  openConnections: 'http.client.open_connections',
  connectionDuration: 'http.client.connection.duration',
  waitingCalls: 'http_session.pool.waiting',
  oldestWait: 'http_session.pool.oldest_wait',
} as const;

/** The boundaries that the conventions recommend for the durations of requests, in seconds. */
export const DURATION_BOUNDARIES = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];

/** Connections live from milliseconds to hours, in seconds. */
export const STATE_BOUNDARIES = [0.001, 0.01, 0.1, 1, 5, 15, 60, 300, 1_800, 7_200];

/** Those of RFC 9110, with PATCH and QUERY, which the conventions add. */
const DEFAULT_METHODS: readonly string[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
  'QUERY',
];

/** The methods that are told apart: any client can invent methods, and each would be a time series of its own. */
export class KnownMethods {
  readonly #names: ReadonlySet<string>;

  /** @param list - names with commas between them, in place of the default: `OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS`. */
  constructor(list: string | undefined) {
    const names = list?.split(',').map((name) => name.trim()) ?? [];
    const given = names.filter((name) => name !== '');
    this.#names = new Set(given.length === 0 ? DEFAULT_METHODS : given);
  }

  /** The method as an attribute. */
  attribute(method: string): string {
    return this.#names.has(method) ? method : '_OTHER';
  }
}

/** The attributes of a span at its start. */
export function spanAttributes(
  request: HTTPServerRequest,
  route: string | undefined,
  methods: KnownMethods,
): Attributes {
  const { method, path, uri } = request;
  const query = uri.indexOf('?');
  const known = methods.attribute(method);
  const client = request.clientAddress();
  return defined({
    [ATTRIBUTE.method]: known,
    [ATTRIBUTE.originalMethod]: known === method ? undefined : method,
    [ATTRIBUTE.path]: path,
    [ATTRIBUTE.query]: query === -1 ? undefined : redactedQuery(uri.slice(query + 1)),
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

/** The parameters of signed URLs that are secrets or identify an account, as the conventions name them. */
const SECRETS = [
  'AWSAccessKeyId',
  'Signature',
  'sig',
  'X-Amz-Credential',
  'X-Amz-Security-Token',
  'X-Amz-Signature',
  'X-Goog-Credential',
  'X-Goog-Signature',
];

// In any case of letters, as the services take them so in part; a name may be percent-encoded.
const SECRET_VALUE = new RegExp(`(^|&)(${SECRETS.join('|')})=[^&]*`, 'gi');

/** A query without secrets. */
export function redactedQuery(query: string): string {
  return query
    .replaceAll(/(^|&)([^=&]*%[^=&]*)=[^&]*/g, decodedSecret)
    .replaceAll(SECRET_VALUE, '$1$2=REDACTED');
}

function decodedSecret(field: string, before: string, name: string): string {
  let decoded = name;
  try {
    decoded = decodeURIComponent(name);
  } catch {
    // Not percent-encoded, so not one of them either.
  }
  const isSecret = SECRETS.some((secret) => secret.toLowerCase() === decoded.toLowerCase());
  return isSecret ? `${before}${name}=REDACTED` : field;
}

/** The attributes of the metric of active requests. */
export function activeAttributes(request: HTTPServerRequest, methods: KnownMethods): Attributes {
  return { [ATTRIBUTE.method]: methods.attribute(request.method), [ATTRIBUTE.scheme]: schemeOf(request) };
}

/** The attributes of the metric of request durations. */
export function durationAttributes(
  request: HTTPServerRequest,
  route: string | undefined,
  status: number | undefined,
  errorType: string | undefined,
  methods: KnownMethods,
): Attributes {
  return defined({
    ...activeAttributes(request, methods),
    [ATTRIBUTE.route]: route,
    [ATTRIBUTE.status]: status,
    [ATTRIBUTE.errorType]: errorType,
    [ATTRIBUTE.protocolVersion]: request.version.slice('HTTP/'.length),
  });
}

function schemeOf(request: HTTPServerRequest): string {
  return request.secure ? 'https' : 'http';
}

/** The host as the client named it, which is what the conventions ask for. */
function hostAttributes(request: HTTPServerRequest): Attributes {
  const [, address, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(request.get('Host') ?? '') ?? [];
  if (address === undefined || address === '') return {};
  return {
    [ATTRIBUTE.serverAddress]: address.replace(/^\[|\]$/g, ''),
    ...(port === undefined ? {} : { [ATTRIBUTE.serverPort]: Number(port) }),
  };
}

/** Attributes without those that are `undefined`. */
export function defined(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
