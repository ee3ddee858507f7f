import { inspect } from 'node:util';

import type { HTTPRequest, HTTPResponse } from '../../protocol/index.js';
import { basicCredentials, strongestChallenge } from './answer-challenge.js';
import { parseChallenges, type Challenge } from './challenges.js';
import { Digest } from './digest.js';

/**
 * A user name and a password that answer the challenges of servers and proxies. Neither is shown by `console.log` or
 * `JSON.stringify`.
 *
 * POCO: `HTTPCredentials`, without NTLM: that authenticates a connection by means of MD4.
 *
 * @example
 * ```ts
 * const credentials = new HTTPCredentials('ada', 'lovelace');
 * const response = await session.request({ path: '/private' });
 * if (response.status === 401) {
 *   await response.bytes();
 *   const request = new HTTPRequest('GET', '/private');
 *   if (credentials.authenticate(request, response.message)) await session.sendRequest(request);
 * }
 * ```
 */
export class HTTPCredentials {
  #username: string;
  #password: string;
  readonly #digest = new Digest();
  /** The challenges that the last response made, by the field that answers them. */
  readonly #challenged = new Map<string, Challenge>();

  /** @throws TypeError for what is not text. */
  constructor(username = '', password = '') {
    this.#username = checkText(username, 'username');
    this.#password = checkText(password, 'password');
  }

  /** POCO: `getUsername`. */
  getUsername(): string {
    return this.#username;
  }

  /** POCO: `setUsername`. */
  setUsername(username: string): void {
    this.#username = checkText(username, 'username');
  }

  /** POCO: `getPassword`. */
  getPassword(): string {
    return this.#password;
  }

  /** POCO: `setPassword`. */
  setPassword(password: string): void {
    this.#password = checkText(password, 'password');
  }

  /** Whether there is neither a user name nor a password. POCO: `empty`. */
  empty(): boolean {
    return this.#username === '' && this.#password === '';
  }

  /**
   * Answers the challenge of a 401 in a request; `false` when it cannot be answered. POCO: `authenticate`.
   *
   * @param response - has the challenges in `WWW-Authenticate`.
   */
  authenticate(request: HTTPRequest, response: HTTPResponse): boolean {
    return this.#answer(request, response, 'WWW-Authenticate', 'Authorization');
  }

  /** Answers the last challenge again, for the next request to the same server. POCO: `updateAuthInfo`. */
  updateAuthInfo(request: HTTPRequest): boolean {
    return this.#update(request, 'Authorization');
  }

  /** Answers the challenge of a 407 in a request. POCO: `proxyAuthenticate`. */
  proxyAuthenticate(request: HTTPRequest, response: HTTPResponse): boolean {
    return this.#answer(request, response, 'Proxy-Authenticate', 'Proxy-Authorization');
  }

  /** Answers the last challenge of the proxy again. POCO: `updateProxyAuthInfo`. */
  updateProxyAuthInfo(request: HTTPRequest): boolean {
    return this.#update(request, 'Proxy-Authorization');
  }

  /** Whether a header has credentials for Basic. POCO: `isBasicCredentials`. */
  static isBasicCredentials(header: string): boolean {
    return /^basic\s/i.test(header);
  }

  /** Whether a header has credentials for Digest. POCO: `isDigestCredentials`. */
  static isDigestCredentials(header: string): boolean {
    return /^digest\s/i.test(header);
  }

  #answer(request: HTTPRequest, response: HTTPResponse, asks: string, answers: string): boolean {
    const challenge = strongestChallenge(parseChallenges(response.getAll(asks)));
    if (challenge === null) return false;
    this.#challenged.set(answers, challenge);
    return this.#update(request, answers);
  }

  #update(request: HTTPRequest, answers: string): boolean {
    const challenge = this.#challenged.get(answers);
    if (challenge === undefined) return false;
    const credentials = { username: this.#username, password: this.#password };
    const { method, uri } = request;
    const value =
      challenge.scheme === 'digest'
        ? this.#digest.answer(challenge, credentials, { method, uri })
        : basicCredentials(credentials);
    if (value === null) return false;
    request.set(answers, value);
    return true;
  }

  /** Nothing that could be read in a log. */
  toJSON(): Record<string, unknown> {
    return { isEmpty: this.empty() };
  }

  [inspect.custom](): string {
    return 'HTTPCredentials {}';
  }
}

function checkText(text: unknown, name: string): string {
  if (typeof text === 'string') return text;
  throw new TypeError(`${name}: must be a string (got ${typeof text})`);
}
