import type { HTTPServerRequest } from '../../session/index.js';

const SLASH = 0x2f;

/** Targets that a URL has unchanged, unless there is a dot behind a slash. */
const PLAIN_TARGET = /^[\w\-.~!$&()*+,;=:@/?]+$/;

/** The last origin, as the requests of a server mostly have one, and whether a URL has it unchanged. */
let lastOrigin = '';
let isLastPlain = false;

/**
 * The target URI of a request (RFC 9112 section 3.3) as `Request` has it, or the status that refuses it: a Host field
 * permits more than the authority of a URL.
 */
export function urlOf(request: HTTPServerRequest, scheme: string): string | number {
  const { uri } = request;
  if (uri.charCodeAt(0) !== SLASH) {
    // A server must not serve an `https:` resource over a connection without TLS, and 421 says so (RFC 9110 section 7.4).
    if (uri.slice(0, uri.indexOf(':')).toLowerCase() !== scheme) return 421;
    return normalised(uri) ?? 400;
  }
  const origin = `${scheme}://${authorityOf(request)}`;
  const url = origin + uri;
  if (PLAIN_TARGET.test(uri) && !uri.includes('/.') && isPlain(origin)) return url;
  return normalised(url) ?? 400;
}

/** Whether the target of a request is a URL by itself. Then its host counts, not the Host field. */
export function isAbsolute(request: HTTPServerRequest): boolean {
  return request.uri.charCodeAt(0) !== SLASH;
}

function normalised(url: string): string | null {
  try {
    return new URL(url).href;
  } catch {
    return null;
  }
}

/** A parser that leaves an origin alone leaves it alone in front of a plain target, too. */
function isPlain(origin: string): boolean {
  if (origin !== lastOrigin) {
    lastOrigin = origin;
    isLastPlain = normalised(`${origin}/`) === `${origin}/`;
  }
  return isLastPlain;
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
