import { createHash, randomBytes } from 'node:crypto';

import { quotedString, type Challenge } from './challenges.js';
import type { ChallengedRequest, UserCredentials } from './user-credentials.js';

/** The algorithms of RFC 7616, and those of OpenSSL that they are. The strongest is first. */
const ALGORITHMS: Readonly<Record<string, string>> = {
  'sha-512-256': 'sha512-256',
  'sha-256': 'sha256',
  md5: 'md5',
};
const STRENGTHS = Object.keys(ALGORITHMS);

/** A challenge of the scheme Digest that can be answered. */
export interface DigestChallenge {
  /** The realm, one character for each byte that the server sent. */
  readonly realm: string;
  /** The server's nonce. */
  readonly nonce: string;
  /** To be sent back as it is; `undefined` for none. */
  readonly opaque: string | undefined;
  /** The name of the algorithm as the server has written it; `undefined` for MD5 by default. */
  readonly algorithm: string | undefined;
  /** The quality of protection; `null` for a server that knows RFC 2069 alone. */
  readonly qop: 'auth' | null;
  /** Whether the credentials were right, and the nonce alone was too old. */
  readonly stale: boolean;
  /** Whether the user name is to be hashed. */
  readonly userhash: boolean;
  /** What the strongest algorithm has 0 for. */
  readonly weakness: number;
}

/**
 * What a challenge asks for; `null` when it is not of the scheme Digest, lacks its realm or nonce, or wants an algorithm or
 * a protection that is not known.
 *
 * `auth-int` is not known: its hash covers the body, which would have to be held in memory before the head could be sent.
 */
export function digestChallenge({ scheme, parameters }: Challenge): DigestChallenge | null {
  const realm = parameters.get('realm');
  const nonce = parameters.get('nonce');
  if (scheme !== 'digest' || realm === undefined || nonce === undefined) return null;
  const algorithm = parameters.get('algorithm');
  const weakness = STRENGTHS.indexOf(baseOf(algorithm));
  const qops = parameters
    .get('qop')
    ?.toLowerCase()
    .split(',')
    .map((it) => it.trim());
  if (weakness < 0 || qops?.includes('auth') === false) return null;
  // The hash of the session needs a client's nonce, which RFC 2069 has none of.
  if (qops === undefined && isOfSession(algorithm)) return null;
  return {
    realm,
    nonce,
    opaque: parameters.get('opaque'),
    algorithm,
    qop: qops === undefined ? null : 'auth',
    stale: parameters.get('stale')?.toLowerCase() === 'true',
    userhash: parameters.get('userhash')?.toLowerCase() === 'true',
    weakness,
  };
}

/** Where a client is within the life of one nonce of a server. */
export interface NonceUse {
  /** How many requests were sent with the nonce, this one included: from 1. */
  readonly count: number;
  /** The client's nonce; for the algorithms of a session (`-sess`) the same for all requests with one nonce of the server. */
  readonly cnonce: string;
}

/** A nonce of the client. */
export function createCnonce(): string {
  return randomBytes(18).toString('base64');
}

/** Credentials of the scheme Digest (RFC 7616; RFC 2069 for a challenge without `qop`) for one request. */
export function digestAuthorization(
  challenge: DigestChallenge,
  { username, password }: UserCredentials,
  { method, uri }: ChallengedRequest,
  { count, cnonce }: NonceUse,
): string {
  const { realm, nonce, opaque, algorithm, qop, userhash } = challenge;
  const hash = (...parts: readonly (string | Buffer)[]): string => hashOf(algorithm, parts);
  const nc = count.toString(16).padStart(8, '0');
  const realmBytes = Buffer.from(realm, 'latin1');
  const user = hash(`${username}:`, realmBytes, `:${password}`);
  const secret = isOfSession(algorithm) ? hash(`${user}:${nonce}:${cnonce}`) : user;
  const about = hash(`${method}:${uri}`);
  const response =
    qop === null
      ? hash(`${secret}:${nonce}:${about}`)
      : hash(`${secret}:${nonce}:${nc}:${cnonce}:${qop}:${about}`);
  const parameters = [
    userhash ? `username="${hash(`${username}:`, realmBytes)}"` : usernameParameter(username),
    `realm=${quotedString(realm)}`,
    `uri=${quotedString(uri)}`,
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    `nonce=${quotedString(nonce)}`,
    ...(qop === null ? [] : [`nc=${nc}`, `cnonce=${quotedString(cnonce)}`, `qop=${qop}`]),
    `response="${response}"`,
    ...(opaque === undefined ? [] : [`opaque=${quotedString(opaque)}`]),
    ...(userhash ? ['userhash=true'] : []),
  ];
  return `Digest ${parameters.join(', ')}`;
}

/** A name that no quoted string can hold is sent in the extended notation of RFC 8187 (RFC 7616 section 3.4.4). */
function usernameParameter(username: string): string {
  if (/^[\x20-\x7e]*$/.test(username)) return `username=${quotedString(username)}`;
  const encoded = encodeURIComponent(username).replace(
    /['()*]/g,
    (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `username*=UTF-8''${encoded}`;
}

function baseOf(algorithm = 'MD5'): string {
  return algorithm.toLowerCase().replace(/-sess$/, '');
}

function isOfSession(algorithm: string | undefined): boolean {
  return algorithm?.toLowerCase().endsWith('-sess') === true;
}

function hashOf(algorithm: string | undefined, parts: readonly (string | Buffer)[]): string {
  const hash = createHash(ALGORITHMS[baseOf(algorithm)] as string);
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
