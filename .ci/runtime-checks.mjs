/*
 * What must hold on every runtime that README.md names. Runs beside an installed package, sees only what users see, and
 * prints `ok NAME` for each check. `check-runtimes.mjs` starts it; RUNTIME_ARGS are the arguments before a script.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { HTTPClientSession, HTTPServer, HTTPSClientSession } from 'http-session-machine';
import { WorkerPool } from 'http-session-machine/cluster';
import { toRequestHandler } from 'http-session-machine/fetch';
import { InspectorPage } from 'http-session-machine/inspect';
import { onSessions, supervise, toRequestListener } from 'http-session-machine/node';
import {
  clientDriver,
  clientModel,
  memorySessionDriver,
  randomTraffic,
  serverDriver,
  serverModel,
  sessionModel,
  simulate,
  testModel,
} from 'http-session-machine/testing';

/** How long a check may take, in milliseconds. */
const TIME_LIMIT = 40_000;

const PACKAGE = new URL('node_modules/http-session-machine/', import.meta.url);
const RUNTIME_ARGS = (process.env.RUNTIME_ARGS ?? '').split(' ').filter((arg) => arg !== '');
const COMMAND = fileURLToPath(new URL('dist/src/cli/main.js', PACKAGE));
const HELLO = 'GET / HTTP/1.1\r\nHost: check\r\n\r\n';

const folder = mkdtempSync(join(tmpdir(), 'http-session-checks-'));
const children = [];

/** The programs of README.md, with another port. */
const [README_SERVER, README_CLIENT] = [
  ...readFileSync(new URL('README.md', PACKAGE), 'utf8').matchAll(/^```js\n([^]*?)^```$/gm),
].map(([, code]) => code);

