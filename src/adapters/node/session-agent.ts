import http, { type ClientRequest, type RequestOptions } from 'node:http';

import type { HTTPClient } from '../../client/index.js';
import { Call } from '../../client/call/call.js';
import { describeValue } from '../../errors/index.js';
import { AgentCall } from './agent-call.js';

/** Options of an agent. */
export interface SessionAgentOptions {
  /** Which requests it is for: `http:` or `https:`. @defaultValue 'http:' */
  readonly protocol?: 'http:' | 'https:' | undefined;
}

/** What a connection of its own would need: here it belongs to the client. */
const OF_CLIENT = [
  'ca',
  'cert',
  'ciphers',
  'crl',
  'key',
  'localAddress',
  'lookup',
  'passphrase',
  'pfx',
  'rejectUnauthorized',
  'secureContext',
] as const;

/**
 * An agent of node:http for axios, got, node-fetch, the AWS SDK and the like: their requests wait in the queue of an
 * `HTTPClient`, and run on its connections. Each socket has a session, which watches it between requests. The parser of
 * node:http stays.
 *
 * Caps, timeouts of the queue and of connects, ages, proxies, TLS options and `drain()` are those of the client. An option of
 * a request that would need a connection of its own (`ca`, `rejectUnauthorized`, `localAddress`, `lookup` ...) is refused with
 * a TypeError: give it to the client.
 *
 * @example
 * ```ts
 * import http from 'node:http';
 *
 * const client = new HTTPClient({ maxConnections: 16 });
 * const httpAgent = new SessionAgent(client);
 * const httpsAgent = new SessionAgent(client, { protocol: 'https:' });
 * http.get('http://localhost:8080/', { agent: httpAgent }, (response) => response.resume());
 * ```
 */
export class SessionAgent extends http.Agent {
  readonly #client: HTTPClient;
  /** Which requests it is for. */
  readonly protocol: 'http:' | 'https:';
  /** What Node.js leaves out of the Host field. */
  readonly defaultPort: number;

  /** @throws TypeError for an unknown protocol. */
  constructor(client: HTTPClient, options: SessionAgentOptions = {}) {
    super({ keepAlive: true });
    const { protocol = 'http:' } = options;
    if ((protocol as string) !== 'http:' && (protocol as string) !== 'https:') {
      throw new TypeError(`protocol: must be "http:" or "https:" (got ${describeValue(protocol)})`);
    }
    this.#client = client;
    this.protocol = protocol;
    this.defaultPort = protocol === 'https:' ? 443 : 80;
  }

  /** @internal Called by node:http for each request. */
  addRequest(request: ClientRequest, options: RequestOptions & Record<string, unknown>): void {
    const refused = OF_CLIENT.find((name) => options[name] !== undefined && options[name] !== null);
    if (refused !== undefined) {
      const text = `${refused}: is an option of the connections; pass it to new HTTPClient() (as tls, source or lookup)`;
      this.#refuse(request, new TypeError(text));
      return;
    }
    const { host, port, socketPath } = options;
    const name = host ?? 'localhost';
    const authority = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
    try {
      const url = new URL(`${this.protocol}//${authority}:${String(port ?? this.defaultPort)}`);
      const pool = this.#client.pool(url, { socketPath: socketPath ?? undefined });
      const { queueTimeout: queue, connectTimeout: connect, clock } = pool.settings;
      const call = new Call(request.method, request.path, url.origin, pool.clientId, clock);
      const waiting = new AgentCall(pool.connections, request, call, { queue, connect });
      const refusal = pool.refusal();
      if (refusal === null) waiting.start();
      else waiting.refused(refusal);
    } catch (error) {
      this.#refuse(request, error as Error);
    }
  }

  #refuse(request: ClientRequest, error: Error): void {
    (request as unknown as { onSocket(socket: null, error: Error): void }).onSocket(null, error);
  }

  /** Ends the client: pending requests fail. */
  override destroy(): void {
    this.#client.destroy();
  }
}
