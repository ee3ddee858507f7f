import type { MessageHeader } from '../../protocol/index.js';
import { basicAuthorization } from '../credentials/basic.js';
import type { ProxyCredentials, ProxyServer } from './proxy-server.js';

/** What the answer to a challenge belongs to. */
export interface ChallengedRequest {
  readonly method: string;
  /** The request target, as it is sent. */
  readonly uri: string;
  /** The value of `Proxy-Authorization` that it was sent with; `null` for none. */
  readonly rejected: string | null;
}

/**
 * Answers a challenge with credentials.
 *
 * @param challenges - the values of `Proxy-Authenticate`, each of which may hold several challenges.
 * @returns the value of `Proxy-Authorization`; `null` when no challenge can be answered.
 */
export type ChallengeAnswer = (
  challenges: readonly string[],
  credentials: ProxyCredentials,
  request: ChallengedRequest,
) => string | null;

/** Proxies that have accepted Basic; they get it with the first request, which saves a round trip. */
const acceptsBasic = new Set<string>();
const MAX_REMEMBERED = 1_024;

const FIELD = 'Proxy-Authorization';

/** Credentials for one request to a proxy. They are sent unasked where the proxy has taken them before. */
export class ProxyAuthentication {
  readonly #server: ProxyServer;
  readonly #answer: ChallengeAnswer;
  readonly #request: Omit<ChallengedRequest, 'rejected'>;
  #value: string | null;

  constructor(server: ProxyServer, request: Omit<ChallengedRequest, 'rejected'>, answer: ChallengeAnswer) {
    this.#server = server;
    this.#request = request;
    this.#answer = answer;
    this.#value = server.headers().get(FIELD) ?? this.#inAdvance();
  }

  /** Adds the field to those of a request to the proxy. */
  addTo(header: MessageHeader): void {
    if (this.#value !== null) header.set(FIELD, this.#value);
  }

  /** Answers a challenge; `false` when that is not possible, or would be what was sent before. */
  answerTo(header: MessageHeader): boolean {
    const { authMethod } = this.#server;
    const credentials = this.#server.credentials();
    if (credentials === null) return false;
    const all = header.getAll('Proxy-Authenticate');
    const challenges = authMethod === null ? all : all.filter((it) => offers(it, authMethod));
    if (challenges.length === 0) return false;
    // Beside Basic a proxy may offer more, which this user does not want.
    const answer = authMethod === 'basic' ? answerBasic : this.#answer;
    const value = answer(challenges, credentials, { ...this.#request, rejected: this.#value });
    if (value === null || value === this.#value || !isOf(value, authMethod)) return false;
    this.#value = value;
    return true;
  }

  /** The proxy has accepted what was sent. */
  accepted(): void {
    if (this.#value === null || !isOf(this.#value, 'basic')) return;
    if (acceptsBasic.size >= MAX_REMEMBERED) acceptsBasic.clear();
    acceptsBasic.add(this.#key);
  }

  get #key(): string {
    return `${this.#server.origin} ${this.#server.identity}`;
  }

  #inAdvance(): string | null {
    const credentials = this.#server.credentials();
    return credentials !== null && acceptsBasic.has(this.#key) ? basicAuthorization(credentials) : null;
  }
}

/** Whether a field value with credentials is of a scheme. */
function isOf(value: string, method: string | null): boolean {
  return method === null || value.slice(0, method.length + 1).toLowerCase() === `${method} `;
}

/** Whether a challenge is of a scheme; text in quotes is none. */
function offers(challenge: string, method: string): boolean {
  const bare = challenge.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  return new RegExp(`(?:^|,)\\s*${method}(?:\\s|,|$)`, 'i').test(bare);
}

/** Answers a challenge for Basic (RFC 7617). */
export const answerBasic: ChallengeAnswer = (challenges, credentials) =>
  challenges.some((challenge) => offers(challenge, 'basic')) ? basicAuthorization(credentials) : null;
