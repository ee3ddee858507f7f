import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { HTTPServer } from '../../src/server/index.js';
import { createMemoryPair, VirtualClock } from '../../src/transport/index.js';
import { serverDriver } from '../../src/testing/drivers/server/server-driver.js';
import type { ServerDriver } from '../../src/testing/drivers/driver.js';
import { serverModel } from '../../src/testing/models/server-model.js';
import { testModel } from '../../src/testing/run/test-model.js';

const PATHS = (process.env['PLAN'] ?? 'transitions') as never;

function covers(driver: ServerDriver): void {
  const { coverage } = testModel({ model: serverModel, driver, paths: PATHS, it });
  it('covers', () => {
    if (process.env['PLAN']) console.log(coverage.toText());
    expect(coverage.toJSON().transitions).toMatchObject({ missing: [] });
  });
}

const handler: ConstructorParameters<typeof HTTPServer>[0] = async (request, response) => {
  if (request.method === 'POST') response.end(await request.bytes());
  else response.end('Hello!');
};

describe('our own server over memory', () => {
  const clock = new VirtualClock();
  const server = new HTTPServer(handler, { clock });
  void server.listen;
  const connect = () => {
    const pair = createMemoryPair();
    server.serve(pair.server);
    return pair.client;
  };
  const later = () => clock.advance(70_000);
  covers(serverDriver({ connect, echo: '/', timeouts: { idle: later, head: later, body: later } }));
});

describe('node:http over memory', () => {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => response.end(request.method === 'POST' ? Buffer.concat(chunks) : 'Hello!'));
  });
  const connect = () => {
    const pair = createMemoryPair();
    server.emit('connection', pair.server);
    return pair.client;
  };
  covers(serverDriver({ connect, echo: '/' }));
});
