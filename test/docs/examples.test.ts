import { readdirSync, writeFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { buildPackage, type BuiltPackage } from '../support/cli/build.js';
import { Process } from '../support/cli/process.js';
import { committed } from '../support/generate/committed.js';
import { codeBlocks } from '../support/docs/markdown.js';
import { PATHS } from '../support/docs/entry-points.js';
import { compile, complaints } from '../support/docs/public-api.js';
import { runProgram } from '../support/docs/run-module.js';
import { isExhaustive, itInTestAll, sampled } from '../support/thoroughness.js';

const EXAMPLES = new URL('../../docs/examples/', import.meta.url);

/** What each example prints. */
const OUTPUTS: Readonly<Record<string, readonly string[]>> = {
  ws: [
    'You said: hello',
    '{ detached: 1 }',
    '1001 server is draining',
    '{ finished: 1, aborted: 0 } detached released',
  ],
  tunnel: [
    '403 CONNECT to the origin only',
    '200 through the tunnel',
    '{ detached: 1 }',
    '{ finished: 1, aborted: 0 } detached released',
  ],
  tls: ['200 HTTP/1.1, encrypted', '200 HTTP/2', 'idle closed'],
  'port-demultiplexer': [
    'http from 127.0.0.1',
    'https from 127.0.0.1',
    'http from 192.0.2.7',
    'not HTTP: \x01 something else',
    'stopped stopped',
  ],
  'flight-recorder': [
    'Hello from /orders',
    'written by an error ERR_HTTP_SESSION_BAD_HOST',
    'http-session-recording true false',
  ],
  'node-http': [
    'Hello from /node',
    'connected.open 1',
    'socket.attach',
    '{ finished: 1, aborted: 0 } idle closed',
    'stopped closed',
  ],
  express: [
    'Hello from Express',
    'Finished during the drain (Connection: close)',
    '{ finished: 1, aborted: 0 }',
  ],
  fastify: ['{"from":"Fastify"}', '{"finished":"while closing"}', 'closed'],
  koa: ['{"from":"Koa"}', 'chunked true', 'server: ECONNRESET rst /numbers', 'stopped'],
  nest: ['{"from":"Nest"}', "listening { 'connected.open': 1 }", '{"finished":"while closing"}', 'closed'],
  'ws-on-sessions': [
    'Hello over HTTP',
    'You said: hello',
    "{ 'connected.open': 1, detached: 1 }",
    '1001 server is draining',
    '{ finished: 2, aborted: 0 }',
  ],
  'socket-io': [
    'Hello, polling',
    'upgraded to websocket',
    'Hello, WebSocket',
    'WebSockets: 1',
    'io server disconnect',
    '{ aborted: 0 }',
  ],
  'own-server': [
    '200 Hello!',
    '200 one, two, three',
    '200 {"received":{"n":1}}',
    '404 Not found',
    'listening 1',
    '{ finished: 1, aborted: 0 }',
    'stopped 0',
  ],
  'keep-alive-client': [
    '  unconnected.idle -> unconnected.connecting',
    '  unconnected.connecting -> connected.open',
    '/first idle.reused',
    '  connected.open -> closed',
    '/second closed',
    '  closed -> unconnected.connecting',
    '  unconnected.connecting -> connected.open',
    '/third idle.reused',
    '  connected.open -> connected.halfClosed',
    '  connected.halfClosed -> closed',
    'closed null',
  ],
  'streaming-upload': ['chunked: 1048576 bytes', 'streamed: 262144 bytes', 'refused: 413 Too large'],
  'detach-socket': [
    'server: detached',
    'client: 101 switched',
    'client: detached null',
    'client: HELLO OUT THERE',
  ],
  'raw-session': [
    'connected.open true',
    'H true',
    'HTTP/1.1 200 OK',
    'five!',
    'Transfer-Encoding: chunked',
    'in chunks',
    '-1',
    'closed',
  ],
  'pull-server': [
    'request 1 of this connection, 0 bytes',
    'request 2 of this connection, 4 bytes',
    'request 3 of this connection, 10 bytes',
    'refused: ERR_HTTP_SESSION_BAD_CONTENT_LENGTH 400',
    'HTTP/1.1 400 Bad Request',
    'the connection ended after 3 requests: closed',
  ],
  'model-based-test': [
    'coverage of the server model',
    '  states                    9 of 9    100%',
    '  transitions             53 of 53    100%',
    '  transition pairs      362 of 362    100%',
    '  states x faults         16 of 16    100%',
    'not driven: wait.idle, wait.head, wait.body',
  ],
  'sdk-dispatcher': ['{ id: 7, apples: 2 }', '{ id: 7, pears: 3 }', 'opened 1 reused 1'],
  'company-proxy': [
    'proxy: CONNECT api.example:443 false',
    'proxy: CONNECT api.example:443 true',
    '200 Hello over TLS, proxy credentials seen: false',
    'proxy: GET http://api.example/orders true',
    '200 the proxy has read http://api.example/orders',
    'proxy: CONNECT games.example:443 true',
    'ERR_HTTP_SESSION_PROXY proxy 403 safe',
    'null null',
  ],
  'docker-socket': [
    "200 [ { Id: 'c0ffee', Image: 'postgres:17' } ]",
    'create',
    'start',
    '200 [{"Id":"c0ffee","Image":"postgres:17"}]',
  ],
  'five-thousand': [
    '5000 answers over 128 connections',
    '108 answered, 4892 refused',
    'ERR_HTTP_SESSION_QUEUE_FULL safe',
  ],
  hono: [
    '200 Hello, world at 127.0.0.1!',
    'sent one',
    'back one',
    'sent two',
    'back two',
    'sent three',
    'back three',
    'text/event-stream data: you are connected',
    'server: the client is gone: ERR_HTTP_SESSION_RESET rst',
    'server: the stream was cancelled with the same reason: true',
    'stopped',
  ],
};

/** What each example prints that needs a process of its own. */
const OUTPUTS_OF_PROCESSES: Readonly<Record<string, readonly string[]>> = {
  // Jest's realm is not that of the global fetch, which therefore hides the cause of a failure.
  'fetch-everywhere': [
    "6 { path: '/users/6' }",
    'connections opened: 4 and reused: 2',
    'fetch failed - ERR_HTTP_SESSION_TIMEOUT receive unknown',
  ],
  // It starts other processes.
  cluster: [
    'the pool: idle -> starting',
    'the pool: starting -> running',
    'the pool: running -> restarting',
    'the pool: restarting -> running',
    'an old worker exited with code 0',
    'an old worker exited with code 0',
    'client 1: 0 orders failed, last served by a new worker: true',
    'client 2: 0 orders failed, last served by a new worker: true',
    'client 3: 0 orders failed, last served by a new worker: true',
    'the pool: running -> draining',
    'the pool: draining -> stopped',
    'drained: 0 connections aborted',
    'drained: 0 connections aborted',
  ],
  // Its channels are found by name, so the process must have only one copy of the package.
  telemetry: [
    'GET /hello 200 completed',
    '200 Hello!',
    "open: 1 { 'connected.open': 1 }",
    'ERR_HTTP_SESSION_TIMEOUT in connected.open at /nothing',
    'gave up: receive',
    'ERR_HTTP_SESSION_RESET in connected.halfClosed at /nothing',
    'GET /nothing - failed',
    'open: 0 {}',
  ],
};

/** The program of docs/model-based-testing.md walks the same paths. */
const isRun = ([name]: readonly [string, unknown]): boolean => isExhaustive || name !== 'model-based-test';

describe('docs/examples as processes', () => {
  let built: BuiltPackage;
  let folder: string;

  beforeAll(() => {
    built = buildPackage();
    folder = built.copyOf('docs/examples');
  }, 120_000);

  afterAll(() => {
    built.remove();
  });

  it.each(sampled(Object.entries(OUTPUTS_OF_PROCESSES).reverse(), 2))(
    'docs/examples/%s.mjs prints its output and exits',
    async (name, output) => {
      const example = new Process(`${folder}/${name}.mjs`);
      try {
        expect(await example.ended).toBe(0);
        expect({ out: example.out, err: example.err }).toEqual({ out: `${output.join('\n')}\n`, err: '' });
      } finally {
        example.child.kill('SIGKILL');
      }
    },
  );
});

describe('docs/model-based-testing.md', () => {
  const [block] = codeBlocks(committed('docs/model-based-testing.md'));
  const program = block?.code ?? '';
  let built: BuiltPackage;

  beforeAll(() => {
    built = buildPackage();
  }, 120_000);

  afterAll(() => {
    built.remove();
  });

  /** Runs a program under node:test. */
  async function runTests(name: string, code: string): Promise<Process> {
    const file = `${built.copyOf('docs/examples')}/${name}.test.mjs`;
    writeFileSync(file, code);
    const run = new Process(file);
    await run.ended;
    return run;
  }

  it('docs/model-based-testing.md starts with a program of at most 20 lines', () => {
    expect(program.trim().split('\n').length).toBeLessThanOrEqual(20);
  });

  it('the program in docs/model-based-testing.md passes under node:test, with a test for each path', async () => {
    const run = await runTests('right', program);
    expect(await run.ended).toBe(0);
    expect(run.out).toMatch(/server model, path 1 of \d+: connect > /);
    expect(run.out).toMatch(/all pairs are covered/);
  });

  itInTestAll(
    'the program in docs/model-based-testing.md fails for a faulty server and explains the failure',
    async () => {
      const wrong = program.replace('response.send(request.body)', 'response.send(request.body.slice(1))');
      expect(wrong).not.toBe(program);
      const run = await runTests('wrong', wrong);
      expect(await run.ended).toBe(1);
      expect(run.out).toMatch(/seen: +request \d+ \(POST\) was answered 200 with another body/);
      expect(run.out).toMatch(/>> \d+\. request\.(length|chunked)/);
      expect(run.out).toMatch(/sequenceDiagram/);
      expect(run.out).toMatch(/run it again: paths: \['\d+: connect > /);
    },
  );
});

describe('docs/examples', () => {
  it.each(Object.entries(OUTPUTS).filter(isRun))(
    'docs/examples/%s.mjs prints its output',
    async (name, output) => {
      const { lines } = await runProgram(() => import(new URL(`${name}.mjs`, EXAMPLES).href));
      expect(lines).toEqual(output);
    },
  );

  itInTestAll('no example calls anything that the package does not have', () => {
    const files = readdirSync(EXAMPLES).map((file) => `docs/examples/${file}`);
    const mistaken = 'test/support/docs/mistaken.mjs';
    const program = compile([...files, mistaken], {
      allowJs: true,
      checkJs: true,
      strict: false,
      exactOptionalPropertyTypes: false,
      paths: PATHS,
    });
    // JavaScript cannot say that `address()` of a listener on a port is an object.
    const serious = complaints(program, files).filter((text) => !text.includes("'string | AddressInfo'"));
    expect(serious).toEqual([]);
    expect(complaints(program, [mistaken])).toEqual([
      expect.stringContaining("'detachTheSocket' does not exist"),
    ]);
  });

  it('every example is run by a test', () => {
    const names = readdirSync(EXAMPLES).map((file) => file.replace(/\.mjs$/, ''));
    // docs/errors.md shows this one, and its test runs it.
    const run = [...Object.keys(OUTPUTS), ...Object.keys(OUTPUTS_OF_PROCESSES), 'errors-that-testify'];
    expect(names.sort()).toEqual(run.sort());
  });
});
