import type { HTTPServerRequest } from '../../session/index.js';

const SLASH = 0x2f;

/**
 * The target URI of a request (RFC 9112 section 3.3), or the status that refuses it. What comes out need not be a URL:
 * more is permitted in a Host field than in the authority of one.
 */
export function urlOf(request: HTTPServerRequest, scheme: string): string | number {
  const { uri } = request;
  if (uri.charCodeAt(0) === SLASH) return `${scheme}://${authorityOf(request)}${uri}`;
  // A server must not serve an `https:` resource over a connection without TLS, and 421 says so (RFC 9110 section 7.4).
  return uri.slice(0, uri.indexOf(':')).toLowerCase() === scheme ? uri : 421;
}

/** Without a name in the request, a server takes one that it knows for its own (RFC 9112 section 3.3). */
function authorityOf(request: HTTPServerRequest): string {
  const host = request.get('Host');
  // An empty authority would make the URL parser take the first segment of the path for the host.
  if (host !== undefined && host !== '') return host;
  const own = request.serverAddress();
  if (own === null) return 'localhost';
  const address = own.address.includes(':') ? `[${own.address}]` : own.address;
  return `${address}:${String(own.port)}`;
}
