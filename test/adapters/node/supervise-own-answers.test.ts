import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import http from 'node:http';
import { describe, expect, it } from '@jest/globals';

import { supervise } from '../../../src/adapters/node/index.js';
import { EXCHANGE_CHANNEL, type ExchangeMessage } from '../../../src/diagnostics.js';
import { get, post } from '../../support/http/served.js';
import { responsesIn } from '../../support/http/messages.js';
import { RawClient, supervised, until } from '../../support/node/supervised.js';

const hello: http.RequestListener = (request, response) => {
  request.resume();
  response.end(`hello ${String(request.url)}`);
};

/** The statuses of the exchanges that end while `run` runs. */
async function statusesDuring(run: () => Promise<void>): Promise<(number | undefined)[]> {
  const ended: ExchangeMessage[] = [];
  const hear = (message: unknown): void => {
    if ((message as ExchangeMessage).phase === 'end') ended.push(message as ExchangeMessage);
  };
  subscribe(EXCHANGE_CHANNEL, hear);
  await run();
  unsubscribe(EXCHANGE_CHANNEL, hear);
  return ended.map(({ status }) => status);
}

describe('an answer that node:http gives by itself', () => {
  it.each([
    ['417 for an unknown Expect', 417, get('/', 'Expect: the-unexpected\r\n'), {}],
    ['400 for a request without Host', 400, 'GET / HTTP/1.1\r\n\r\n', {}],
    ['503 beyond maxRequestsPerSocket', 503, get('/1') + get('/2'), { maxRequestsPerSocket: 1 }],
  ])(
    '%s is an exchange of a supervised session, and no drain waits for it',
    async (_kind, status, bytes, is) => {
      const { supervisor, port } = await supervised(Object.assign(http.createServer(hello), is));
      const statuses = await statusesDuring(async () => {
        const client = await new RawClient(port, bytes).saw(new RegExp(`1\\.1 ${String(status)} `));
        const [session] = supervisor.sessions;
        await until(() => session === undefined || session.activity === 'idle' || session.state === 'closed');
        expect(await supervisor.drain({ grace: 50, deadline: 5_000 })).toMatchObject({ aborted: 0 });
        client.socket.destroy();
      });
      expect(statuses.at(-1)).toBe(status);
    },
  );

  it('empty lines between requests do not make a supervised connection active', async () => {
    const { supervisor, port } = await supervised(http.createServer(hello));
    const client = await new RawClient(port, `${get('/')}\r\n\r\n`).saw(/hello \/$/);
    const [session] = supervisor.sessions;
    await until(() => session?.answered === 1);
    client.socket.write('\r\n');
    await until(() => Number(session?.socket.bytesRead) > get('/').length + 4);
    expect(session?.activity).toBe('idle');
    client.socket.write('GET /b HTTP/1.1\r\n');
    await until(() => session?.activity === 'active');
    client.socket.destroy();
    await supervisor.drain();
  });
});

describe('an emit that other code has replaced', () => {
  const counting = (emit: (...values: never[]) => unknown, seen: string[]) =>
    function (this: unknown, ...values: never[]): unknown {
      if ((values[0] as unknown) === 'request') seen.push('request');
      return emit.apply(this, values);
    };

  it.each([
    ['http.Server.prototype', http.Server.prototype],
    ['net.Server.prototype, whose emit is inherited', Object.getPrototypeOf(http.Server.prototype) as object],
  ])('a later patch of %s sees each request once', async (_name, prototype) => {
    const { supervisor, port } = await supervised(http.createServer(hello));
    const seen: string[] = [];
    const target = prototype as { emit: (...values: never[]) => unknown };
    const had = Object.getOwnPropertyDescriptor(target, 'emit');
    target.emit = counting(target.emit, seen);
    try {
      await new RawClient(port, get('/')).saw(/hello \/$/);
    } finally {
      if (had === undefined) Reflect.deleteProperty(target, 'emit');
      else Object.defineProperty(target, 'emit', had);
    }
    expect(seen).toEqual(['request']);
    await supervisor.drain({ grace: 0 });
  });

  it('a released supervisor sees nothing any more, also where other code has wrapped its emit', async () => {
    const { server, supervisor, port } = await supervised(http.createServer(hello));
    const seen: string[] = [];
    server.emit = counting(server.emit as never, seen) as typeof server.emit;
    const client = await new RawClient(port, get('/1')).saw(/hello \/1$/);
    const [session] = supervisor.sessions;
    await until(() => session?.answered === 1);
    supervisor.release();
    client.socket.write(get('/2'));
    await client.saw(/hello \/2$/);
    await new RawClient(port, get('/3')).saw(/hello \/3$/);
    expect(seen).toHaveLength(3);
    expect(supervisor.totalConnections).toBe(1);
    expect(session?.answered).toBe(1);
    server.closeAllConnections();
    server.close();
  });

  it('a released supervisor gives back the emit that the server itself had', () => {
    const server = http.createServer(hello);
    const own = server.emit.bind(server);
    server.emit = own;
    supervise(server).release();
    expect(server.emit).toBe(own);
  });
});

