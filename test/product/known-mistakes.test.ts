import { describe, expect, it } from '@jest/globals';

import type { HTTPSessionError } from '../../src/errors/index.js';
import { HTTPClientSession, HTTPServerSession, type RequestHandler } from '../../src/session/index.js';
import { exploreProduct } from '../../src/testing/product/index.js';
import { createMemoryPair, VirtualClock } from '../../src/transport/index.js';
import { settled } from '../transport/support/sockets.js';
import { bothEnds, MENDED_RULES } from './support/charts.js';

/*
 * What the checker has found in the product: each mistake in the model, with the shortest way to it, and on real
 * sessions over memory. Whoever mends one turns its tests around, and takes its mending out of `support/charts.ts`.
 */

const HOUR = 3_600_000;

function connected(handler: RequestHandler | null) {
  const clock = new VirtualClock();
  const pair = createMemoryPair();
  const server = new HTTPServerSession(pair.server, { clock });
  if (handler !== null) server.serve(handler);
  return { clock, client: new HTTPClientSession(pair.client, undefined, { clock }), server };
}

describe('the wait for the answer to an offer to switch', () => {
  it('has no limit in the model', () => {
    const { violations } = exploreProduct({ rules: MENDED_RULES, properties: ['stuck'] });
    expect(violations.map(({ steps }) => steps)).toEqual([
      ['client application: request (offers)', 'server: freezes'],
    ]);
  });

  it.each([
    ['an offer', { headers: { Connection: 'Upgrade', Upgrade: 'test' } }, 'pending'],
    ['any other request', {}, 'ERR_HTTP_SESSION_TIMEOUT'],
  ])('on a session, with a server that says nothing: %s', async (_, init, expected) => {
    const { clock, client } = connected(null);
    let outcome = 'pending';
    client.request(init).catch((error: unknown) => {
      outcome = (error as HTTPSessionError).code;
    });
    await settled();
    await clock.advance(HOUR);
    expect(outcome).toBe(expected);
  });
});

describe('a request on a kept connection whose body was refused in place of 100 Continue', () => {
  it('leaves the client waiting in the model', () => {
    const { violations } = exploreProduct({ ...bothEnds(), rules: {}, properties: ['stuck'] });
    expect(violations.map(({ steps }) => steps)).toEqual([
      [
        'client application: request (plain)',
        'network: deliver to server',
        'server application: answer',
        'network: deliver to client',
        'client application: request (expects)',
        'network: deliver to server',
        'server application: answer',
        'network: deliver to client',
        'network: deliver to client',
        'server: timer',
      ],
    ]);
  });

  it('leaves a session with half a connection that no request can follow on', async () => {
    const { clock, client, server } = connected((_request, response) => {
      response.end();
    });
    await client.request();
    await client.request({ method: 'POST', body: 'body', expectContinue: true });
    await settled();
    await clock.advance(HOUR);
    expect([server.state, client.state]).toEqual(['closed', 'connected.halfClosed']);
    await expect(client.request()).rejects.toThrow('request() is not possible in state connected.halfClosed');
  });

  it('does so only on a connection that was kept', async () => {
    const { clock, client, server } = connected((_request, response) => {
      response.end();
    });
    await client.request({ method: 'POST', body: 'body', expectContinue: true });
    await settled();
    await clock.advance(HOUR);
    expect([server.state, client.state]).toEqual(['closed', 'closed']);
  });
});
