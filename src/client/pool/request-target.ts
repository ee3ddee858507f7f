import { HTTP_PORT, HTTPS_PORT } from '../../constants.js';

/** The parts of a URL that a request needs. */
export interface RequestTarget {
  /** Scheme, host and port, as far as they are not those of the scheme. */
  readonly origin: string;
  /** Path and query, as in the request line. */
  readonly path: string;
}

/**
 * URLs that need no parsing: a lower-case host, and a path that parsing would not change. All others are parsed, which
 * takes ten times as long.
 */
const PLAIN = /^(https?:\/\/[a-z\d](?:[a-z\d.-]*[a-z\d])?(?::\d{1,5})?)(\/[\w\-~!$&'()*+,;=:@/%.?]*)$/;

/** Segments that parsing removes; `%2e` is a dot, too. */
const DOTS = /\/(?:\.|%2e){1,2}(?:[/?]|$)/i;

/** Splits a URL that is plain; `null` for one that has to be parsed. */
export function splitPlain(url: string): RequestTarget | null {
  const match = PLAIN.exec(url);
  if (match === null) return null;
  const [, origin = '', path = ''] = match;
  return hasDots(path) ? null : { origin, path };
}

function hasDots(path: string): boolean {
  return (path.includes('.') || path.includes('%')) && DOTS.test(path);
}

/** A path that parsing would not change, if it has no segments of dots. */
const PLAIN_PATH = /^\/[\w\-~!$&'()*+,;=:@/%.?]*$/;

/** The path of a URL of this origin, if it is plain; `null` for one that has to be split or parsed. */
export function plainPath(url: string, origin: string): string | null {
  if (!url.startsWith(origin)) return null;
  const path = url.slice(origin.length);
  return PLAIN_PATH.test(path) && !hasDots(path) ? path : null;
}

/**
 * Parses a URL that a client can request.
 *
 * @throws TypeError for what is not a URL of `http:` or `https:`, and for one with a user name or password, which would
 * stand in logs: pass an Authorization field, or use `authenticate()`.
 */
export function parseTarget(url: string | URL): URL {
  const parsed = toUrl(url);
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
    throw new TypeError(`url: the scheme must be http: or https: (got ${parsed.protocol})`);
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new TypeError(
      'url: must not contain a user name or password; pass an Authorization field, or use authenticate()',
    );
  }
  return parsed;
}

function toUrl(url: string | URL): URL {
  try {
    return url instanceof URL ? url : new URL(url);
  } catch (error) {
    throw new TypeError('url: must be an absolute URL such as https://example.org/path', { cause: error });
  }
}

/** The request target of a URL in origin form. */
export function pathOf({ pathname, search }: URL): string {
  return pathname + search;
}

/** The port of a URL, that of its scheme by default. */
export function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? HTTPS_PORT : HTTP_PORT;
}
