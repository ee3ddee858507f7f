import type { Attributes } from '@opentelemetry/api';

import type { ClientRequest } from '../../client/request.js';
import { HTTP_PORT, HTTPS_PORT } from '../../constants.js';
import { ATTRIBUTE, defined, redactedQuery, type KnownMethods } from './attributes.js';

/** A request, as far as spans and metrics name it. */
export interface NamedRequest {
  readonly method: string;
  readonly url: URL;
  /** The path with placeholders where paths vary. */
  readonly template: string | undefined;
}

/** The request as it will be sent. */
export function namedRequest(request: ClientRequest, template: string | undefined): NamedRequest {
  return { method: request.method ?? 'GET', url: request.url, template };
}

/** The attributes of a span at its start. */
export function clientSpanAttributes(request: NamedRequest, methods: KnownMethods): Attributes {
  const known = methods.attribute(request.method);
  return defined({
    [ATTRIBUTE.method]: known,
    [ATTRIBUTE.originalMethod]: known === request.method ? undefined : request.method,
    [ATTRIBUTE.fullURL]: redactedURL(request.url),
    [ATTRIBUTE.template]: request.template,
    [ATTRIBUTE.protocolName]: 'http',
    ...serverAttributes(request.url),
  });
}

/** The attributes of the metric of active requests. */
export function activeRequestAttributes(request: NamedRequest, methods: KnownMethods): Attributes {
  return defined({
    [ATTRIBUTE.method]: methods.attribute(request.method),
    [ATTRIBUTE.template]: request.template,
    ...originAttributes(request.url),
  });
}

/** The attributes of the metrics of the connections to an origin. */
export function originAttributes(url: URL): Attributes {
  return { ...serverAttributes(url), [ATTRIBUTE.scheme]: url.protocol.slice(0, -1) };
}

/** What the client asked for: the server, not a proxy on the way. */
function serverAttributes({ hostname, port, protocol }: URL): Attributes {
  return {
    [ATTRIBUTE.serverAddress]: hostname.replace(/^\[|\]$/g, ''),
    [ATTRIBUTE.serverPort]:
      port === '' ? (protocol === 'https:' || protocol === 'wss:' ? HTTPS_PORT : HTTP_PORT) : Number(port),
  };
}

/** A URL without credentials, in the form that the conventions ask for. */
export function redactedURL(url: URL): string {
  const hasCredentials = url.username !== '' || url.password !== '';
  const user = hasCredentials ? 'REDACTED:REDACTED@' : '';
  const query = url.search === '' ? '' : `?${redactedQuery(url.search.slice(1))}`;
  return `${url.protocol}//${user}${url.host}${url.pathname}${query}${url.hash}`;
}
