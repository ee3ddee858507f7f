import type { HTTPServerRequest } from '../../session/index.js';

/** The usual methods, in their exact spelling. */
const USUAL = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * `Request` refuses the first three, and normalises other spellings of the rest. A method is case-sensitive (RFC 9110
 * section 9.1): a filter for DELETE in front of this server would have let `delete` pass.
 */
const UNFIT = /^(?:CONNECT|TRACE|TRACK|GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/i;

/** The property of a session's request that keeps its `Request` alive. */
const MADE = Symbol('made');

/** The request as a `Request` of the Fetch standard, or the status to respond with if it cannot be one. */
export function toRequest(request: HTTPServerRequest, scheme: string): Request | number {
  const { method, uri } = request;
  if (!USUAL.has(method) && UNFIT.test(method)) return 501;
  // It is about the server as a whole, and so just a ping (RFC 9110 section 9.3.7). No URL can express it.
  if (uri === '*') return 204;
  const url = urlOf(request, scheme);
  if (typeof url === 'number') return url;
  const made = requestAt(url, request);
  if (made === null) return 400;
  fillHeaders(made.headers, request);
  // If target and Host name different hosts, the target counts (RFC 9112 section 3.2.2).
  if (url === uri) made.headers.set('Host', new URL(made.url).host);
  // A signal of a Request aborts only while that Request is referenced (nodejs/undici#3644), and a handler that waits
  // for the signal alone need not reference it.
  (request as HTTPServerRequest & { [MADE]?: Request })[MADE] = made;
  return made;
}

/** `null` if `url` is not a URL. */
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

/** One by one, which saves the conversion of a list. Received fields are well-formed for `Headers`, too. */
function fillHeaders(headers: Headers, request: HTTPServerRequest): void {
  for (const [name, value] of request.message) headers.append(name, value);
}

const SLASH = 0x2f;

/**
 * The target URI of a request (RFC 9112 section 3.3), or the status that refuses it. The result need not be a URL: a Host
 * field permits more than the authority of a URL.
 */
function urlOf(request: HTTPServerRequest, scheme: string): string | number {
  const { uri } = request;
  if (uri.charCodeAt(0) === SLASH) return `${scheme}://${authorityOf(request)}${uri}`;
  // A server must not serve an `https:` resource over a connection without TLS, and 421 says so (RFC 9110 section 7.4).
  return uri.slice(0, uri.indexOf(':')).toLowerCase() === scheme ? uri : 421;
}

/** The host of the request. Without one, a server uses a name of its own (RFC 9112 section 3.3). */
function authorityOf(request: HTTPServerRequest): string {
  const host = request.get('Host');
  // With an empty authority, the URL parser would take the first segment of the path for the host.
  if (host !== undefined && host !== '') return host;
  const own = request.serverAddress();
  if (own === null) return 'localhost';
  const address = own.address.includes(':') ? `[${own.address}]` : own.address;
  return `${address}:${String(own.port)}`;
}
