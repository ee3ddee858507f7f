import type { Challenge } from './challenges.js';
import { parseChallenges } from './challenges.js';
import { Digest } from './digest.js';

/** A user name and a password. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** The request that was challenged, as it is sent. */
export interface ChallengedRequest {
  readonly method: string;
  /** The request target, as in the request line. */
  readonly uri: string;
}

/** Credentials of RFC 7617; `null` where the user name has a colon, which Basic cannot express. */
export function basicCredentials({ username, password }: Credentials): string | null {
  if (username.includes(':')) return null;
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

/**
 * The strongest challenge that can be answered with a user name and a password: Digest before Basic, SHA-256 before MD5.
 * `null` when there is none.
 */
export function strongestChallenge(challenges: readonly Challenge[]): Challenge | null {
  const ranked = challenges.map((challenge) => ({ challenge, strength: strengthOf(challenge) }));
  const best = ranked.reduce((one, other) => (other.strength > one.strength ? other : one), {
    challenge: null as Challenge | null,
    strength: 0,
  });
  return best.challenge;
}

function strengthOf(challenge: Challenge): number {
  if (challenge.scheme === 'digest') return Digest.strength(challenge);
  return challenge.scheme === 'basic' ? 1 : 0;
}

/**
 * Answers the strongest of the challenges.
 *
 * @param fields - the values of `WWW-Authenticate` or `Proxy-Authenticate`.
 * @param digest - counts the nonces, so it should be kept for further requests.
 * @returns the value of `Authorization` or `Proxy-Authorization`; `null` when no challenge can be answered.
 */
export function answerChallenge(
  fields: readonly string[],
  credentials: Credentials,
  request: ChallengedRequest,
  digest: Digest = new Digest(),
): string | null {
  const challenge = strongestChallenge(parseChallenges(fields));
  if (challenge === null) return null;
  return challenge.scheme === 'digest'
    ? digest.answer(challenge, credentials, request)
    : basicCredentials(credentials);
}
