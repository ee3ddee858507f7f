import { describe, expect, it } from '@jest/globals';

import type { RequestHandler } from '../../../src/session/index.js';
import { responseIn, responsesIn } from '../../support/http/messages.js';
import { get, post, Served } from '../../support/http/served.js';

const FAULT = new Error('a fault of the handler');

describe('a handler that fails before it has answered', () => {
  const handlers: Record<string, RequestHandler> = {
    throwing: () => {
      throw FAULT;
    },
    rejecting: async () => {
      await Promise.resolve();
      throw FAULT;
    },
    'rejecting with a thenable': () =>
      ({
        then: (_resolve: unknown, reject: (error: unknown) => void) => {
          reject(FAULT);
        },
      }) as unknown as Promise<void>,
    'throwing after it set fields': (_request, response) => {
      response.status = 201;
      response.message.reason = 'All is well';
      response.set('Content-Length', 1_000).set('X-Secret', 'not for a client');
      throw FAULT;
    },
  };

  it.each(Object.entries(handlers))(
    'a handler that fails by %s is answered with 500, and the connection stays open',
    async (_how, handler) => {
      const served = new Served(handler);
      await served.send(get() + post('body') + get());
      expect(responsesIn(served.text)).toEqual(
        Array.from({ length: 3 }, () => ({
          status: 500,
          fields: ['Content-Type: text/plain', 'Content-Length: 26'],
          body: '500 Internal Server Error\n',
          trailer: [],
        })),
      );
      expect(served.text).toContain('HTTP/1.1 500 Internal Server Error\r\n');
      expect(served.faults).toEqual([FAULT, FAULT, FAULT]);
      expect(served.session.state).toBe('connected.open');
    },
  );

  it('a handler that throws something other than an Error is reported as it is', async () => {
    const served = new Served(() => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error
      throw 'a string';
    });
    await served.send(get());
    expect(served.faults).toEqual(['a string']);
    expect(responseIn(served.text).status).toBe(500);
  });
});

describe('a handler that fails after it has begun to answer', () => {
  const handlers: Record<string, RequestHandler> = {
    'in chunks': async (_request, response) => {
      await response.write('first');
      throw FAULT;
    },
    'of declared length': async (_request, response) => {
      await response.setContentLength(100).write('first');
      throw FAULT;
    },
  };
  it.each(Object.entries(handlers))(
    'a handler that fails after it began to answer, %s, resets the connection, so the answer is not read as complete',
    async (_how, handler) => {
      const served = new Served(handler);
      await served.send(get() + get('/never'));
      expect(served.wasReset).toBe(true);
      expect(served.server.sessions.size).toBe(0);
      expect(served.faults).toEqual([FAULT]);
      expect(served.text.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    },
  );
});

describe('a handler that fails after its answer', () => {
  it('a handler that fails after its answer is reported, and nothing else happens', async () => {
    for (const handler of [
      (_request, response) => {
        response.end('done');
        throw FAULT;
      },
      async (_request, response) => {
        response.end('done');
        await Promise.resolve();
        throw FAULT;
      },
    ] satisfies RequestHandler[]) {
      const served = new Served(handler);
      await served.send(get() + get());
      expect(responsesIn(served.text).map(({ body }) => body)).toEqual(['done', 'done']);
      expect(served.faults).toEqual([FAULT, FAULT]);
    }
  });

  it('a handler that fails late does not affect another request in progress', async () => {
    const served = new Served((request, response) => {
      if (request.path === '/first') {
        response.end('first');
        return new Promise((_resolve, reject) =>
          served.clock.setTimeout(() => {
            reject(FAULT);
          }, 1_000),
        );
      }
      served.clock.setTimeout(() => {
        response.end('second');
      }, 2_000);
      return undefined;
    });
    await served.send(get('/first') + get('/second'));
    await served.pass(2_000);
    expect(responsesIn(served.text).map(({ body }) => body)).toEqual(['first', 'second']);
    expect(served.faults).toEqual([FAULT]);
  });
});
