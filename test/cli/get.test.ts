import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';

import { describe, expect, it } from '@jest/globals';

import { freePort } from '../support/transport/sockets.js';
import { withListening } from '../support/cli/ask.js';
import { run, TestIO } from '../support/cli/run.js';

/** What a server saw of a request. */
interface Seen {
  readonly method: string;
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Runs `use` with a server that answers every request with what it saw. */
async function withMirror(use: (url: string, connections: () => number) => Promise<void>): Promise<void> {
  let connections = 0;
  const server = http.createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { method, url, headers } = request;
      response.end(JSON.stringify({ method, url, fields: headers, body: Buffer.concat(pieces).toString() }));
    });
  });
  server.on('connection', () => connections++);
  await withListening(server, (port) => use(`http://127.0.0.1:${String(port)}`, () => connections));
}

/** Runs `use` with a server of the given behaviour. */
async function withHandler(
  handler: http.RequestListener,
  use: (url: string) => Promise<void>,
): Promise<void> {
  await withListening(http.createServer(handler), (port) => use(`http://127.0.0.1:${String(port)}/`));
}

async function seen(args: readonly string[]): Promise<Seen> {
  const { code, stdout, stderr } = await run(['get', ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Seen;
}

function linesOf(stdout: string): unknown[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

describe('http-session get', () => {
  it('get requests a URL with GET and prints the body', async () => {
    await withMirror(async (url) => {
      const request = await seen([`${url}/path?q=1#fragment`]);
      expect(request).toMatchObject({ method: 'GET', url: '/path?q=1', body: '' });
      expect(request.fields).toEqual({
        host: new URL(url).host,
        accept: '*/*',
        'user-agent': expect.stringMatching(/^http-session\/\d/),
      });
    });
  });

  it('get sends the method and the fields that it was given', async () => {
    await withMirror(async (url) => {
      const fields = [
        '--header',
        'X-A: 1',
        '--header',
        'x-a:2',
        '--header',
        'User-Agent: me',
        '--header=Empty:',
      ];
      const request = await seen([`${url}/`, '--method', 'PROPFIND', ...fields]);
      expect(request.method).toBe('PROPFIND');
      expect(request.fields).toMatchObject({ 'x-a': '1, 2', 'user-agent': 'me', empty: '' });
    });
  });

  it('get sends data with POST, or with the method that it was given', async () => {
    await withMirror(async (url) => {
      expect(await seen([url, '--data', 'grüße'])).toMatchObject({
        method: 'POST',
        fields: { 'content-length': '7' },
        body: 'grüße',
      });
      expect(await seen([url, '--data', '-1', '--method', 'PUT'])).toMatchObject({
        method: 'PUT',
        body: '-1',
      });
      expect(await seen([url, '--data='])).toMatchObject({ method: 'POST', body: '' });
    });
  });

  it('get sends the bytes of a file, line ends included', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'http-session-'));
    const file = join(folder, 'data');
    writeFileSync(file, 'one\r\ntwo\n');
    await withMirror(async (url) => {
      expect((await seen([url, '--data', `@${file}`])).body).toBe('one\r\ntwo\n');
    });
    rmSync(folder, { recursive: true });
  });

  it('get reports a missing file in one line, before it connects', async () => {
    const { code, stderr } = await run(['get', 'http://127.0.0.1:1/', '--data', '@/no/such/file']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^http-session: cannot read the file of --data: ENOENT[^\n]*\n$/);
  });

  it('get refuses a Content-Length that does not fit the data, before it sends a byte', async () => {
    await withMirror(async (url, connections) => {
      const { code, stderr } = await run(['get', url, '--data', 'a', '--header', 'Content-Length: 5']);
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /^http-session: Content-Length: must be the length of the body, 1 bytes \(got 5\)\n/,
      );
      expect(connections()).toBe(0);
    });
  });

  it('get sends user and password of the URL as Basic authentication, unless you set Authorization', async () => {
    await withMirror(async (url) => {
      const named = url.replace('http://', 'http://u:p%20w%C3%A9@');
      const basic = `Basic ${Buffer.from('u:p wé').toString('base64')}`;
      expect((await seen([named])).fields['authorization']).toBe(basic);
      const bearer = await seen([named, '--header', 'authorization: Bearer x']);
      expect(bearer.fields['authorization']).toBe('Bearer x');
    });
  });

  it('get --head prints status line and fields as they were received', async () => {
    const body = (request: http.IncomingMessage, response: http.ServerResponse): void => {
      response.writeHead(404, 'Nothing Here', { 'X-Method': request.method, 'Set-Cookie': ['a=1', 'b=2'] });
      response.end('unseen');
    };
    await withHandler(body, async (url) => {
      const { code, stdout } = await run(['get', url, '--head']);
      expect(code).toBe(0);
      expect(stdout).toMatch(
        /^HTTP\/1\.1 404 Nothing Here\nX-Method: HEAD\nSet-Cookie: a=1\nSet-Cookie: b=2\n/,
      );
      expect(stdout).toMatch(/\n\n$/);
      expect(stdout).not.toContain('unseen');
    });
  });

  it('get --repeat makes its requests on one connection', async () => {
    await withMirror(async (url, connections) => {
      const { stdout } = await run(['get', `${url}/x`, '--repeat', '5']);
      expect(stdout.match(/"url":"\/x"/g)).toHaveLength(5);
      expect(connections()).toBe(1);
    });
  });

  it('get --repeat continues if the server closes after each response', async () => {
    const handler: http.RequestListener = (_request, response) => {
      response.setHeader('Connection', 'close').end('bye ');
    };
    await withHandler(handler, async (url) => {
      expect((await run(['get', url, '--repeat', '3'])).stdout).toBe('bye bye bye ');
    });
  });

  it.each([404, 500, 302])('get prints a response with status %i like any other', async (status) => {
    const handler: http.RequestListener = (_request, response) => {
      response.writeHead(status, { Location: '/elsewhere' }).end('as it is');
    };
    await withHandler(handler, async (url) => {
      expect(await run(['get', url])).toEqual({ code: 0, stdout: 'as it is', stderr: '' });
    });
  });

  it('get refuses an untrusted certificate', async () => {
    const fixture = (name: string): Buffer =>
      readFileSync(new URL(`../support/tls/${name}`, import.meta.url));
    const server = https.createServer({ cert: fixture('cert.pem'), key: fixture('key.pem') });
    await withListening(server, async (port) => {
      const { code, stdout } = await run(['get', `https://127.0.0.1:${String(port)}/`, '--json']);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'ERR_HTTP_SESSION_TLS' } });
    });
  });
});

