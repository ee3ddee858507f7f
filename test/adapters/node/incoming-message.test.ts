import { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';

import { asIncomingMessage } from '../../../src/adapters/node/index.js';
import type { RequestHandler } from '../../../src/session/index.js';
import { get, post, Served } from '../../support/http/served.js';

/** Sends one request to a handler, which says what it saw. */
async function answerOf(request: string, handler: RequestHandler): Promise<string> {
  const served = new Served(handler);
  await served.send(request);
  return served.text;
}

describe('a request as an IncomingMessage', () => {
  it('asIncomingMessage() returns an IncomingMessage with every member of the head', async () => {
    let message: IncomingMessage | undefined;
    await answerOf(
      get('/a?b=c', 'X-One: 1\r\nx-one: 2\r\nCookie: a=b\r\nCookie: c=d\r\n'),
      (request, response) => {
        message = asIncomingMessage(request);
        expect(asIncomingMessage(request)).toBe(message);
        expect(message.socket).toBe(request.socket);
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- engine.io reads it
        expect(message.connection).toBe(request.socket);
        response.end();
      },
    );
    expect(message).toBeInstanceOf(IncomingMessage);
    expect(message).toMatchObject({
      method: 'GET',
      url: '/a?b=c',
      httpVersion: '1.1',
      httpVersionMajor: 1,
      httpVersionMinor: 1,
      complete: true,
      rawHeaders: ['Host', 'test', 'X-One', '1', 'x-one', '2', 'Cookie', 'a=b', 'Cookie', 'c=d'],
    });
    expect(message?.headers).toEqual({ host: 'test', 'x-one': '1, 2', cookie: 'a=b; c=d' });
    expect(message?.headersDistinct['x-one']).toEqual(['1', '2']);
  });

  it('the body of a request can be read from its IncomingMessage', async () => {
    const bodies: string[] = [];
    for (const bytes of [post('12345'), get()]) {
      await answerOf(bytes, async (request, response) => {
        let body = '';
        for await (const piece of asIncomingMessage(request)) body += String(piece);
        bodies.push(body);
        response.end();
      });
    }
    expect(bodies).toEqual(['12345', '']);
  });

  it('the IncomingMessage of an upgraded request has the socket that was handed over', async () => {
    await answerOf(get('/', 'Connection: Upgrade\r\nUpgrade: test\r\n'), (request, response) => {
      const message = asIncomingMessage(request);
      const { socket } = response.upgrade();
      expect(message.socket).toBe(socket);
    });
    expect.assertions(1);
  });

  it('asIncomingMessage() refuses what is not a request of this package', () => {
    expect(() => asIncomingMessage({} as never)).toThrow(/not an HTTPServerRequest \(got an object\)/);
  });
});
