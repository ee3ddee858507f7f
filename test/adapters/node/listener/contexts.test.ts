import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { IncomingMessage, ServerResponse, type RequestListener, type Server } from 'node:http';
import { describe, expect, it } from '@jest/globals';

import { get, post } from '../../../support/http/served.js';
import { expectSame, outcomeOf, type Scenario } from '../../../support/node/listener/both-servers.js';
import { answered, hello, sameAsNode } from '../../../support/node/listener/scenarios.js';
import '../../../support/http/faults.js';

class OwnRequest extends IncomingMessage {
  get mine(): string {
    return `own ${String(this.url)}`;
  }
}

class OwnResponse extends ServerResponse {
  sendMine(text: string): void {
    this.setHeader('X-Mine', '1').end(text);
  }

  override writeHead(...given: unknown[]): this {
    this.setHeader('X-Head', '1');
    return super.writeHead(...(given as [number]));
  }
}

describe('classes of a server', () => {
  sameAsNode({
    'are those of its messages': {
      ...answered(get('/a'), (request, response, log) => {
        log.note(`${String(request instanceof OwnRequest)} ${String(response instanceof OwnResponse)}`);
        (response as unknown as OwnResponse).sendMine((request as OwnRequest).mine);
      }),
      options: { IncomingMessage: OwnRequest, ServerResponse: OwnResponse } as never,
    },
    'may change the prototype of a message': answered(get('/a'), (_request, response) => {
      Object.setPrototypeOf(response, OwnResponse.prototype);
      (response as unknown as OwnResponse).sendMine('other');
    }),
  });
});

describe('captureRejections', () => {
  const rejecting = (listener: (...of: Parameters<RequestListener>) => Promise<void>): Scenario => ({
    ...answered(get(), listener),
    options: { captureRejections: true } as never,
    prepare: (server) => {
      // node:http has the option of events for servers.
      const own = server as unknown as Record<symbol, unknown>;
      const capture = Object.getOwnPropertySymbols(server).find(
        ({ description }) => description === 'kCapture',
      );
      if (capture !== undefined) own[capture] = true;
    },
  });
  sameAsNode({
    'answers a listener that rejects': rejecting(async (_request, response) => {
      response.setHeader('X-Leaked', '1');
      await Promise.reject(new Error('own'));
    }),
    'destroys a response that has begun': rejecting(async (_request, response) => {
      response.write('begun');
      await Promise.resolve();
      throw new Error('own');
    }),
  });
});

const storage = new AsyncLocalStorage<string>();

/** Enters a store for each request, and notes what it finds. */
const entering: NonNullable<Scenario['listener']> = (request, response, log) => {
  const url = String(request.url);
  log.note(`${url} begins in ${String(storage.getStore())}`);
  storage.enterWith(url);
  const note = (event: string) => () => {
    log.note(`${url} ${event} in ${String(storage.getStore())}`);
  };
  request.on('end', note('end')).resume();
  response.on('finish', note('finish'));
  setImmediate(() => {
    response.end(url, note('ended'));
  });
};

describe('AsyncLocalStorage', () => {
  sameAsNode({
    'of a request is not that of the next one': {
      listener: (request, response, log) => {
        log.note(`${String(request.url)} in ${String(storage.getStore())}`);
        storage.enterWith(String(request.url));
        response.end(request.url);
      },
      client: async ({ connect, log }) => {
        const client = await connect(get('/1'));
        await client.saw(/\/1$/);
        await log.saw(/req 1 close/);
        await client.send(get('/2')).saw(/\/2$/);
        await log.saw(/req 2 close/);
        await (await connect(get('/3'))).saw(/\/3$/);
        await log.saw(/req 3 close/);
      },
    },
    'of run reaches what a handler awaits': answered(post('hello'), async (request, response, log) => {
      await storage.run('store', async () => {
        for await (const piece of request)
          log.note(`${String((piece as Buffer).length)} ${String(storage.getStore())}`);
        response.write('a', () => {
          log.note(`written ${String(storage.getStore())}`);
        });
        response.end('b', () => {
          log.note(`ended ${String(storage.getStore())}`);
        });
      });
    }),
  });

  it('does not carry over from one pipelined request to the next on sessions', async () => {
    const { events } = await outcomeOf(answered(get('/1') + get('/2') + get('/3'), entering, 3), true);
    const notes = events.filter((line) => line.startsWith('/'));
    expect(notes.filter((line) => line.includes('begins'))).toEqual(
      ['/1', '/2', '/3'].map((url) => `${url} begins in undefined`),
    );
    const others = notes.filter((line) => !line.includes('begins') && !line.endsWith('undefined'));
    expect(others.filter((line) => line.split(' ')[0] !== line.split(' ').at(-1))).toEqual([]);
  });
});

const CHANNELS = ['http.server.request.start', 'http.server.response.created', 'http.server.response.finish'];

describe('diagnostics channels', () => {
  it('have the messages of node:http', async () => {
    let note: (line: string) => void = () => undefined;
    let server: Server | undefined;
    const heard = (message: unknown, name: string | symbol): void => {
      const of = message as {
        request: IncomingMessage;
        response: ServerResponse;
        socket?: object;
        server?: Server;
      };
      const keys = Object.keys(of).sort().join();
      const isRight = [of.response.req === of.request, of.server === undefined || of.server === server];
      note(
        `${String(name)} ${keys} ${String(of.request.url)} ${isRight.join()} ${String(of.response.socket === null)}`,
      );
    };
    for (const name of CHANNELS) subscribe(name, heard);
    try {
      await expectSame({
        ...answered(get('/a') + get('/b'), hello, 2),
        // The response has its socket by then.
        differs: (line) => line.replace(/(request.start .*) true$/, '$1 false'),
        prepare: (own, log) => {
          server = own;
          note = (line) => {
            log.note(line);
          };
        },
      });
    } finally {
      for (const name of CHANNELS) unsubscribe(name, heard);
    }
  });
});

describe('a listener that throws on sessions', () => {
  const failing = (listener: NonNullable<Scenario['listener']>): Scenario => ({
    listener: (request, response, log) => {
      if (request.url === '/') return hello(request, response, log);
      return listener(request, response, log);
    },
    client: async ({ connect }) => {
      const other = await connect(get());
      await other.saw(/hello$/);
      const client = await connect(get('/fails'));
      await client.saw(/500 Internal|begun/);
      if (client.text.includes('begun')) await client.ended();
      await other.send(get()).saw(/hello.*hello$/s);
    },
  });

  it('is answered with 500, and other sessions are served', async () => {
    const { wire } = await outcomeOf(
      failing((_request, response) => {
        response.setHeader('X-Leaked', '1');
        throw new Error('own');
      }),
      true,
    );
    expect(wire[1]).toMatch(/^HTTP\/1.1 500 Internal Server Error\r\nContent-Type/);
    expect(wire[1]).not.toContain('X-Leaked');
  });

  it('loses a response that has begun', async () => {
    const { wire } = await outcomeOf(
      failing((_request, response) => {
        response.write('begun');
        response.flushHeaders();
        setImmediate(() => response.destroy());
      }),
      true,
    );
    expect(wire[1]).toMatch(/begun\r\n<(fin|rst)>$/);
  });
});
