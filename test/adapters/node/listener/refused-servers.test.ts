import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';

import { describe, expect, it } from '@jest/globals';

import { onSessions } from '../../../../src/adapters/node/index.js';

describe('onSessions() refuses', () => {
  it.each([
    ['nothing', undefined],
    ['a server of node:net', net.createServer()],
    ['a server of HTTP/2', http2.createServer()],
  ])('%s', (_what, server) => {
    expect(() => onSessions(server as never)).toThrow('must be a server of node:http or node:https');
  });

  it('a server that is on sessions already', () => {
    const server = onSessions(http.createServer());
    expect(() => onSessions(server)).toThrow('the server is on sessions already');
  });

  it('a server that listens', async () => {
    const server = http.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    expect(() => onSessions(server)).toThrow('the server listens already; call it before listen()');
    await new Promise((resolve) => server.close(resolve));
  });

  it('options that loosen the parser', () => {
    expect(() => onSessions(http.createServer({ insecureHTTPParser: true }))).toThrow(
      'insecureHTTPParser cannot be had, as sessions read strictly; remove it',
    );
    const relaxed = Object.assign(http.createServer(), { httpValidation: 'relaxed' });
    expect(() => onSessions(relaxed)).toThrow('httpValidation cannot be had');
  });

  it('parameters that do not exist, or are malformed', () => {
    expect(() => onSessions(http.createServer(), { timer: {} } as never)).toThrow('timer');
    expect(() => onSessions(http.createServer(), { maxConnections: -1 })).toThrow(RangeError);
  });
});

describe('settings of a server on sessions', () => {
  it('are read as they are, and set no timer where they are no time', async () => {
    const server = onSessions(http.createServer());
    Object.assign(server, { headersTimeout: Infinity, requestTimeout: 7_000, keepAliveTimeout: 0 });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    const socket = net.connect(port);
    await new Promise((resolve) => server.once('connection', resolve));
    const [session] = server.sessions.sessions;
    // The inspector lists them.
    expect({ ...session?.timers }).toMatchObject({
      firstByte: 0,
      head: 0,
      message: 7_000,
      keepAlive: 0,
    });
    server.keepAliveTimeout = 3_000;
    expect(session?.timers.keepAlive).toBe(4_000);
    socket.destroy();
    await server.drain({ grace: 0 });
  });
});
