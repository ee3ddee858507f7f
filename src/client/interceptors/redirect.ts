import { checkOptions, type HTTPSessionError, KnownNames, RemoteProtocolError } from '../../errors/index.js';
import { checkCount, checkBoolean, type HTTPClientResponse } from '../../session/index.js';
import type { ClientRequest, Interceptor } from '../request.js';
import { fieldsOf, isRepeatable } from './repeatable.js';

/** How far redirects are followed. */
export interface RedirectOptions {
  /** Redirects of one call; one more is an error. @defaultValue 20 */
  readonly maximum?: number | undefined;
  /** Fields that another origin does not get, beside Authorization, Cookie and Proxy-Authorization. */
  readonly stripHeaders?: readonly string[] | undefined;
  /** Whether `https:` may lead to `http:`. @defaultValue false */
  readonly allowDowngrade?: boolean | undefined;
}

const KNOWN_OPTIONS = new KnownNames('option of redirect()', [
  'maximum',
  'stripHeaders',
  'allowDowngrade',
] satisfies (keyof RedirectOptions)[]);

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** What belongs to one origin. */
const CREDENTIALS = ['Authorization', 'Cookie', 'Proxy-Authorization'];
/** What describes a body that is not sent any more, beside all of `Content-*` (RFC 9110 section 15.4). */
const ABOUT_CONTENT = ['Digest', 'Repr-Digest', 'Transfer-Encoding', 'Trailer', 'Expect'];

/**
 * An interceptor that follows redirects.
 *
 * - 303 becomes GET (HEAD stays), and so does POST after 301 and 302, without its body; 307 and 308 repeat the request. One with
 *   a body that cannot be sent again is not repeated: you get the redirect itself.
 * - Another origin (scheme, host or port) gets neither Authorization nor Cookie nor Proxy-Authorization.
 * - `https:` does not lead to `http:` unless you allow it: you get the redirect itself, as for a Location that is no URL of
 *   these two, or has a user name in it.
 *
 * `response.url` and `response.redirects` say where the response is from.
 *
 * @throws TypeError, RangeError for an unknown or malformed option.
 *
 * @example
 * ```ts
 * const following = client.compose(redirect({ maximum: 5 }));
 * const response = await following.request('http://example.org/');
 * console.log(response.url?.href, response.redirects.length);
 * ```
 */
export function redirect(options: RedirectOptions = {}): Interceptor {
  checkOptions('redirect()', options, KNOWN_OPTIONS);
  const maximum = checkCount(options.maximum ?? 20, 'maximum');
  const allowDowngrade = checkBoolean(options.allowDowngrade ?? false, 'allowDowngrade');
  const stripped = [...CREDENTIALS, ...(options.stripHeaders ?? [])];

  return (next) => async (first) => {
    const redirects: URL[] = [];
    for (let request = first; ;) {
      const response = await next(request);
      const url = targetOf(request, response, allowDowngrade);
      const following = url === null ? null : followingOf(request, response.status, url, stripped);
      if (following === null) {
        response.redirects = redirects;
        response.url ??= request.url;
        return response;
      }
      response.discard();
      if (redirects.length >= maximum) throw tooMany(maximum, response);
      redirects.push(request.url);
      request = following;
    }
  };
}

/** Where a response leads to; `null` when it is not followed. */
function targetOf({ url }: ClientRequest, response: HTTPClientResponse, allowDowngrade: boolean): URL | null {
  if (!REDIRECTS.has(response.status)) return null;
  const locations = response.message.getAll('Location');
  const [location] = locations;
  // Of several, which one is meant cannot be known.
  if (location === undefined || location === '' || locations.length > 1) return null;
  let target: URL;
  try {
    target = new URL(location, url);
  } catch {
    return null;
  }
  if (target.protocol !== 'http:' && target.protocol !== 'https:') return null;
  if (target.username !== '' || target.password !== '') return null;
  if (url.protocol === 'https:' && target.protocol === 'http:' && !allowDowngrade) return null;
  // RFC 9110 section 10.2.2: a target without a fragment has that of the request.
  if (target.hash === '') target.hash = url.hash;
  return target;
}

/** The request to follow a redirect with; `null` when its body cannot be sent again. */
function followingOf(
  request: ClientRequest,
  status: number,
  url: URL,
  stripped: readonly string[],
): ClientRequest | null {
  const method = request.method ?? 'GET';
  const becomesGet = (status === 303 && method !== 'HEAD') || (status < 303 && method === 'POST');
  if (!becomesGet && !isRepeatable(request)) return null;
  const headers = fieldsOf(request);
  headers.delete('Host');
  const isSameOrigin = url.origin === request.url.origin;
  if (!isSameOrigin) for (const name of stripped) headers.delete(name);
  // A socket leads to one server, which another origin is not.
  const { socketPath: _socketPath, ...others } = request;
  const following = isSameOrigin ? request : others;
  if (!becomesGet) return { ...following, url, headers };
  for (const name of ABOUT_CONTENT) headers.delete(name);
  for (const [name] of [...headers]) if (/^content-/i.test(name)) headers.delete(name);
  const { body: _body, expectContinue: _expects, ...rest } = following;
  return { ...rest, method: 'GET', url, headers };
}

function tooMany(maximum: number, response: HTTPClientResponse): HTTPSessionError {
  return new RemoteProtocolError(
    `redirect(): the server redirects more than ${String(maximum)} times (last to ${String(response.status)})`,
    'ERR_HTTP_SESSION_TOO_MANY_REDIRECTS',
  );
}
