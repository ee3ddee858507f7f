import http from 'node:http';
import net from 'node:net';
import { text } from 'node:stream/consumers';

import { afterAll, describe, expect, it } from '@jest/globals';

import { HTTPClientSession } from '../../src/session/index.js';
import {
  clientDriver,
  clientModel,
  commandClient,
  testModel,
  type AskClient,
  type ClientCall,
} from '../../src/testing/index.js';
import { systemClock, VirtualClock, type Clock } from '../../src/transport/index.js';
import { collect } from '../support/testing/collect.js';

/** A client that keeps a session for each server. */
function ownClient(clock: Clock = systemClock): AskClient & { readonly close: () => void } {
  const sessions = new Map<string, HTTPClientSession>();
  const ask: AskClient = async ({ url, method, body }) => {
    const { host, hostname, port, pathname } = new URL(url);
    const session = sessions.get(host) ?? new HTTPClientSession(hostname, Number(port), { clock });
    sessions.set(host, session);
    const response = await session.request({
      method,
      path: pathname,
      ...(body === undefined ? {} : { body }),
    });
    return { status: response.status, body: await response.text() };
  };
  const close = (): void => {
    for (const session of sessions.values()) session.dispose();
  };
  return Object.assign(ask, { close });
}

function nodeClient(agent: http.Agent): AskClient {
  return ({ url, method, body }) =>
    new Promise((resolve, reject) => {
      const request = http.request(url, { method, agent }, (response) => {
        text(response).then((all) => {
          resolve({ status: response.statusCode ?? 0, body: all });
        }, reject);
      });
      request.on('error', reject).end(body);
    });
}

describe('our own client', () => {
  const clock = new VirtualClock();
  const ask = ownClient(clock);
  const { coverage } = testModel({
    model: clientModel,
    // Its sockets are real, its time is not.
    driver: clientDriver({ ask, wait: () => clock.advance(60_100) }),
    paths: 'pairs',
    it,
  });

  afterAll(ask.close);

  it('our own client walks all pairs of what a server can do, silence included', () => {
    expect(coverage.toJSON()).toMatchObject({
      pairs: { missing: [] },
      faults: { missing: [] },
      undriven: [],
    });
  });
});

describe('node:http', () => {
  const agent = new http.Agent({ keepAlive: true });
  const { coverage } = testModel({
    model: clientModel,
    driver: clientDriver({ ask: nodeClient(agent) }),
    it,
  });

  afterAll(() => {
    agent.destroy();
  });

  it('and that is every transition', () => {
    expect(coverage.toJSON()).toMatchObject({ transitions: { missing: [] }, undriven: ['stall'] });
  });
});

describe('a client that is a command', () => {
  const program = `
    const [url, method, body] = process.argv.slice(1);
    const request = require('node:http').request(url, { method }, (response) => response.pipe(process.stdout));
    request.on('error', (error) => { console.error(error.message); process.exitCode = 1; }).end(body);
    request.on('response', (response) => response.on('error', () => { process.exitCode = 1; }));
  `;
  const ask = commandClient(({ url, method, body }) => [
    process.execPath,
    '-e',
    program,
    url,
    method,
    ...(body === undefined ? [] : [body]),
  ]);

  testModel({
    model: clientModel,
    driver: clientDriver({ ask }),
    paths: [
      '1: ask.get > answer.length > ask.post > interim > answer.chunked > ask.get > begin.length > fin',
    ],
    it,
  });

  it('a client that is a command fails with its error output', async () => {
    await expect(ask({ url: 'http://127.0.0.1:1/', method: 'GET' })).rejects.toThrow(
      /exit code 1: .*ECONNREFUSED/,
    );
    await expect(commandClient(() => ['/nonexistent/client'])({ url: '', method: 'GET' })).rejects.toThrow(
      'ENOENT',
    );
  });
});

/** Clients that speak raw bytes, each with a mistake. */
const BROKEN: Readonly<Record<string, (call: ClientCall, answer: string) => string | null>> = {
  'takes what was cut off for the whole': (_call, answer) => answer.split('\r\n\r\n')[1] ?? '',
  'takes an interim response for the final one': (_call, answer) =>
    answer.startsWith('HTTP/1.1 1') ? '' : null,
  'takes anything for an answer': (_call, answer) => answer,
};

describe('a client', () => {
  const suiteOf = (ask: AskClient): ReturnType<typeof collect> =>
    collect({ model: clientModel, driver: clientDriver({ ask, patience: 200 }), paths: 'transitions' });

  it.each(Object.entries(BROKEN))('a client is caught when it %s', async (_mistake, bodyOf) => {
    const ask: AskClient = (call) =>
      new Promise((resolve) => {
        const { hostname, port, pathname } = new URL(call.url);
        const socket = net.connect(Number(port), hostname);
        const { method, body = '' } = call;
        socket.write(
          `${method} ${pathname} HTTP/1.1\r\nHost: a\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`,
        );
        let answer = '';
        const settle = (): void => {
          resolve({ body: bodyOf(call, answer) ?? answer });
        };
        socket.on('data', (chunk: Buffer) => {
          answer += chunk.toString('latin1');
          if (bodyOf(call, answer) !== null) settle();
        });
        socket.on('error', settle).on('end', () => {
          socket.end();
          settle();
        });
      });
    const failure = await suiteOf(ask).firstFailure();
    expect(failure?.message).toMatch(/^>> \d+\. .*\n\nwire:\n(?: {2}.*\n)+\n/m);
  });

  it("a client is caught when it sends another request than the model's", async () => {
    const own = ownClient();
    const failure = await suiteOf((call) => own({ ...call, url: `${call.url}0` })).firstFailure();
    own.close();
    expect(failure?.message).toMatch(/^seen: {5}the server was asked GET \/10$/m);
  });

  it('a client is caught when it retries a POST that may have been processed', async () => {
    const own = ownClient();
    const failure = await collect({
      model: clientModel,
      driver: clientDriver({ ask: (call) => own(call).catch(() => own(call)) }),
      paths: ['1: ask.post > reset'],
    }).firstFailure();
    own.close();
    expect(failure?.message).toMatch(/^seen: {5}a POST was sent again$/m);
  });
});