describe('http-session get: failures', () => {
  it('get reports a refused connection in words, exit code 1', async () => {
    const port = await freePort();
    const { code, stdout, stderr } = await run(['get', `http://127.0.0.1:${String(port)}/`]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /^http-session: cannot connect to 127\.0\.0\.1:\d+: [^\n]*ECONNREFUSED[^\n]*\n {2}the connection was being opened; 0 B sent, 0 B received\n {2}you can retry: [^\n]+\n$/,
    );
  });

  it('get prints what it received of a truncated body, then reports the error', async () => {
    const handler: http.RequestListener = (_request, response) => {
      response.writeHead(200, { 'Content-Length': 10 });
      response.write('part', () => response.destroy());
    };
    await withHandler(handler, async (url) => {
      const { code, stdout, stderr } = await run(['get', url]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: 'part' });
      expect(stderr).toMatch(/^http-session: [^\n]+\n(?: {2}[^\n]+\n){2}$/);
    });
  });

  it('get --timeout limits the wait for a response', async () => {
    await withHandler(
      () => undefined,
      async (url) => {
        const { code, stderr } = await run(['get', url, '--timeout', '40']);
        expect(code).toBe(1);
        expect(stderr).toMatch(
          /^http-session: receive timed out after 40 ms\n {2}the connection was in state connected\.open, without a response to request 1, GET; a timeout ended it; \d\d B sent, 0 B received\n {2}the server may have seen the request; you can retry, as GET has the same effect twice\n$/,
        );
      },
    );
  });

  it('get --repeat continues after a failed request, and ends with exit code 1', async () => {
    let requests = 0;
    const handler: http.RequestListener = (request, response) => {
      if (requests++ === 1) request.socket.destroy();
      else response.end('good ');
    };
    await withHandler(handler, async (url) => {
      const { code, stdout, stderr } = await run(['get', url, '--method', 'POST', '--repeat', '3']);
      expect({ code, stdout }).toEqual({ code: 1, stdout: 'good good ' });
      expect(stderr).toMatch(/^http-session: [^\n]+\n(?: {2}[^\n]+\n){2}$/);
    });
  });

  it('get does not wait for a server that has answered without reading all the data', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'http-session-'));
    const file = join(folder, 'data');
    writeFileSync(file, Buffer.alloc(16 * 1024 * 1024));
    const sockets: net.Socket[] = [];
    const deaf = net.createServer({ pauseOnConnect: true }, (socket) => {
      sockets.push(socket);
      socket.write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno');
    });
    await withListening(deaf, async (port) => {
      const { code, stdout } = await run(['get', `http://127.0.0.1:${String(port)}/`, '--data', `@${file}`]);
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'no' });
      // The command has let go of its socket, or this would never come.
      const [socket] = sockets;
      socket?.resume();
      await once(socket!, 'close');
    });
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['EPIPE', { code: 0, stderr: '' }],
    ['ENOSPC', { code: 1, stderr: 'http-session: cannot write: ENOSPC\n' }],
  ])('get ends when standard output fails with %s', async (code, outcome) => {
    const stdout = new Writable({
      write: (_piece, _encoding, done) => {
        done(Object.assign(new Error(`cannot write: ${code}`), { code }));
      },
    }).on('error', () => undefined);
    await withMirror(async (url, connections) => {
      const { code: exitCode, stderr } = await run(['get', url, '--repeat', '5'], new TestIO({ stdout }));
      expect({ code: exitCode, stderr }).toEqual(outcome);
      expect(connections()).toBe(1);
    });
  });
});

