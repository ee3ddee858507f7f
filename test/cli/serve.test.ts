import http from 'node:http';

import { describe, expect, it } from '@jest/globals';

import { drainOrAbort } from '../../src/cli/drain-or-abort.js';
import { BIG_BYTES, routesOver } from '../../src/cli/routes.js';
import { HTTPServer, type DrainReport } from '../../src/server/index.js';
import { HTTPServerSession } from '../../src/session/index.js';
import { createMemoryPair, VirtualClock } from '../../src/transport/index.js';
import { ask, Wire, withListening } from '../support/cli/ask.js';
import { TestIO, run, whileServing } from '../support/cli/run.js';

describe('http-session serve', () => {
  it('serve prints one line when it is ready, and ends with exit code 0 on a signal', async () => {
    const { code, stdout, stderr } = await whileServing(async (url) => {
      expect((await ask(url)).status).toBe(200);
    });
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^draining 0 connections; [^\n]+\ndrained in \S+ ms: 0 connections finished, 0 aborted, 0 requests answered meanwhile\n$/,
    );
    expect(stdout).toMatch(/^listening on http:\/\/127\.0\.0\.1:[1-9]\d*\n$/);
  });

  it('serve prints the host that it was given', async () => {
    const { stdout } = await whileServing(async () => undefined, ['--host', 'localhost']);
    expect(stdout).toMatch(/^listening on http:\/\/localhost:\d+\n$/);
  });

  it('serve reports a port in use in one line, and ends with exit code 1', async () => {
    await withListening(http.createServer(), async (port) => {
      const { code, stdout, stderr } = await run(['serve', '--port', String(port)]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^http-session: cannot serve: [^\n]*EADDRINUSE[^\n]*\n$/);
    });
  });

  it('GET / is 13 bytes of text', async () => {
    await whileServing(async (url) => {
      const { status, headers, body } = await ask(`${url}/?query`);
      expect(status).toBe(200);
      expect(headers).toMatchObject({ 'content-type': 'text/plain', 'content-length': '13' });
      expect(body.toString()).toBe('Hello, world!');
    });
  });

  it('GET /headers is an object of the fields, names in lower case', async () => {
    await whileServing(async (url) => {
      const { headers, body } = await ask(`${url}/headers`, {
        headers: { 'X-One': 'a', 'x-two': ['b', 'c'] },
      });
      expect(headers['content-type']).toBe('application/json');
      expect(JSON.parse(body.toString())).toEqual({
        'x-one': 'a',
        'x-two': 'b, c',
        host: new URL(url).host,
        connection: 'close',
      });
    });
  });

  it('GET /json is a small object', async () => {
    await whileServing(async (url) => {
      const { headers, body } = await ask(`${url}/json`);
      expect(headers['content-type']).toBe('application/json');
      expect(JSON.parse(body.toString())).toEqual({ message: 'Hello, world!' });
    });
  });

  it('GET /big is 64 MiB of declared length', async () => {
    await whileServing(async (url) => {
      const { headers, body } = await ask(`${url}/big`);
      expect(headers['content-length']).toBe(String(64 * 1024 * 1024));
      expect(body.length).toBe(BIG_BYTES);
    });
  });

  it.each([204, 304])('GET /%i has that status and no body', async (status) => {
    await whileServing(async (url) => {
      const answer = await ask(`${url}/${String(status)}`);
      expect(answer.status).toBe(status);
      expect(answer.body.length).toBe(0);
    });
  });

  it('GET /sessions lists every live session with its state', async () => {
    await whileServing(async (url) => {
      const idle = new Wire(url);
      idle.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      await idle.received(/Hello, world!/);
      const { body } = await ask(`${url}/sessions`);
      idle.socket.destroy();
      const sessions = JSON.parse(body.toString()) as unknown[];
      expect(sessions).toMatchObject([
        { state: 'connected.open', exchange: 'idle.reused', requests: 1 },
        { state: 'connected.open', exchange: expect.stringContaining('response.waiting') },
      ]);
    });
  });

  it.each([
    ['with a length', { 'Content-Length': '300000' }],
    ['in chunks', { 'Transfer-Encoding': 'chunked' }],
  ])('POST /echo sends a body %s back with its content type', async (_how, headers) => {
    const sent = Buffer.alloc(300_000, 'abcdefg');
    await whileServing(async (url) => {
      const options = { method: 'POST', headers: { ...headers, 'Content-Type': 'x/y' } };
      const { status, body, headers: received } = await ask(`${url}/echo`, options, sent);
      expect(status).toBe(200);
      expect(received['content-type']).toBe('x/y');
      expect(body.equals(sent)).toBe(true);
    });
  });

  it('POST /echo streams: a piece comes back before the next one is sent', async () => {
    await whileServing(async (url) => {
      const wire = new Wire(url);
      wire.socket.write('POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n');
      await wire.received(/3\r\none\r\n/);
      wire.socket.write('3\r\ntwo\r\n0\r\n\r\n');
      await wire.received(/3\r\ntwo\r\n0\r\n\r\n/);
      wire.socket.destroy();
    });
  });

  it('POST /echo asks for a body that waits for 100 Continue, and keeps the connection', async () => {
    await whileServing(async (url) => {
      const wire = new Wire(url);
      const head = 'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n';
      wire.socket.write(head);
      await wire.received(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
      wire.socket.write(`body${head}`);
      await wire.received(/200 OK\r\n[^]*\r\n\r\nbodyHTTP\/1\.1 100 Continue/);
      wire.socket.destroy();
    });
  });

  it.each(['/sink', '/slow-read'])('POST %s answers with the number of bytes', async (path) => {
    await whileServing(async (url) => {
      const { headers, body } = await ask(`${url}${path}`, { method: 'POST' }, Buffer.alloc(200_000));
      expect(headers['content-type']).toBe('application/json');
      expect(body.toString()).toBe('{"bytes":200000}');
    });
  });

  it('POST /slow-read holds the client back while it pauses', async () => {
    const size = 4 * 1024 * 1024;
    const clock = new VirtualClock();
    const { client, server } = createMemoryPair();
    let goOn = (): void => undefined;
    let pauses = 0;
    const firstPause = new Promise<void>((resolve) => (goOn = resolve));
    const session = new HTTPServerSession(server, { clock });
    session.serve(
      routesOver(
        () => [session],
        () => (pauses++ === 0 ? firstPause : Promise.resolve()),
      ),
    );
    client.write(`POST /slow-read HTTP/1.1\r\nHost: a\r\nContent-Length: ${String(size)}\r\n\r\n`);
    for (let sent = 0; sent < size; sent += 65_536) client.write(Buffer.alloc(65_536));
    await clock.advance(1_000);
    expect(pauses).toBe(1);
    expect(client.writableLength).toBeGreaterThan(size / 2);

    goOn();
    let received = '';
    for await (const piece of client) {
      received += String(piece);
      if (received.endsWith('}')) break;
    }
    expect(received).toMatch(/\r\n\r\n\{"bytes":4194304\}$/);
    expect(pauses).toBeGreaterThan(1);
    expect(pauses).toBeLessThanOrEqual(1_000);
    session.dispose();
  });

  it.each(['/', '/headers', '/json', '/big', '/204', '/304', '/sessions'])(
    'HEAD %s has the fields of GET and no body',
    async (path) => {
      await whileServing(async (url) => {
        const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
        const got = path === '/big' ? { status: 200 } : await ask(`${url}${path}`, { agent });
        const head = await ask(`${url}${path}`, { agent, method: 'HEAD' });
        expect(head.status).toBe(got.status);
        expect(head.body.length).toBe(0);
        // A body that had been sent after all would be taken for the next response.
        expect((await ask(url, { agent })).body.toString()).toBe('Hello, world!');
        agent.destroy();
      });
    },
  );

  it.each([
    ['GET', '/nothing', 404, undefined],
    ['POST', '/nothing', 404, undefined],
    ['GET', '/echo', 405, 'POST'],
    ['HEAD', '/sink', 405, 'POST'],
    ['POST', '/', 405, 'GET, HEAD'],
    ['DELETE', '/json', 405, 'GET, HEAD'],
    ['OPTIONS', '/big', 405, 'GET, HEAD'],
  ])('%s %s is refused with %i', async (method, path, status, allow) => {
    await whileServing(async (url) => {
      const answer = await ask(`${url}${path}`, { method });
      expect(answer.status).toBe(status);
      expect(answer.headers.allow).toBe(allow);
    });
  });

  it('serve answers any number of requests on one connection, and a client that has finished sending', async () => {
    await whileServing(async (url) => {
      const wire = new Wire(url);
      const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
      wire.socket.end(request.repeat(300));
      const received = await wire.finished();
      expect(received.match(/HTTP\/1\.1 200 OK\r\n/g)).toHaveLength(300);
      expect(received).not.toMatch(/Connection: close/i);
    });
  });

  it('serve lets a request in progress finish when a signal comes', async () => {
    const { code } = await whileServing(async (url, io) => {
      const wire = new Wire(url);
      wire.socket.write('POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\none');
      await wire.received(/one$/);
      io.signals.emit('SIGINT');
      wire.socket.write('two');
      expect(await wire.finished()).toMatch(/\r\n\r\nonetwo$/);
    });
    expect(code).toBe(0);
  });

  it.each([
    ['the terminal closes', false],
    ['SIGHUP comes without a terminal', true],
  ])('serve drains when %s', async (_when, hasTerminal) => {
    const io = new TestIO();
    io.hasTerminal = hasTerminal;
    const outcome = run(['serve', '--port', '0'], io);
    const [, url = ''] = await io.printed(/^listening on (http:\S+)\n/);
    const wire = new Wire(url);
    wire.socket.write('POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\none');
    await wire.received(/one$/);
    io.signals.emit('SIGHUP');
    // The signal that a closed terminal sends once more aborts nothing.
    io.signals.emit('SIGHUP');
    wire.socket.write('two');
    expect(await wire.finished()).toMatch(/\r\n\r\nonetwo$/);
    expect((await outcome).code).toBe(0);
  });

  it('serve --log prints a line for each answer, also for what the server refuses by itself', async () => {
    const { stdout } = await whileServing(
      async (url, io) => {
        const wire = new Wire(url);
        wire.socket.write('GET /json?token=secret HTTP/1.1\r\nHost: a\r\n\r\n');
        await wire.received(/Hello, world!/);
        wire.socket.write('GET /a b HTTP/1.1\r\nHost: a\r\n\r\n');
        const received = await wire.finished();
        expect(received).toMatch(/HTTP\/1\.1 400 /);
        const lengths = received.split('HTTP/1.1 400').map(({ length }) => length);
        await io.printed(/ 400 /);
        expect(
          io.out
            .replace(/^listening.*\n/, '')
            .replaceAll(/\d+ ms/g, '0 ms')
            .split('\n'),
        ).toEqual([
          expect.stringMatching(new RegExp(`Z 127\\.0\\.0\\.1 GET /json 200 ${String(lengths[0])} B 0 ms$`)),
          expect.stringMatching(
            new RegExp(
              `Z 127\\.0\\.0\\.1 GET /a 400 ${String(lengths[1]! + 12)} B 0 ms ERR_HTTP_SESSION_\\w+$`,
            ),
          ),
          '',
        ]);
      },
      ['--log'],
    );
    expect(stdout).toMatch(/^listening on /);
  });

  it('serve --log json prints lines for programs, none of them of the page of the inspector', async () => {
    const { stdout } = await whileServing(
      async (url, io) => {
        const [, page = ''] = await io.complained(/^inspector at (http:\S+)\n/);
        expect((await ask(page)).status).toBe(200);
        expect((await ask(`${url}/nothing`)).status).toBe(404);
      },
      ['--log', 'json', '--inspect', 'localhost:0'],
    );
    const lines = stdout.trimEnd().split('\n').slice(1);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        ...{ address: '127.0.0.1', method: 'GET', path: '/nothing', status: 404 },
        ...{ bytes: expect.any(Number), ms: expect.any(Number) },
      },
    ]);
  });

  it('serve --inspect HOST:PORT shows the page at that host', async () => {
    await whileServing(
      async (_url, io) => {
        await io.complained(/^inspector at http:\/\/localhost:\d+\n/);
      },
      ['--inspect', 'localhost:0'],
    );
  });

  it('serve survives SIGHUP when it was started to ignore it', async () => {
    const io = new TestIO({ ignoresHangup: true });
    const outcome = run(['serve', '--port', '0'], io);
    await io.printed(/^listening on (http:\S+)\n/);
    expect(io.signals.listenerCount('SIGHUP')).toBe(0);
    io.signals.emit('SIGTERM');
    expect((await outcome).code).toBe(0);
  });

  it('serve aborts open connections at a second signal, but not at the echo of the first one', async () => {
    const clock = new VirtualClock();
    const server = new HTTPServer(() => undefined);
    await server.listen();
    const { client, server: socket } = createMemoryPair();
    server.serve(socket);
    client.on('error', () => undefined);
    client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await clock.advance(0);

    const io = new TestIO();
    const { signals } = io;
    const words = { subject: '1 connection', reportsOf: (report: DrainReport) => [report] };
    const drained = drainOrAbort(server, words, io, clock);
    signals.emit('SIGINT');
    await clock.advance(600);
    expect(server.sessions.size).toBe(1);
    signals.emit('SIGINT');
    await drained;
    expect(server.sessions.size).toBe(0);
    expect(io.err).toBe(
      [
        'draining 1 connection; Ctrl+C again aborts what is in progress',
        'aborting what is in progress',
        'drained in 600 ms: 0 connections finished, 1 aborted, 0 requests answered meanwhile\n',
      ].join('\n'),
    );
    expect(signals.listenerCount('SIGINT')).toBe(0);
  });
});
