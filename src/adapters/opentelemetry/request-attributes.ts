import type { Attributes } from '@opentelemetry/api';

import type { HTTPServerRequest } from '../../session/index.js';
import { ATTRIBUTE, methodAttribute } from './names.js';

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
