import { describe, expect, it } from '@jest/globals';

import type { RequestHandler } from '../../../src/session/index.js';
import { responseIn } from '../../support/http/messages.js';
import { get, Served } from '../../support/http/served.js';

const CONNECT = 'CONNECT inner:80 HTTP/1.1\r\nHost: inner:80\r\n\r\n';

/** Handlers that answer CONNECT as if it were any other request. */
const unaware: Record<string, readonly [RequestHandler, status: number]> = {
  'with 200': [(_request, response) => response.end(), 500],
  'with 200 in pieces': [
    async (_request, response) => {
      await response.write('piece');
      response.end();
    },
    500,
  ],
  'with 200, later': [
    async (_request, response) => {
      await Promise.resolve();
      response.end();
    },
    500,
  ],
  'with a refusal': [
    (_request, response) => {
      response.status = 405;
      response.end();
    },
    405,
  ],
  'with a redirection': [
    (_request, response) => {
      response.status = 300;
      response.end();
    },
    300,
  ],
  'by throwing': [
    () => {
      throw new Error('a fault of the handler');
    },
    500,
  ],
};

describe.each(Object.entries(unaware))('a CONNECT that is answered %s', (_how, [handler, expected]) => {
  it('a CONNECT, answered or refused, is the last request: what follows was meant for the tunnel', async () => {
    for (const sizes of [undefined, [CONNECT.length], [1]]) {
      const seen: string[] = [];
      const served = new Served((request, response) => {
        seen.push(request.uri);
        return handler(request, response);
      });
      served.socket.segment(sizes);
      await served.send(CONNECT + get('/smuggled'));
      expect(seen).toEqual(['inner:80']);
      const { status, fields } = responseIn(served.text);
      expect(fields).toContain('Connection: close');
      // Any 2xx would be a tunnel for the client (RFC 9110 section 9.3.6): those are refused to the handler.
      expect(status).toBe(expected);
      expect(served.ended).toBe(true);
      await served.send(get('/smuggled'));
      await served.fin();
      expect(served.isClosed).toBe(true);
      expect(seen).toEqual(['inner:80']);
    }
  });
});
