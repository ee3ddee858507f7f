import type { Duplex } from 'node:stream';

import { LIMITS } from '../../constants.js';

/**
 * TLS sessions by the pool they belong to, so that a new connection need not shake hands in full. The ones that were not
 * used for longest are forgotten first.
 */
export class TLSSessions {
  readonly #sessions = new Map<string, Buffer>();

  /** The session to resume; `undefined` for none. */
  get(key: string): Buffer | undefined {
    return this.#sessions.get(key);
  }

  /** Keeps the sessions that the server sends on a connection. */
  keepFrom(socket: Duplex | null, key: string): void {
    if (socket === null || !('getSession' in socket)) return;
    socket.on('session', (session: Buffer) => {
      this.#keep(key, session);
    });
    // A session that resumes has none of its own to send.
    const current = (socket as Duplex & { getSession(): Buffer | undefined }).getSession();
    if (current !== undefined && !this.#sessions.has(key)) this.#keep(key, current);
  }

  #keep(key: string, session: Buffer): void {
    this.#sessions.delete(key);
    this.#sessions.set(key, session);
    if (this.#sessions.size <= LIMITS.maxTLSSessions.value) return;
    const [oldest] = this.#sessions.keys();
    if (oldest !== undefined) this.#sessions.delete(oldest);
  }
}
