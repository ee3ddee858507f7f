import { checkOptions, describeValue, KnownNames } from '../../errors/index.js';
import { Authenticator } from '../credentials/authenticator.js';
import { parseChallenges, type Challenge } from '../credentials/challenges.js';
import type { UserCredentials } from '../credentials/user-credentials.js';
import { parseTarget, pathOf } from '../pool/request-target.js';
import type { ClientRequest, Interceptor } from '../request.js';
import { fieldsOf, isRepeatable } from './repeatable.js';

/** How to answer 401. */
export interface AuthenticateOptions {
  /** The origin that the credentials are for; no other gets them. A URL, of which the rest does not matter. */
  readonly origin: string | URL;
  /** A user name and a password, for Basic and Digest. */
  readonly credentials?: UserCredentials | undefined;
  /**
   * Answers what Basic and Digest do not: returns the value of `Authorization`, or `null`. For Bearer and the like.
   *
   * @param challenges - as the server made them.
   */
  readonly answer?:
    | ((challenges: readonly Challenge[], request: ClientRequest) => string | null | Promise<string | null>)
    | undefined;
}

const KNOWN_OPTIONS = new KnownNames('option of authenticate()', [
  'origin',
  'credentials',
  'answer',
] satisfies (keyof AuthenticateOptions)[]);

/**
 * An interceptor that answers a 401 once, with Digest, Basic, or what your function returns. Later requests to the origin have
 * the credentials from the start. A request with an Authorization of its own is left alone, and so is one whose body cannot be
 * sent again: you get the 401.
 *
 * Schemes that authenticate a connection (NTLM, Negotiate) need all of their requests on one connection, which a pool does not
 * promise: use an `HTTPClientSession` for them.
 *
 * @throws TypeError for an unknown or malformed option.
 *
 * @example
 * ```ts
 * const known = client.compose(
 *   authenticate({ origin: 'https://api.example', credentials: { username: 'ada', password: 'lovelace' } }),
 * );
 * ```
 */
export function authenticate(options: AuthenticateOptions): Interceptor {
  checkOptions('authenticate()', options, KNOWN_OPTIONS);
  const { credentials, answer } = options;
  const { origin } = parseTarget(options.origin);
  if ((credentials === undefined) === (answer === undefined)) {
    throw new TypeError('authenticate(): pass either credentials or answer');
  }
  if (credentials !== undefined) checkCredentials(credentials);
  if (answer !== undefined && typeof answer !== 'function') {
    throw new TypeError(`answer: must be a function (got ${describeValue(answer)})`);
  }
  const user = credentials === undefined ? null : new Authenticator(credentials);
  /** What the user's function has answered last, while it is accepted. */
  let token: string | null = null;

  return (next) => async (request) => {
    const { method = 'GET', url } = request;
    if (url.origin !== origin || fieldsOf(request).has('Authorization')) return next(request);
    const target = { method, uri: pathOf(url) };
    const ahead = user === null ? token : user.value(target);
    const response = await next(ahead === null ? request : withAuthorization(request, ahead));
    user?.inform(response.get('Authentication-Info'));
    if (response.status !== 401) return response;
    token = null;
    if (!isRepeatable(request)) return response;
    const fields = response.message.getAll('WWW-Authenticate');
    const value =
      user === null
        ? ((await answer?.(parseChallenges(fields), request)) ?? null)
        : user.answer(fields, { ...target, rejected: ahead });
    // What was refused once would be refused again.
    if (value === null || value === ahead) return response;
    response.discard();
    const answered = await next(withAuthorization(request, value));
    user?.inform(answered.get('Authentication-Info'));
    if (answered.status !== 401) token = value;
    else user?.forget();
    return answered;
  };
}

function withAuthorization(request: ClientRequest, value: string): ClientRequest {
  const headers = fieldsOf(request);
  headers.set('Authorization', value);
  return { ...request, headers };
}

function checkCredentials(credentials: unknown): void {
  const { username, password } = Object(credentials) as Partial<UserCredentials>;
  if (typeof username !== 'string' || typeof password !== 'string') {
    throw new TypeError('credentials: must have a username and a password, both strings');
  }
}
