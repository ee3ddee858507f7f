import { checkOptions, describeValue, KnownNames } from '../../errors/index.js';
import type { HTTPClientResponse } from '../../session/index.js';
import { answerChallenge, type Credentials } from '../credentials/answer-challenge.js';
import { parseChallenges, type Challenge } from '../credentials/challenges.js';
import { Digest } from '../credentials/digest.js';
import { pathOf } from '../pool/request-target.js';
import type { ClientRequest, Interceptor } from '../request.js';
import { fieldsOf, isRepeatable, readAway } from './repeatable.js';

/** How to answer 401. */
export interface AuthenticateOptions {
  /** The origin that the credentials are for; no other gets them. A URL, of which the rest does not matter. */
  readonly origin: string | URL;
  /** A user name and a password, for Basic and Digest. */
  readonly credentials?: Credentials | undefined;
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
  const { origin } = new URL(options.origin);
  if ((credentials === undefined) === (answer === undefined)) {
    throw new TypeError('authenticate(): pass either credentials or answer');
  }
  if (credentials !== undefined) checkCredentials(credentials);
  if (answer !== undefined && typeof answer !== 'function') {
    throw new TypeError(`answer: must be a function (got ${describeValue(answer)})`);
  }
  const digest = new Digest();
  /** The challenge fields that were answered last, and accepted. */
  let accepted: readonly string[] | null = null;

  const answerTo = (
    fields: readonly string[],
    request: ClientRequest,
  ): string | null | Promise<string | null> => {
    if (credentials === undefined) return answer?.(parseChallenges(fields), request) ?? null;
    const { method = 'GET', url } = request;
    return answerChallenge(fields, credentials, { method, uri: pathOf(url) }, digest);
  };
  const withAuthorization = (request: ClientRequest, value: string): ClientRequest => {
    const headers = fieldsOf(request);
    headers.set('Authorization', value);
    return { ...request, headers };
  };

  return (next) => async (request) => {
    if (request.url.origin !== origin || fieldsOf(request).has('Authorization')) return next(request);
    const ahead = accepted === null ? null : await answerTo(accepted, request);
    const response = await next(ahead === null ? request : withAuthorization(request, ahead));
    if (response.status !== 401 || !isRepeatable(request)) return response;
    const fields = response.message.getAll('WWW-Authenticate');
    const isSame = ahead !== null && !isStale(fields);
    const value = isSame ? null : await answerTo(fields, request);
    // What was refused once would be refused again.
    if (value === null || value === ahead) return forget(response);
    await readAway(response);
    const answered = await next(withAuthorization(request, value));
    accepted = answered.status === 401 ? null : fields;
    return answered;
  };

  function forget(response: HTTPClientResponse): HTTPClientResponse {
    accepted = null;
    return response;
  }
}

/** Whether the server only wants another nonce (RFC 7616 section 3.3), or another nonce than that which was used. */
function isStale(fields: readonly string[]): boolean {
  return parseChallenges(fields).some(
    ({ scheme, parameters }) => scheme === 'digest' && parameters.get('stale')?.toLowerCase() === 'true',
  );
}

function checkCredentials(credentials: unknown): void {
  const { username, password } = Object(credentials) as Partial<Credentials>;
  if (typeof username !== 'string' || typeof password !== 'string') {
    throw new TypeError('credentials: must have a username and a password, both strings');
  }
}
