import type { HTTPServerRequest } from '../../session/index.js';

/** The usual methods, as they are spelled. */
const USUAL = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * `Request` refuses the first three, and takes other spellings of the rest for the usual ones. A method is case-sensitive
 * (RFC 9110 section 9.1): whoever guards against DELETE in front of this server has let `delete` pass.
 */
const UNFIT = /^(?:CONNECT|TRACE|TRACK|GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/i;

/** How a request holds on to what was made of it. */
const MADE = Symbol('made');

/** The request as the Fetch standard has it, or the status to answer with when it has no form for this one. */
export function toRequest(request: HTTPServerRequest, scheme: string): Request | number {
  const { method, uri } = request;
  if (!USUAL.has(method) && UNFIT.test(method)) return 501;
  // About the server as a whole, and so no more than a ping (RFC 9110 section 9.3.7). No URL can say it.
  if (uri === '*') return 204;
  const url = urlOf(request, scheme);
  if (typeof url === 'number') return url;
  const made = requestAt(url, request);
  if (made === null) return 400;
  fillHeaders(made.headers, request);
  // Of two names in one request that in the target holds (RFC 9112 section 3.2.2).
  if (url === uri) made.headers.set('Host', new URL(made.url).host);
  // A signal of a Request aborts only while that Request is in use (nodejs/undici#3644), and a handler that waits for
  // nothing else need not use it.
  (request as HTTPServerRequest & { [MADE]?: Request })[MADE] = made;
  return made;
}

/** `null` when it is no URL. */
function requestAt(url: string, request: HTTPServerRequest): Request | null {
  const { method } = request;
  const signal = request.signal;
  // GET and HEAD have no body in the Fetch standard, and on the wire one that means nothing (RFC 9110 section 9.3.1).
  const isBodiless = request.bodyLength === 0 || method === 'GET' || method === 'HEAD';
  try {
    if (isBodiless) return new Request(url, { method, signal });
    return new Request(url, { method, signal, body: request.body.stream(), duplex: 'half' });
  } catch (error) {
    if (URL.canParse(url)) throw error;
    return null;
  }
}

/** One by one, which spares the conversion of a list. What was received is well-formed for `Headers`, too. */
function fillHeaders(headers: Headers, request: HTTPServerRequest): void {
  for (const [name, value] of request.message) headers.append(name, value);
}

const SLASH = 0x2f;

/**
 * The target URI of a request (RFC 9112 section 3.3), or the status that refuses it. What comes out need not be a URL:
 * more is permitted in a Host field than in the authority of one.
 */
function urlOf(request: HTTPServerRequest, scheme: string): string | number {
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
