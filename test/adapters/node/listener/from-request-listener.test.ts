import { setImmediate as turn } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';
import type { RequestListener } from 'node:http';

import { fromRequestListener } from '../../../../src/adapters/node/index.js';
import { HTTPServer, type HTTPServerParams } from '../../../../src/index.js';
import { faultsDuring } from '../../../support/server/faults.js';

/** Serves with a listener of node:http on a server of this package, and asks it once. */
async function ask(listener: RequestListener, params?: HTTPServerParams, path = '/'): Promise<Response> {
  const server = new HTTPServer(fromRequestListener(listener), params);
  const { port } = await server.listen({ port: 0 });
  try {
    return await fetch(`http://127.0.0.1:${String(port)}${path}`);
  } finally {
    await server.drain({ grace: 0 });
  }
}

describe('fromRequestListener()', () => {
  it('gives a listener the messages of node:http on a server of this package', async () => {
    const response = await ask(
      (request, response) => {
        response.setHeader('X-Agent', String(request.headers['user-agent']));
        response.end(request.url);
      },
      undefined,
      '/path?query',
    );
    expect(await response.text()).toBe('/path?query');
    expect(response.headers.get('x-agent')).toBe('node');
  });

  it('answers 500 when the listener throws, or rejects', async () => {
    const listeners: RequestListener[] = [
      () => {
        throw new Error('thrown');
      },
      async () => {
        await turn();
        throw new Error('rejected');
      },
    ];
    const faults = await faultsDuring(async () => {
      for (const listener of listeners) expect((await ask(listener)).status).toBe(500);
    });
    expect(faults.map(({ error }) => (error as Error).message)).toEqual(['thrown', 'rejected']);
  });

  it('limits the handler by the timer of the server', async () => {
    const response = await ask(() => undefined, { timers: { handler: 50 } });
    expect(response.status).toBe(503);
  });

  it('calls back when the socket has been silent for the time that a response names', async () => {
    const response = await ask((_request, response) => {
      response.setTimeout(20, () => response.end('late'));
    });
    expect(await response.text()).toBe('late');
  });

  it('ends the connection where nothing listens to its timeout', async () => {
    const silent: RequestListener = (_request, response) => void response.setTimeout(20);
    await expect(ask(silent)).rejects.toThrow('fetch failed');
  });

  it('refuses what is not a function', () => {
    expect(() => fromRequestListener({} as never)).toThrow(
      'fromRequestListener(): the listener must be a function (got an object)',
    );
  });
});
