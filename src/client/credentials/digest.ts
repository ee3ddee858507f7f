import { createHash, randomBytes } from 'node:crypto';

import type { ChallengedRequest, Credentials } from './answer-challenge.js';
import type { Challenge } from './challenges.js';

/** Algorithms by preference; `-sess` binds the key to the first nonces. MD5 is for servers that know nothing else. */
const HASHES: Readonly<Record<string, 'sha256' | 'md5'>> = {
  'sha-256': 'sha256',
  'sha-256-sess': 'sha256',
  md5: 'md5',
  'md5-sess': 'md5',
};

/** What answers with the same nonce must agree on. */
interface NonceUse {
  count: number;
  readonly cnonce: string;
}

/**
 * Answers to Digest (RFC 7616): SHA-256 and MD5, their `-sess` forms, `qop=auth`, and no qop at all for servers of RFC 2069.
 *
 * `auth-int` is left out: it would have to hash the body before the head is sent, so a stream could not be sent at all.
 */
export class Digest {
  /** How often each nonce was used; the server refuses a count that it has seen. */
  readonly #uses = new Map<string, NonceUse>();
  readonly #newNonce: () => string;

  /** @param newNonce - makes client nonces; for tests. */
  constructor(newNonce: () => string = () => randomBytes(16).toString('hex')) {
    this.#newNonce = newNonce;
  }

  /** How much a challenge is preferred, 0 for one that cannot be answered. */
  static strength({ parameters }: Challenge): number {
    const hash = HASHES[algorithmOf(parameters)];
    if (hash === undefined || !parameters.has('nonce') || qopOf(parameters) === null) return 0;
    return hash === 'sha256' ? 3 : 2;
  }

  /** The value of `Authorization` for a challenge of some strength. */
  answer({ parameters }: Challenge, credentials: Credentials, request: ChallengedRequest): string {
    const algorithm = algorithmOf(parameters);
    const hash = HASHES[algorithm] as string;
    const digest = (text: string): string => createHash(hash).update(text, 'utf8').digest('hex');
    const realm = parameters.get('realm') ?? '';
    const nonce = parameters.get('nonce') ?? '';
    const qop = qopOf(parameters);
    const { count, cnonce } = this.#useOf(nonce);
    const nc = count.toString(16).padStart(8, '0');
    const { username, password } = credentials;
    const secret = digest(`${username}:${realm}:${password}`);
    const key = algorithm.endsWith('-sess') ? digest(`${secret}:${nonce}:${cnonce}`) : secret;
    const target = digest(`${request.method}:${request.uri}`);
    const response =
      qop === 'auth'
        ? digest(`${key}:${nonce}:${nc}:${cnonce}:auth:${target}`)
        : digest(`${key}:${nonce}:${target}`);
    const isHashed = parameters.get('userhash')?.toLowerCase() === 'true';
    const name = isHashed ? quoted(digest(`${username}:${realm}`)) : nameOf(username);
    const needsNonce = qop === 'auth' || algorithm.endsWith('-sess');
    return [
      `Digest ${isHashed || !name.startsWith('UTF-8') ? `username=${name}` : `username*=${name}`}`,
      `realm=${quoted(realm)}`,
      `uri=${quoted(request.uri)}`,
      ...(parameters.has('algorithm') ? [`algorithm=${parameters.get('algorithm') ?? ''}`] : []),
      `nonce=${quoted(nonce)}`,
      ...(qop === 'auth' ? [`nc=${nc}`] : []),
      ...(needsNonce ? [`cnonce=${quoted(cnonce)}`] : []),
      ...(qop === 'auth' ? ['qop=auth'] : []),
      `response=${quoted(response)}`,
      ...(parameters.has('opaque') ? [`opaque=${quoted(parameters.get('opaque') ?? '')}`] : []),
      ...(isHashed ? ['userhash=true'] : []),
    ].join(', ');
  }

  #useOf(nonce: string): NonceUse {
    const use = this.#uses.get(nonce) ?? { count: 0, cnonce: this.#newNonce() };
    use.count++;
    this.#uses.delete(nonce);
    this.#uses.set(nonce, use);
    if (this.#uses.size > MAX_NONCES) this.#uses.delete(this.#uses.keys().next().value as string);
    return use;
  }
}

/** Nonces whose count is remembered: one for each protection space in use. */
const MAX_NONCES = 100;

function algorithmOf(parameters: ReadonlyMap<string, string>): string {
  return (parameters.get('algorithm') ?? 'MD5').toLowerCase();
}

/** `''` for a server that knows no qop; `null` for one that demands what cannot be had. */
function qopOf(parameters: ReadonlyMap<string, string>): 'auth' | '' | null {
  const qop = parameters.get('qop');
  if (qop === undefined) return '';
  return qop.split(',').some((it) => it.trim().toLowerCase() === 'auth') ? 'auth' : null;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** A user name; one beyond ASCII is percent-encoded (RFC 8187). */
function nameOf(username: string): string {
  if (/^[\x20-\x7e]*$/.test(username)) return quoted(username);
  const encoded = encodeURIComponent(username).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `UTF-8''${encoded}`;
}
