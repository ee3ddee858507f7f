import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { VirtualClock } from '../../src/transport/index.js';
import { serverDriver, serverModel, testModel, type ServerDriver } from '../../src/testing/index.js';
import { certificate } from '../support/transport/sockets.js';
import { collect } from '../support/testing/collect.js';
import { inMemory, MISTAKES, nodeServer, ownServer, tinyServer } from '../support/testing/servers.js';

/** The tests of a server that does all that the model says. */
function testsOf(driver: ServerDriver): void {
  const { coverage } = testModel({ model: serverModel, driver, paths: 'transitions', it });

  it('and that is every transition', () => {
    expect(coverage.toJSON().transitions).toMatchObject({ missing: [] });
    expect(coverage.toJSON().transitions.total).toBeGreaterThan(50);
  });
}

describe('our own server, in memory and in virtual time', () => {
  const clock = new VirtualClock();
  const server = ownServer(clock);
  const later = (): Promise<void> => clock.advance(70_000);
  const driver = serverDriver({
    connect: inMemory((socket) => server.serve(socket)),
    echo: '/',
    timeouts: { idle: later, head: later, body: later },
  });
  const { coverage } = testModel({ model: serverModel, driver, paths: 'pairs', it });

  it('our own server walks all pairs of what a client can do, timeouts included', () => {
    expect(coverage.toJSON()).toMatchObject({
      pairs: { missing: [] },
      faults: { missing: [] },
      undriven: [],
    });
  });
});

describe('node:http, in memory', () => {
  const server = nodeServer();
  testsOf(serverDriver({ connect: inMemory((socket) => server.emit('connection', socket)), echo: '/' }));
});

describe.each([
  ['over TCP', undefined],
  ['over TLS', certificate],
])('our own server, by host and port, %s', (_how, tls) => {
  const server = ownServer();

  beforeAll(() => server.listen({ port: 0, ...(tls === undefined ? {} : { tls }) }));
  afterAll(() => server.stop());

  testsOf(
    serverDriver({
      port: () => (server.address as AddressInfo).port,
      ...(tls === undefined ? {} : { tls: { ca: tls.cert, checkServerIdentity: () => undefined } }),
      echo: '/',
    }),
  );
});

describe('node:http, by host and port', () => {
  const server = nodeServer();

  beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  testsOf(serverDriver({ port: () => (server.address() as AddressInfo).port, echo: '/' }));
});

describe('a tiny server', () => {
  const suiteOf = (mistake: keyof typeof MISTAKES): ReturnType<typeof collect> =>
    collect({
      model: serverModel,
      driver: serverDriver({ connect: inMemory(tinyServer(MISTAKES[mistake])), echo: '/', patience: 50 }),
      paths: 'transitions',
    });
  const { none: _, ...mistakes } = MISTAKES;

  it('a tiny server without a mistake passes', async () => {
    expect(await suiteOf('none').firstFailure()).toBeNull();
  });

  it.each(Object.keys(mistakes))('a tiny server is caught when it sends %s', async (mistake) => {
    const failure = await suiteOf(mistake as keyof typeof MISTAKES).firstFailure();
    expect(failure?.message).toMatch(/^>> \d+\. .*\n\nwire:\n(?: {2}.*\n)+\n/m);
    expect(failure?.message).toMatch(/^seen: {5}.*/m);
  });
});

describe('a driver of servers', () => {
  it('a driver of servers sends no bodies without an echo path, and no timeout without its function', () => {
    const { coverage } = collect({
      model: serverModel,
      driver: serverDriver({ connect: inMemory(() => undefined) }),
      paths: [],
    });
    expect(coverage.toJSON().undriven).toEqual([
      'request.length',
      'request.chunked',
      'body.length',
      'body.chunked',
      'body.expect',
      'body.finish',
      'wait.idle',
      'wait.head',
      'wait.body',
    ]);
  });
});
