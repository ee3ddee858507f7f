import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { describe, expect, it } from '@jest/globals';

import { HTTPServer, type HTTPServerParams } from '../../src/server/index.js';
import type { HTTPServerRequest, HTTPServerResponse } from '../../src/session/index.js';
import { responsesIn } from '../support/http/messages.js';
import { get } from '../support/http/served.js';
import { certificate, readAll } from '../support/transport/sockets.js';
import { until } from '../support/transport/until.js';

/*
 * Where the kernel matters: a client that has gone is noticed while its handler does nothing, however it went, and its
 * descriptor is freed; one that has only finished sending gets its answer.
 */

type Kind = 'TCP' | 'TLS';

/** A server whose handler only listens to the signal. */
class Silent implements AsyncDisposable {
  readonly requests: HTTPServerRequest[] = [];
  readonly responses: HTTPServerResponse[] = [];
  readonly server: HTTPServer;
  readonly #kind: Kind;
  #port = 0;

  private constructor(
    kind: Kind,
    params: HTTPServerParams,
    begin: (response: HTTPServerResponse) => unknown,
  ) {
    this.#kind = kind;
    this.server = new HTTPServer((request, response) => {
      this.requests.push(request);
      this.responses.push(response);
      begin(response);
      return new Promise<void>((resolve) => {
        request.signal.addEventListener('abort', () => {
          resolve();
        });
      });
    }, params);
  }

  static async of(
    kind: Kind,
    params: HTTPServerParams = {},
    begin: (response: HTTPServerResponse) => unknown = () => undefined,
  ): Promise<Silent> {
    const silent = new Silent(kind, params, begin);
    const { port } = await silent.server.listen({ port: 0, ...(kind === 'TLS' ? { tls: certificate } : {}) });
    silent.#port = port;
    return silent;
  }

  /** A client that has sent a request, which the handler has. */
  async client(): Promise<net.Socket> {
    const options = { port: this.#port, host: '127.0.0.1', allowHalfOpen: true };
    const socket =
      this.#kind === 'TCP' ? net.connect(options) : tls.connect({ ...options, rejectUnauthorized: false });
    socket.on('error', () => undefined);
    socket.write(get('/waiting'));
    await until(() => this.requests.length > 0);
    return socket;
  }

  /** Many clients that send a request and a reset right behind it, in one go. */
  async resets(count: number): Promise<void> {
    for (let client = 0; client < count; client++) {
      const socket = net.connect({ port: this.#port, host: '127.0.0.1' }).on('error', () => undefined);
      await once(socket, 'connect');
      socket.write(get('/lost'), () => {
        socket.resetAndDestroy();
      });
      await once(socket, 'close');
    }
  }

  /** Whether each request that came is known to be lost, and no connection is held. */
  get hasNoticed(): boolean {
    return this.requests.every(({ signal }) => signal.aborted) && this.server.currentConnections === 0;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server.stop();
  }
}

describe.each(['TCP', 'TLS'] as const)('over %s', (kind) => {
  it.each([
    ['before the head of the response', () => undefined],
    ['in a stream of events', (response: HTTPServerResponse) => void response.write('data: 1\n\n')],
  ])('a client that leaves with a FIN %s is noticed while the handler is silent', async (_when, begin) => {
    await using silent = await Silent.of(kind, {}, begin);
    const client = await silent.client();
    client.destroy();
    await until(() => silent.hasNoticed);
    expect(silent.requests[0]?.signal.reason).toMatchObject({ code: 'ERR_HTTP_SESSION_RESET' });
  });

  it('a client that sends a FIN counts as gone at once under gone', async () => {
    await using silent = await Silent.of(kind, { halfClosed: 'gone' });
    const client = await silent.client();
    client.end();
    await until(() => silent.hasNoticed);
    expect(silent.requests[0]?.signal.reason).toMatchObject({ testimony: { endedBy: 'fin' } });
  });

  it('a client that has finished sending and waits gets its answer after a probe', async () => {
    await using silent = await Silent.of(kind);
    const client = await silent.client();
    client.end();
    const everything = readAll(client);
    await until(
      () => silent.server.sessions.values().next().value?.history.at(-1)?.event === 'response.interim',
    );
    silent.responses[0]?.end('the answer');
    const responses = responsesIn((await everything).toString('latin1'));
    expect(responses.map(({ status }) => status)).toEqual([102, 200]);
    expect(responses.at(-1)?.body).toBe('the answer');
    expect(silent.requests[0]?.signal.aborted).toBe(false);
  });
});

describe('a request that a reset follows at once', () => {
  it.each(['probe', 'serve', 'gone'] as const)(
    'a request that a reset follows at once aborts its signal and frees its connection under %s',
    async (halfClosed) => {
      await using silent = await Silent.of('TCP', { halfClosed });
      await silent.resets(50);
      await until(() => silent.server.totalConnections === 50 && silent.hasNoticed);
      expect(silent.server.currentConnections).toBe(0);
    },
  );
});
