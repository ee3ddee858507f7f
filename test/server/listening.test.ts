import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { TRANSITION_CHANNEL, type TransitionMessage } from '../../src/diagnostics.js';
import { PortDemultiplexer } from '../../src/server/demultiplexer/index.js';
import { checkTimeouts, HTTPServer, type HTTPServerParams } from '../../src/server/index.js';
import type { ListenTarget } from '../../src/transport/index.js';
import { echoPath } from '../support/http/served.js';
import { rejection } from '../support/transport/promises.js';

describe('listen()', () => {
  it('listen() takes a port, and a host', async () => {
    const server = new HTTPServer(echoPath);
    const { port } = await server.listen(0);
    expect(server.address).toEqual({ address: '127.0.0.1', port, family: 'IPv4' });
    await server.stop();
    expect((await server.listen(0, '0.0.0.0')).address).toBe('0.0.0.0');
    await server.stop();
  });

  it.each([
    ['a misspelt option', { prt: 8080 }, TypeError, 'did you mean "port"?'],
    ['neither port nor path', { host: 'localhost' }, TypeError, 'a port or a path'],
    ['port and path', { port: 0, path: '/x' }, TypeError, 'a port or a path'],
    ['a port that is text', '8080', TypeError, '(got "8080")'],
    ['a port in an object that is text', { port: '8080' }, TypeError, 'port: must be a number'],
    ['a port out of range', 70_000, RangeError, '(got 70000)'],
    ['null', null, TypeError, '(got null)'],
    ['an empty path', { path: '' }, TypeError, 'path: must be'],
    [
      'an ALPN route that is no function',
      { port: 0, tls: { alpn: { h2: 'x' } } },
      TypeError,
      'tls.alpn.h2: must be a function (got "x")',
    ],
    ['TLS that is true', { port: 0, tls: true }, TypeError, '(got true)'],
  ])('listen() refuses %s, and the server stays idle', async (_what, target, kind, text) => {
    const server = new HTTPServer(echoPath);
    const error = await rejection(server.listen(target as unknown as ListenTarget));
    expect(error).toBeInstanceOf(kind);
    expect(String(error)).toContain(text);
    expect(server.state).toBe('idle');
    const demultiplexer = new PortDemultiplexer({ fallback: (socket) => socket.destroy() });
    expect(await rejection(demultiplexer.listen(target as unknown as ListenTarget))).toBeInstanceOf(kind);
  });
});

describe('attach()', () => {
  it.each([[null], ['server'], [{}]])('attach() refuses %p with a TypeError', (server) => {
    expect(() => {
      new HTTPServer(echoPath).attach(server as never);
    }).toThrow('attach(): must be a server of node:net or node:tls');
  });
});

describe('accept()', () => {
  it.each([
    ['nothing', undefined],
    ['an object', {}],
    ['a stream that can only be read', new Readable({ read: () => undefined })],
  ])('accept() refuses %s with a TypeError', (_what, socket) => {
    const server = new HTTPServer(echoPath);
    expect(() => server.accept(socket as never)).toThrow('accept(): the socket must be a Duplex');
    const demultiplexer = new PortDemultiplexer({ http: server });
    expect(() => demultiplexer.accept(socket as never)).toThrow('accept(): the socket must be a Duplex');
    expect(server.totalConnections).toBe(0);
  });
});

describe('checkTimeouts()', () => {
  it('checkTimeouts() refuses misspelt parameters and options', () => {
    expect(() => checkTimeouts({ timer: {} } as never)).toThrow('did you mean "timers"?');
    expect(() => checkTimeouts({}, { peerIdel: 5 } as never)).toThrow('did you mean "peerIdle"?');
  });

  it('checkTimeouts() finds a grace beyond the deadline, although drain() refuses it', () => {
    const findings = checkTimeouts({}, { drain: { grace: 2_000, deadline: 1_000 } });
    expect(findings.map(({ code }) => code)).toContain('GRACE_BEYOND_DEADLINE');
  });
});

describe('new HTTPServer()', () => {
  it.each([
    ['text for a handler', ['x'], 'the handler must be a function (got "x")'],
    ['null for parameters', [echoPath, null], 'the options must be an object (got null)'],
    ['a misspelt parameter', [echoPath, { maxConections: 5 }], 'did you mean "maxConnections"?'],
    ['a misspelt timer', [echoPath, { timers: { keepalive: 5 } }], 'did you mean "keepAlive"?'],
    ['text for a time', [echoPath, { keepAliveTimeout: '5' }], 'keepAliveTimeout: must be a number'],
    ['text for keepAlive', [echoPath, { keepAlive: 'no' }], 'keepAlive: must be true or false (got "no")'],
    ['a clock that tells no time', [echoPath, { clock: {} }], 'clock: must have now(), wallTime()'],
    ['a number for softwareVersion', [echoPath, { softwareVersion: 5 }], 'softwareVersion: must be'],
    [
      'text for a time that a timer stands in for',
      [echoPath, { sendTimeout: 'x', timers: { sendProgress: 5 } }],
      'sendTimeout: must be',
    ],
  ])('new HTTPServer() refuses %s with a TypeError', (_what, args, text) => {
    const make = (): HTTPServer => new HTTPServer(...(args as [typeof echoPath, HTTPServerParams]));
    expect(make).toThrow(TypeError);
    expect(make).toThrow(text);
  });

  it('new HTTPServer() makes no session', () => {
    const seen: TransitionMessage[] = [];
    const heard = (message: unknown): void => void seen.push(message as TransitionMessage);
    subscribe(TRANSITION_CHANNEL, heard);
    new HTTPServer(echoPath);
    unsubscribe(TRANSITION_CHANNEL, heard);
    expect(seen).toEqual([]);
  });

  it.each([
    [{ maxPendng: 5 }, TypeError, 'did you mean "maxPending"?'],
    [{ fallback: () => undefined, maxPending: -1 }, RangeError, 'maxPending'],
    [{ fallback: () => undefined, timers: { firstBite: 1 } }, TypeError, 'did you mean "firstByte"?'],
    [{ fallback: () => undefined, proxyProtocol: { trust: [] } }, TypeError, 'did you mean "trusted"?'],
  ])('new PortDemultiplexer() refuses %j', (options, kind, text) => {
    const make = (): PortDemultiplexer => new PortDemultiplexer(options as never);
    expect(make).toThrow(kind);
    expect(make).toThrow(text);
  });
});

describe('a path to listen at', () => {
  let folder = '';
  let path = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'http-session-'));
    path = join(folder, 'socket');
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('a path whose socket a killed process has left behind is taken over', async () => {
    const crash = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', crash]);
    expect(existsSync(path)).toBe(true);
    const server = new HTTPServer(echoPath);
    await server.listen({ path });
    const client = net.connect({ path });
    await once(client, 'connect');
    client.destroy();
    await server.stop();
    expect(existsSync(path)).toBe(false);
  });

  it('a path at which another server listens is refused, and that one is left alone', async () => {
    const first = new HTTPServer(echoPath);
    await first.listen({ path });
    const second = new HTTPServer(echoPath);
    expect(await rejection(second.listen({ path }))).toMatchObject({ code: 'EADDRINUSE' });
    const client = net.connect({ path });
    await once(client, 'connect');
    client.destroy();
    await first.stop();
  });

  it('a path at which there is a file of another kind is refused, and the file is left alone', async () => {
    writeFileSync(path, 'precious');
    const server = new HTTPServer(echoPath);
    expect(await rejection(server.listen({ path }))).toMatchObject({ code: 'EADDRINUSE' });
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });
});
