import { basicAuthorization } from './basic.js';
import { parseChallenges, type Challenge } from './challenges.js';
import { createCnonce, digestAuthorization, digestChallenge, type DigestChallenge } from './digest.js';
import type { ChallengedRequest, UserCredentials } from './user-credentials.js';

/** A request that was challenged. */
export interface RejectedRequest extends ChallengedRequest {
  /** The value of `Authorization` or `Proxy-Authorization` that it was sent with; `null` or absent for none. */
  readonly rejected?: string | null | undefined;
}

/**
 * Answers a challenge with a user name and a password, by the strongest scheme that there is: Digest before Basic, and of
 * Digest SHA-512-256 before SHA-256 before MD5.
 *
 * It keeps nothing. With `rejected`, the same answer is not given twice: a Basic one never, and a Digest one to the same
 * nonce only when the server says that the nonce was `stale`.
 *
 * @param challenges - the values of `WWW-Authenticate` or `Proxy-Authenticate`, each of which may hold several challenges.
 * @returns the value of `Authorization` or `Proxy-Authorization`; `null` when there is no answer, or no other one.
 *
 * @example
 * ```ts
 * const response = await session.request({ path: '/private' });
 * const challenges = response.message.getAll('WWW-Authenticate');
 * const value = answerChallenge(challenges, { username: 'ann', password: 'secret' }, { method: 'GET', uri: '/' });
 * if (value !== null) console.log(value.startsWith('Digest '));
 * ```
 */
export function answerChallenge(
  challenges: readonly string[],
  credentials: UserCredentials,
  request: RejectedRequest,
): string | null {
  const parsed = parseChallenges(challenges);
  const digest = strongestDigest(parsed);
  if (digest !== null) {
    if (!mayAnswer(digest, request.rejected)) return null;
    return digestAuthorization(digest, credentials, request, { count: 1, cnonce: createCnonce() });
  }
  return answerBasic(parsed, credentials, request.rejected);
}

/** The answer to a challenge of the scheme Basic; `null` when there is none, or it is what was rejected. */
export function answerBasic(
  challenges: readonly Challenge[],
  credentials: UserCredentials,
  rejected: string | null | undefined,
): string | null {
  if (!challenges.some(({ scheme }) => scheme === 'basic')) return null;
  const value = basicAuthorization(credentials);
  return value === rejected ? null : value;
}

/** The Digest challenge with the strongest algorithm; `null` when none can be answered. */
export function strongestDigest(challenges: readonly Challenge[]): DigestChallenge | null {
  let best: DigestChallenge | null = null;
  for (const challenge of challenges) {
    const digest = digestChallenge(challenge);
    if (digest !== null && (best === null || digest.weakness < best.weakness)) best = digest;
  }
  return best;
}

/** Whether a challenge is another one than what was answered with the rejected value. */
export function mayAnswer({ nonce, stale }: DigestChallenge, rejected: string | null | undefined): boolean {
  if (rejected === undefined || rejected === null || stale) return true;
  const [sent] = parseChallenges([rejected]);
  return sent?.scheme !== 'digest' || sent.parameters.get('nonce') !== nonce;
}
