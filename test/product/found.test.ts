import { describe, expect, it } from '@jest/globals';

import type { HTTPSessionError } from '../../src/errors/index.js';
import { HTTPClientSession, HTTPServerSession, type RequestHandler } from '../../src/session/index.js';
import { createMemoryPair, VirtualClock } from '../../src/transport/index.js';
import { settled } from '../support/transport/sockets.js';

/*
 * What the checker has found in the product, on real sessions over memory. The mistakes themselves are among its mutants.
 */

const HOUR = 3_600_000;

function connected(handler: RequestHandler | null) {
  const clock = new VirtualClock();
  const pair = createMemoryPair();
  const server = new HTTPServerSession(pair.server, { clock });
  if (handler !== null) server.serve(handler);
  return { clock, client: new HTTPClientSession(pair.client, undefined, { clock }), server };
}

describe('the wait for an answer', () => {
  it.each([
    ['an offer to switch', { headers: { Connection: 'Upgrade', Upgrade: 'test' } }],
    ['a CONNECT', { method: 'CONNECT', path: 'test:80' }],
    ['any other request', {}],
  ])('of a server that says nothing is limited after %s', async (_, init) => {
    const { clock, client } = connected(null);
    let outcome = 'pending';
    client.request(init).catch((error: unknown) => {
      outcome = (error as HTTPSessionError).code;
    });
    await settled();
    await clock.advance(HOUR);
    expect(outcome).toBe('ERR_HTTP_SESSION_TIMEOUT');
  });
});

describe('a request whose body was refused in place of 100 Continue', () => {
  it.each([
    ['a connection that was kept', 1],
    ['a fresh connection', 0],
  ])('ends %s on both sides, and another one can follow', async (_, before) => {
    const { clock, client, server } = connected((_request, response) => {
      response.end();
    });
    for (let i = 0; i < before; i++) await client.request();
    const { status } = await client.request({ method: 'POST', body: 'body', expectContinue: true });
    expect(status).toBe(200);
    await settled();
    await clock.advance(HOUR);
    expect([server.state, client.state]).toEqual(['closed', 'closed']);
  });
});