const CHECKS = {
  async "README's server answers README's client and drains at SIGTERM"() {
    const server = startProgram('readme-server.mjs', README_SERVER.replace('port: 8080', 'port: 0'));
    const [, port] = await server.printed(/^listening on http:\/\/127\.0\.0\.1:(\d+)\n/);
    const client = startProgram('readme-client.mjs', README_CLIENT.replaceAll('8080', port));
    assert.equal(await client.ended, 0, client.err);
    assert.equal(client.out, '200 Hello from /world connected.open\n');

    const wire = await connect(port);
    wire.socket.write('POST / HTTP/1.1\r\nHost: check\r\nContent-Length: 6\r\n\r\none');
    // An answer on another connection: by now the server has seen what came before.
    await (await fetch(`http://127.0.0.1:${port}/`)).text();
    process.kill(server.child.pid, 'SIGTERM');
    await refused(port);
    wire.socket.write('two');
    assert.match(await wire.ended(), /^HTTP\/1\.1 200 OK\r\n[^]*Connection: close[^]*onetwo$/i);
    assert.equal(await server.ended, 0, server.err);
  },

  async 'a server answers the fetch and the node:http client of the runtime'() {
    await withServer(echoWhole, async (port) => {
      const url = `http://127.0.0.1:${port}/`;
      assert.equal(await (await fetch(url, { method: 'POST', body: 'by fetch' })).text(), 'by fetch');
      const request = http.request(url, { method: 'POST', agent: false });
      request.end('by node:http');
      const [response] = await once(request, 'response');
      let body = '';
      for await (const piece of response) body += piece;
      assert.equal(body, 'by node:http');
    });
  },

  async 'a client gets what node:http sends'() {
    const server = http.createServer((request, response) => {
      response.write('in ');
      setImmediate(() => response.end('chunks'));
    });
    const session = new HTTPClientSession('127.0.0.1', await portOf(server));
    for (let count = 0; count < 3; count++) {
      const response = await session.request({ path: '/' });
      assert.equal(await response.text(), 'in chunks');
    }
    session.close();
    server.close();
  },

  async 'pipelined requests are answered in order'() {
    await withServer(
      (request, response) => response.end(request.path),
      async (port) => {
        const wire = await connect(port);
        const paths = Array.from({ length: 50 }, (_, index) => `/${index}`);
        wire.socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: check\r\n\r\n`).join(''));
        await wire.received(/\/49$/);
        assert.deepEqual(wire.text.match(/\/\d+$|\/\d+(?=HTTP)/gm), paths);
        wire.socket.destroy();
      },
    );
  },

  async 'a client that has finished sending gets its answer'() {
    const handler = async (request, response) => {
      const text = await request.text();
      setTimeout(() => response.end(`got ${text}`), 100);
    };
    await withServer(handler, async (port) => {
      const wire = await connect(port);
      wire.socket.end('POST / HTTP/1.1\r\nHost: check\r\nContent-Length: 3\r\n\r\nall');
      assert.match(await wire.ended(), /HTTP\/1\.1 200 OK\r\n[^]*got all$/);
    });
  },

  async 'a reset aborts the signal of the request'() {
    let aborted;
    const whenAborted = new Promise((resolve) => (aborted = resolve));
    const handler = async (request) => {
      await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
      aborted(request.signal.reason.code);
    };
    await withServer(handler, async (port) => {
      const wire = await connect(port);
      wire.socket.write(HELLO);
      await new Promise((resolve) => setTimeout(resolve, 100));
      wire.socket.resetAndDestroy();
      assert.match(await whenAborted, /^ERR_HTTP_SESSION_/);
    });
  },

  async 'bodies of 5 MiB come back as they were sent, on ten connections at once'() {
    await withServer(echo, async (port) => {
      const echoes = Array.from({ length: 10 }, async () => {
        const sent = randomBytes(5 * 1024 * 1024);
        const session = new HTTPClientSession('127.0.0.1', port);
        const response = await session.request({ method: 'POST', body: sent });
        assert.ok(Buffer.from(await response.bytes()).equals(sent), 'the bytes differ');
        session.close();
      });
      await Promise.all(echoes);
    });
  },

  async 'an idle connection ends at its time'() {
    const server = new HTTPServer((request, response) => response.end('x'), { timers: { keepAlive: 200 } });
    const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
    const wire = await connect(port);
    wire.socket.write(HELLO);
    assert.match(await wire.ended(), /200 OK/);
    await server.stop();
  },

  async 'a drain lets a response in progress finish and loses nothing'() {
    let go;
    const gate = new Promise((resolve) => (go = resolve));
    const server = new HTTPServer(async (request, response) => {
      await gate;
      response.end('in time');
    });
    const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
    const wire = await connect(port);
    wire.socket.write(HELLO);
    await until(() => server.sessions.size === 1);
    const drained = server.drain({ grace: 100, deadline: 10_000 });
    await refused(port);
    go();
    assert.match(await wire.ended(), /Connection: close[^]*in time$/i);
    const { finished, aborted } = await drained;
    assert.deepEqual([finished, aborted, server.state], [1, 0, 'stopped']);
  },

  async 'the drain of a supervised server lets a response in progress finish'() {
    let go;
    const gate = new Promise((resolve) => (go = resolve));
    const server = http.createServer(async (request, response) => {
      await gate;
      response.end('in time');
    });
    const supervisor = supervise(server);
    const port = await portOf(server);
    const wire = await connect(port);
    wire.socket.write(HELLO);
    await until(() => supervisor.counts().activities.active === 1);
    const drained = supervisor.drain({ grace: 100, deadline: 10_000 });
    await refused(port);
    go();
    assert.match(await wire.ended(), /Connection: close[^]*in time/i);
    const { finished, aborted } = await drained;
    assert.deepEqual([finished, aborted, supervisor.state], [1, 0, 'stopped']);
  },

  async 'onSessions() serves a listener of node:http, or refuses a node:http that reads by itself'() {
    if (process.versions.bun !== undefined) {
      assert.throws(() => onSessions(http.createServer()), /onSessions\(\): needs the node:http of Node\.js/);
      return;
    }
    const server = onSessions(http.createServer((request, response) => request.pipe(response)));
    const port = await portOf(server);
    const body = randomBytes(1_000_000);
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body });
    assert.ok(Buffer.from(await response.arrayBuffer()).equals(body));
    assert.equal(server.sessions.totalConnections, 1);
    const { aborted } = await server.drain({ grace: 100 });
    assert.deepEqual([aborted, server.listening], [0, false]);
  },

  async 'handlers run under node:http, and fetch handlers on a server'() {
    const server = http.createServer(toRequestListener((request, response) => response.end(request.path)));
    const port = await portOf(server);
    assert.equal(await (await fetch(`http://127.0.0.1:${port}/path`)).text(), '/path');
    server.closeAllConnections();
    server.close();
    const handler = toRequestHandler(async (request) => new Response(`got ${await request.text()}`));
    await withServer(handler, async (other) => {
      const response = await fetch(`http://127.0.0.1:${other}/`, { method: 'POST', body: 'it' });
      assert.equal(await response.text(), 'got it');
    });
  },

  async 'a Unix domain socket serves'() {
    const path = join(folder, 'socket');
    const server = new HTTPServer((request, response) => response.end('by path'));
    await server.listen({ path });
    const session = new HTTPClientSession();
    await session.connect({ path });
    assert.equal(await (await session.request({ path: '/' })).text(), 'by path');
    session.close();
    await server.stop();
  },

  async 'TLS serves'() {
    const file = (name) => readFileSync(new URL(`test/support/tls/${name}`, import.meta.url));
    const server = new HTTPServer((request, response) => response.end(`${request.secure}`));
    const tls = { key: file('key.pem'), cert: file('cert.pem') };
    const { port } = await server.listen({ port: 0, host: '127.0.0.1', tls });
    const session = new HTTPSClientSession('127.0.0.1', port, { tls: { ca: file('cert.pem') } });
    assert.equal(await (await session.request({ path: '/' })).text(), 'true');
    session.close();
    await server.stop();
  },

  async 'an upgraded socket keeps the bytes that were read too far'() {
    const handler = (request, response) => {
      const { socket, head } = response.upgrade();
      socket.on('error', () => undefined).on('end', () => socket.end());
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
      socket.write(head);
      socket.on('data', (piece) => socket.write(piece));
    };
    await withServer(handler, async (port) => {
      const wire = await connect(port);
      const upgrade = 'GET / HTTP/1.1\r\nHost: check\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n';
      wire.socket.write(`${upgrade}early`);
      await wire.received(/\r\n\r\nearly$/);
      wire.socket.write(' late');
      await wire.received(/early late$/);
      wire.socket.end();
      await wire.ended();
    });
  },

  async 'a pool restarts its workers one by one under load, and drains'() {
    const exec = fileURLToPath(new URL('docs/examples/cluster.mjs', import.meta.url));
    const pool = new WorkerPool({ exec, execArgv: RUNTIME_ARGS, workers: 2, grace: 200, deadline: 5_000 });
    const { port } = await pool.start();
    const before = pool.workers.map(({ pid }) => pid);
    let isOver = false;
    const clients = Array.from({ length: 4 }, async () => {
      const session = new HTTPClientSession('127.0.0.1', port);
      while (!isOver) {
        const response = await session.request({ method: 'POST', body: 'order' });
        assert.equal(response.status, 200);
        await response.text();
      }
      session.close();
    });
    const replaced = await pool.restart();
    isOver = true;
    await Promise.all(clients);
    assert.deepEqual(replaced.map(({ pid }) => pid).sort(), before.sort());
    const reports = await pool.drain();
    assert.deepEqual(
      reports.map(({ exitCode, report }) => [exitCode, report?.aborted]),
      [
        [0, 0],
        [0, 0],
      ],
    );
  },

  async 'the command serves with workers, renews them at SIGHUP and drains at SIGTERM'() {
    const serve = start(COMMAND, ['serve', '--port', '0', '--workers', '2']);
    const [, url] = await serve.printed(/^listening on (http:\S+)\n/);
    const get = start(COMMAND, ['get', `${url}/json`, '--trace']);
    assert.equal(await get.ended, 0, get.err);
    assert.equal(get.out, '{"message":"Hello, world!"}');
    assert.match(get.err, /session.*connected\.open/);
    process.kill(serve.child.pid, 'SIGHUP');
    for (let count = 0; count < 20; count++) assert.equal((await fetch(`${url}/`)).status, 200);
    process.kill(serve.child.pid, 'SIGTERM');
    assert.equal(await serve.ended, 0, serve.err);
  },

  async "the inspector's page answers"() {
    const server = new HTTPServer((request, response) => response.end());
    const page = await InspectorPage.open({ port: 0, of: [server] });
    assert.match(await (await fetch(page.url)).text(), /<html/);
    await page.close();
  },

  async 'the models of servers, clients and sessions are followed'() {
    // The model's server reads a whole body before it answers.
    await withServer(echoWhole, async (port) => {
      const driver = serverDriver({ name: 'a server', port, echo: '/' });
      await walk({ model: serverModel, driver, paths: 'transitions' });
    });
    const ask = async ({ url, method, body }) => {
      const { hostname, port, pathname } = new URL(url);
      const session = new HTTPClientSession(hostname, Number(port), { receiveTimeout: 2_000 });
      try {
        const response = await session.request({ method, path: pathname, ...(body && { body }) });
        return { status: response.status, body: await response.text() };
      } finally {
        session.close();
      }
    };
    await walk({ model: clientModel, driver: clientDriver({ name: 'a client', ask }), paths: 'transitions' });
    await walk({ model: sessionModel, driver: memorySessionDriver(), paths: 'pairs' });
  },

  async 'a simulation gives the same log for the same seed'() {
    const log = async () => {
      const { log: lines } = await simulate({
        seed: 7,
        serve: ({ clock }) => {
          const server = new HTTPServer(echoWhole, { clock });
          return (socket) => server.serve(socket);
        },
        script: randomTraffic({ clients: 10, post: '/echo' }),
      });
      return lines.toString();
    };
    const first = await log();
    assert.ok(first.length > 1_000);
    assert.equal(await log(), first);
  },
};

try {
  for (const [name, check] of Object.entries(CHECKS)) {
    await inTime(name, check());
    console.log(`ok ${name}`);
  }
} catch (error) {
  console.error(String(error.stack).slice(0, 4_000));
  process.exitCode = 1;
} finally {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
}
// What a failed check left open must not keep the process; what a passed one left open would be a fault.
if (process.exitCode === 1) process.exit();

/** Resolves as a check does. @throws Error when it takes too long */
async function inTime(name, checked) {
  let timer;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${name}: not done within ${TIME_LIMIT} ms`)), TIME_LIMIT);
  });
  await Promise.race([checked, late]);
  clearTimeout(timer);
}

async function echo(request, response) {
  for await (const piece of request) await response.write(piece);
  response.end();
}

async function echoWhole(request, response) {
  response.end(await request.bytes());
}

async function walk(suite) {
  const tests = [];
  testModel({ ...suite, it: (name, run) => tests.push(run) });
  assert.ok(tests.length > 0);
  for (const run of tests) await run();
}

/** Runs `use` with the port of a listening server of ours, which must then stop. */
async function withServer(handler, use) {
  const server = new HTTPServer(handler);
  const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
  await use(port);
  await server.stop();
}

async function portOf(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

async function until(isDone) {
  while (!isDone()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Resolves once nothing listens at a port any more. */
async function refused(port) {
  for (;;) {
    const socket = net.connect(Number(port), '127.0.0.1');
    const isRefused = await new Promise((resolve) => {
      socket.once('connect', () => resolve(false)).once('error', () => resolve(true));
    });
    socket.destroy();
    if (isRefused) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A connection that speaks bytes. */
async function connect(port) {
  const socket = net.connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
  const wire = {
    socket,
    text: '',
    async received(pattern) {
      while (!pattern.test(wire.text)) await once(socket, 'data');
    },
    async ended() {
      if (!socket.readableEnded) await once(socket, 'end');
      socket.destroy();
      return wire.text;
    },
  };
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.on('data', (piece) => (wire.text += piece.toString('latin1')));
  return wire;
}

/** Starts a program beside this one, so that it finds the package. */
function startProgram(name, code) {
  const file = fileURLToPath(new URL(name, import.meta.url));
  writeFileSync(file, code);
  return start(file, []);
}

/**
 * Starts a script under the runtime that runs this one. Send it signals by `process.kill`: after `child.kill`, Deno
 * reports the signal as its end even if the script handled it.
 */
function start(script, args) {
  const child = spawn(process.execPath, [...RUNTIME_ARGS, script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const started = {
    child,
    out: '',
    err: '',
    ended: once(child, 'close').then(([code, signal]) => code ?? signal),
    async printed(pattern) {
      for (;;) {
        const match = pattern.exec(started.out);
        if (match !== null) return match;
        if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${started.err}`);
        await Promise.race([once(child.stdout, 'data'), started.ended]);
      }
    },
  };
  child.stdout.on('data', (piece) => (started.out += piece));
  child.stderr.on('data', (piece) => (started.err += piece));
  return started;
}