describe('the end of a drain', () => {
  it('a drain answers every pipelined request whose handler has started', async () => {
    const held: http.ServerResponse[] = [];
    const { supervisor, port } = await supervised(
      http.createServer((request, response) => {
        request.resume();
        held.push(response);
      }),
    );
    const client = new RawClient(port, post('1', '', '/1') + post('2', '', '/2'));
    await until(() => held.length === 2);
    const report = supervisor.drain({ grace: 1_000, deadline: 5_000 });
    client.socket.write(get('/3'));
    await until(() => held.length === 3);
    for (const [index, response] of held.entries()) response.end(`answer ${String(index + 1)}`);
    await client.ended();
    const answers = responsesIn(client.text);
    expect(answers.map(({ body }) => body)).toEqual(['answer 1', 'answer 2', 'answer 3']);
    const says = answers.map(({ fields }) => fields.includes('Connection: close'));
    expect(says).toEqual([false, false, true]);
    expect(await report).toMatchObject({ finished: 1, aborted: 0 });
  });

  it('a drain starts no handler behind a response that has said that it is the last one', async () => {
    const held: http.ServerResponse[] = [];
    const { supervisor, port } = await supervised(http.createServer((_, response) => held.push(response)));
    const client = new RawClient(port, get('/1'));
    await until(() => held.length === 1);
    const report = supervisor.drain({ grace: 1_000, deadline: 5_000 });
    held[0]?.writeHead(200, { Connection: 'keep-alive' }).write('begun');
    const [session] = supervisor.sessions;
    const before = Number(session?.socket.bytesRead);
    client.socket.write(get('/2'));
    await until(() => Number(session?.socket.bytesRead) > before);
    held[0]?.end();
    await client.ended();
    expect(client.text).toContain('\r\nConnection: close\r\n');
    expect(client.text).not.toContain('\r\nConnection: keep-alive\r\n');
    expect(held).toHaveLength(1);
    expect(await report).toMatchObject({ finished: 1, aborted: 0 });
  });

  it('a drain reads a connection for the grace after a response that had promised to keep it', async () => {
    const held: http.ServerResponse[] = [];
    const { supervisor, port } = await supervised(
      http.createServer((request, response) => {
        if (request.url === '/2') response.end('second');
        else held.push(response.writeHead(200, { 'Content-Length': 5 }));
      }),
    );
    const client = new RawClient(port, get('/1'));
    await until(() => held.length === 1);
    const report = supervisor.drain({ grace: 2_000, deadline: 5_000 });
    held[0]?.end('first');
    await client.saw(/first$/);
    client.socket.write(get('/2'));
    await client.saw(/second$/);
    await client.ended();
    expect(await report).toMatchObject({ sessions: [{ outcome: 'answered', answered: 2 }] });
  });

  it('a drain ends what node:http keeps for a server, emits close once, and leaves methods as they were', async () => {
    const { server, supervisor, port } = await supervised(http.createServer(hello));
    let closed = 0;
    server.on('close', () => closed++);
    const keepAlive = await new RawClient(port, get('/')).saw(/hello \/$/);
    const internal = Object.getOwnPropertySymbols(server).find((it) =>
      String(it).includes('CheckingInterval'),
    );
    const interval = (server as unknown as Record<symbol, { _destroyed: boolean }>)[internal as symbol];
    expect(interval?._destroyed).toBe(false);
    const report = supervisor.drain({ grace: 100 });
    // The idle connection is still read.
    keepAlive.text = '';
    keepAlive.socket.write(get('/late'));
    await keepAlive.saw(/hello \/late$/);
    await keepAlive.ended();
    await report;
    await until(() => closed > 0);
    expect(interval?._destroyed).toBe(true);
    expect(closed).toBe(1);
    expect(Object.hasOwn(server, 'closeIdleConnections')).toBe(false);
  });

  it('a supervised server can listen and drain again', async () => {
    const { server, supervisor } = await supervised(http.createServer(hello));
    await supervisor.drain({ grace: 0 });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    expect(supervisor.state).toBe('listening');
    await new RawClient((server.address() as { port: number }).port, get('/')).saw(/hello \/$/);
    expect(await supervisor.drain({ grace: 0 })).toMatchObject({ aborted: 0 });
  });
});

describe('the arguments of supervise()', () => {
  it.each([
    ['a string', 'x', /not a server of node:http or node:https \(got "x"\)/],
    ['nothing', undefined, /got undefined/],
    ['a request listener', hello, /got function hello/],
  ])('supervise() refuses %s', (_name, value, message) => {
    expect(() => supervise(value as never)).toThrow(TypeError);
    expect(() => supervise(value as never)).toThrow(message);
  });

  it('supervise() refuses an unknown option and says which one may be meant', () => {
    expect(() => supervise(http.createServer(), { clok: null } as never)).toThrow(/did you mean "clock"/);
  });
});