describe('http-session get --json', () => {
  it('get --json prints one line per response: status, fields, the body once, and the connection', async () => {
    const body = Buffer.from([0x68, 0xc3, 0xa9, 0x0a, 0xff, 0x00]);
    const handler: http.RequestListener = (_request, response) => {
      response.sendDate = false;
      response.writeHead(201, { 'X-A': '1', 'Content-Length': body.length, 'Set-Cookie': ['a=1', 'b=2'] });
      response.end(body);
    };
    await withHandler(handler, async (url) => {
      const { code, stdout } = await run(['get', url, '--json', '--repeat', '2']);
      expect(code).toBe(0);
      const line = {
        ok: true,
        status: 201,
        headers: expect.objectContaining({
          'x-a': '1',
          'content-length': '6',
          'set-cookie': ['a=1', 'b=2'],
        }),
        bodyBase64: body.toString('base64'),
        duration: expect.any(Number),
        address: new URL(url).host,
        state: 'connected.open',
      };
      expect(linesOf(stdout)).toEqual([line, line]);
    });
  });

  it('get --json prints no body for HEAD', async () => {
    await withMirror(async (url) => {
      const { stdout } = await run(['get', url, '--json', '--head']);
      expect(linesOf(stdout)).toMatchObject([{ ok: true, status: 200, body: '' }]);
    });
  });

  it('get --json prints failures as lines, exit code 0, and starts again after each', async () => {
    let requests = 0;
    const handler: http.RequestListener = (request, response) => {
      if (requests++ % 2 === 0) request.socket.destroy();
      else response.end('good');
    };
    await withHandler(handler, async (url) => {
      const { code, stdout, stderr } = await run(['get', url, '--json', '--repeat', '4', '--method', 'POST']);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const bad = {
        ok: false,
        error: expect.objectContaining({
          name: expect.stringMatching(/Error$/),
          message: expect.any(String),
          code: expect.stringMatching(/^ERR_HTTP_SESSION_/),
          testimony: expect.objectContaining({ endedBy: 'fin', replay: 'unknown' }),
        }),
        duration: expect.any(Number),
        address: new URL(url).host,
        state: expect.stringMatching(/^connected/),
      };
      const good = expect.objectContaining({ ok: true, body: 'good' });
      expect(linesOf(stdout)).toEqual([bad, good, bad, good]);
    });
  });

  it.each([
    ['a timeout', 'TimeoutError', 'ERR_HTTP_SESSION_TIMEOUT', ''],
    ['no HTTP at all', 'RemoteProtocolError', 'ERR_HTTP_SESSION_BAD_START_LINE', 'SSH-2.0-x\r\n\r\n'],
  ])('get --json names %s', async (_what, name, code, answer) => {
    const server = net.createServer((socket) => socket.write(answer));
    await withListening(server, async (port) => {
      const url = `http://127.0.0.1:${String(port)}/`;
      const { stdout } = await run(['get', url, '--json', '--timeout', '60', '--repeat', '2']);
      const line = { ok: false, error: { name, code, message: expect.any(String) } };
      expect(linesOf(stdout)).toMatchObject([line, line]);
    });
  });

  it('get --json reports a refused connection, once per request', async () => {
    const url = `http://127.0.0.1:${String(await freePort())}/`;
    const { code, stdout } = await run(['get', url, '--json', '--repeat', '3']);
    expect(code).toBe(0);
    const line = { ok: false, error: { name: 'NetworkError', code: 'ERR_HTTP_SESSION_CONNECT' } };
    expect(linesOf(stdout)).toMatchObject([line, line, line]);
  });
});

