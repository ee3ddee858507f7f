import { describeValue } from '../../errors/index.js';
import type { HTTPRequest, HTTPResponse } from '../../protocol/index.js';
import { Authenticator } from './authenticator.js';
import { credentialsOfUrl, decoded, type UserCredentials } from './user-credentials.js';

/**
 * A user name and a password, and the fields that are made of them. POCO: `HTTPCredentials`.
 *
 * Answers Basic and Digest. A password is never shown: `inspect` and `toJSON` have the user name alone.
 *
 * @example
 * ```ts
 * const credentials = new HTTPCredentials('ann', 'secret');
 * const request = new HTTPRequest('GET', '/orders');
 * const response = await session.request({ path: '/orders' });
 * if (response.status === 401 && credentials.authenticate(request, response.message)) {
 *   console.log(request.has('Authorization'));
 * }
 * ```
 */
export class HTTPCredentials {
  #credentials: UserCredentials;
  #origin: Authenticator;
  #proxy: Authenticator;

  /** @throws TypeError for what is not a string. */
  constructor(username = '', password = '') {
    this.#credentials = checked({ username, password });
    this.#origin = new Authenticator(this.#credentials);
    this.#proxy = new Authenticator(this.#credentials);
  }

  /** The credentials of a URL, which are percent-decoded; empty ones for a URL without. POCO: `fromURI`. */
  static fromURL(url: URL): HTTPCredentials {
    const { username, password } = credentialsOfUrl(url) ?? { username: '', password: '' };
    return new HTTPCredentials(username, password);
  }

  /** Credentials as in the user information of a URL: `ann:secret`, percent-encoded. POCO: `fromUserInfo`. */
  static fromUserInfo(userInfo: string): HTTPCredentials {
    const colon = userInfo.indexOf(':');
    if (colon < 0) return new HTTPCredentials(decoded(userInfo));
    return new HTTPCredentials(decoded(userInfo.slice(0, colon)), decoded(userInfo.slice(colon + 1)));
  }

  /** Whether a field value is of the scheme Basic. */
  static isBasicCredentials(value: string): boolean {
    return /^basic(?:[ \t,]|$)/i.test(value);
  }

  /** Whether a field value is of the scheme Digest. */
  static isDigestCredentials(value: string): boolean {
    return /^digest(?:[ \t,]|$)/i.test(value);
  }

  /** Whether a request has `Authorization` of the scheme Basic. */
  static hasBasicCredentials(request: HTTPRequest): boolean {
    return HTTPCredentials.isBasicCredentials(request.get('Authorization') ?? '');
  }

  /** Whether a request has `Authorization` of the scheme Digest. */
  static hasDigestCredentials(request: HTTPRequest): boolean {
    return HTTPCredentials.isDigestCredentials(request.get('Authorization') ?? '');
  }

  /** Whether a request has `Proxy-Authorization` of the scheme Basic. */
  static hasProxyBasicCredentials(request: HTTPRequest): boolean {
    return HTTPCredentials.isBasicCredentials(request.get('Proxy-Authorization') ?? '');
  }

  /** Whether a request has `Proxy-Authorization` of the scheme Digest. */
  static hasProxyDigestCredentials(request: HTTPRequest): boolean {
    return HTTPCredentials.isDigestCredentials(request.get('Proxy-Authorization') ?? '');
  }

  /** The name of the user. */
  getUsername(): string {
    return this.#credentials.username;
  }

  /** Sets the name of the user; what was challenged before is forgotten. @throws TypeError for what is not a string. */
  setUsername(username: string): void {
    this.#replace({ ...this.#credentials, username });
  }

  /** The password. */
  getPassword(): string {
    return this.#credentials.password;
  }

  /** Sets the password; what was challenged before is forgotten. @throws TypeError for what is not a string. */
  setPassword(password: string): void {
    this.#replace({ ...this.#credentials, password });
  }

  /** Forgets the user name, the password and what was challenged. */
  clear(): void {
    this.#replace({ username: '', password: '' });
  }

  /** Whether there is neither a user name nor a password. */
  empty(): boolean {
    return this.#credentials.username === '' && this.#credentials.password === '';
  }

  /**
   * Answers the challenge of a 401: sets `Authorization` of the request. The request may be the one that was rejected: then
   * the same answer is not given twice.
   *
   * @returns whether there was an answer; POCO throws when there is none.
   */
  authenticate(request: HTTPRequest, response: HTTPResponse): boolean {
    return answer(this.#origin, request, response, 'Authorization', 'WWW-Authenticate');
  }

  /**
   * Sets `Authorization` of the next request to the same server, with the scheme that was asked for; Digest counts.
   *
   * @returns `false` before the first challenge, where nothing is set.
   */
  updateAuthInfo(request: HTTPRequest): boolean {
    return update(this.#origin, request, 'Authorization');
  }

  /** Answers the challenge of a 407: sets `Proxy-Authorization`. See `authenticate`. */
  proxyAuthenticate(request: HTTPRequest, response: HTTPResponse): boolean {
    return answer(this.#proxy, request, response, 'Proxy-Authorization', 'Proxy-Authenticate');
  }

  /** Sets `Proxy-Authorization` of the next request to the same proxy. See `updateAuthInfo`. */
  updateProxyAuthInfo(request: HTTPRequest): boolean {
    return update(this.#proxy, request, 'Proxy-Authorization');
  }

  /** The user name alone. */
  toJSON(): { readonly username: string } {
    return { username: this.#credentials.username };
  }

  /** The user name alone, for `util.inspect`. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `HTTPCredentials { username: ${JSON.stringify(this.#credentials.username)} }`;
  }

  #replace(credentials: UserCredentials): void {
    this.#credentials = checked(credentials);
    this.#origin = new Authenticator(credentials);
    this.#proxy = new Authenticator(credentials);
  }
}

/** @throws TypeError; its text has nothing of the password. */
function checked({ username, password }: UserCredentials): UserCredentials {
  if (typeof username !== 'string') {
    throw new TypeError(`username: must be a string (got ${describeValue(username)})`);
  }
  if (typeof password !== 'string')
    throw new TypeError(`password: must be a string (got ${typeof password})`);
  return { username, password };
}

function answer(
  authenticator: Authenticator,
  request: HTTPRequest,
  response: HTTPResponse,
  field: string,
  challenge: string,
): boolean {
  const { method, uri } = request;
  const rejected = request.get(field);
  const value = authenticator.answer(response.getAll(challenge), { method, uri, rejected });
  if (value !== null) request.set(field, value);
  return value !== null;
}

function update(authenticator: Authenticator, request: HTTPRequest, field: string): boolean {
  const value = authenticator.value(request);
  if (value !== null) request.set(field, value);
  return value !== null;
}
