import { basicAuthorization } from './basic.js';
import { answerBasic, mayAnswer, strongestDigest, type RejectedRequest } from './answer-challenge.js';
import { parseChallenges } from './challenges.js';
import { createCnonce, digestAuthorization, type DigestChallenge } from './digest.js';
import type { ChallengedRequest, UserCredentials } from './user-credentials.js';

/**
 * The credentials of one user for one server or proxy, with what that has asked for: after one challenge, the requests that
 * follow have the right field at once. Digest's nonce is used again, and counted.
 *
 * The password is in a private field: no `inspect` and no JSON shows it.
 */
export class Authenticator {
  readonly #credentials: UserCredentials;
  /** What gives the next request its value; `null` before the first challenge. */
  #scheme: 'basic' | DigestNonce | null = null;

  /** @param credentials - are copied. */
  constructor({ username, password }: UserCredentials) {
    this.#credentials = { username, password };
  }

  /** The value for a request that was not challenged itself; `null` before the first challenge. */
  value(request: ChallengedRequest): string | null {
    if (this.#scheme === null) return null;
    if (this.#scheme === 'basic') return basicAuthorization(this.#credentials);
    return this.#scheme.next(this.#credentials, request);
  }

  /**
   * Answers a challenge, and keeps it for the requests that follow.
   *
   * @param challenges - the values of `WWW-Authenticate` or `Proxy-Authenticate`.
   * @returns the value to send the request again with; `null` when there is none, or no other than was rejected.
   */
  answer(challenges: readonly string[], request: RejectedRequest): string | null {
    const parsed = parseChallenges(challenges);
    const digest = strongestDigest(parsed);
    if (digest === null) {
      const value = answerBasic(parsed, this.#credentials, request.rejected);
      if (value !== null) this.#scheme = 'basic';
      return value;
    }
    if (!mayAnswer(digest, request.rejected)) return null;
    // Requests that were challenged at the same time may all have got the same nonce: they count on together.
    const { nonce } = digest;
    if (!(this.#scheme instanceof DigestNonce) || this.#scheme.nonce !== nonce) {
      this.#scheme = new DigestNonce(digest);
    }
    return this.#scheme.next(this.#credentials, request);
  }

  /** What was answered is not accepted: the requests that follow go without, so that no account is locked for it. */
  forget(): void {
    this.#scheme = null;
  }

  /** Takes the next nonce out of an `Authentication-Info` or `Proxy-Authentication-Info` (RFC 7616 section 3.5). */
  inform(authenticationInfo: string | undefined): void {
    if (authenticationInfo === undefined || !(this.#scheme instanceof DigestNonce)) return;
    const [info] = parseChallenges([`Info ${authenticationInfo}`]);
    const nonce = info?.parameters.get('nextnonce');
    if (nonce !== undefined && nonce !== this.#scheme.nonce) this.#scheme = this.#scheme.followedBy(nonce);
  }
}

/** A nonce of a server, and how often it was used. */
class DigestNonce {
  readonly #challenge: DigestChallenge;
  readonly #cnonce = createCnonce();
  #count = 0;

  constructor(challenge: DigestChallenge) {
    this.#challenge = challenge;
  }

  get nonce(): string {
    return this.#challenge.nonce;
  }

  next(credentials: UserCredentials, request: ChallengedRequest): string {
    const use = { count: ++this.#count, cnonce: this.#cnonce };
    return digestAuthorization(this.#challenge, credentials, request, use);
  }

  followedBy(nonce: string): DigestNonce {
    return new DigestNonce({ ...this.#challenge, nonce });
  }
}