describe('http-session get --trace', () => {
  const eventsIn = (stderr: string): string[] =>
    stderr
      .trimEnd()
      .split('\n')
      .map((line) => /^ *[\d.]+ ms {2}(session|exchange|call) +\d+ {2}(\S+) +\S+$/.exec(line))
      .map((match) => (match === null ? 'malformed line' : `${match[1] ?? ''} ${match[2] ?? ''}`));

  const CONNECT = [
    'call call.queue',
    'session session.connect',
    'exchange connection.opened',
    'session xstate.done.actor.connector',
    'call call.assign',
    'exchange request.reserve',
    'call request.send',
    'exchange request.head',
    'exchange request.end',
  ];
  const REUSE = [
    'call call.queue',
    'call call.assign',
    'exchange request.prepare',
    'exchange request.prepared',
    'exchange request.reserve',
    'call request.send',
    'exchange request.head',
    'exchange request.end',
  ];
  const RESPONSE = [
    'exchange response.head',
    'call response.head',
    'call call.deliver',
    'exchange response.end',
    'call exchange.end',
  ];
  const CLOSE = ['exchange connection.closed', 'session session.close'];

  it('get --trace prints every transition of calls and connections in order to standard error', async () => {
    await withMirror(async (url) => {
      const { stdout, stderr } = await run(['get', url, '--trace', '--repeat', '2']);
      expect(stdout).toMatch(/^\{/);
      expect(eventsIn(stderr)).toEqual([...CONNECT, ...RESPONSE, ...REUSE, ...RESPONSE, ...CLOSE]);
      expect(stderr).toMatch(/ms {2}session +\d+ {2}session\.connect +unconnected\.connecting\n/);
      expect(stderr).toMatch(/ms {2}call +\d+ {2}call\.assign +assigned\n/);
      expect(stderr).toMatch(/ms {2}session +\d+ {2}session\.close +closed\n$/);
    });
  });

  it('get --trace misses no transition when there are many', async () => {
    await withMirror(async (url) => {
      const { stderr } = await run(['get', url, '--trace', '--repeat', '50']);
      const again = REUSE.length + RESPONSE.length;
      expect(eventsIn(stderr)).toHaveLength(CONNECT.length + RESPONSE.length + 49 * again + CLOSE.length);
    });
  });

  it('get --trace shows how far a failed request came', async () => {
    await withHandler(
      () => undefined,
      async (url) => {
        const { stderr } = await run(['get', url, '--trace', '--json', '--timeout', '40']);
        expect(eventsIn(stderr).slice(0, CONNECT.length)).toEqual(CONNECT);
        const rest = eventsIn(stderr).slice(CONNECT.length);
        expect(rest).toEqual(
          expect.arrayContaining(['exchange exchange.fail', 'session socket.failed', 'call attempt.fail']),
        );
        expect(rest).not.toContain('malformed line');
        // The rest of the answer would be taken for that to the next request (RFC 9112 section 9.5).
        expect(stderr).toMatch(/socket\.failed +errored\.fatal\n/);
        expect(stderr).toMatch(/ms {2}call +\d+ {2}call\.end +over\n/);
      },
    );
  });
});
