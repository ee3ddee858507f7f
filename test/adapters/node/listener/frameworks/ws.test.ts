import { once } from 'node:events';
import http from 'node:http';

import { describe, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';

import { onSessions, type ServerOnSessions } from '../../../../../src/adapters/node/index.js';
import { expectNothingUncaught } from '../../../../support/http/uncaught.js';
import { closed, portOf, secureServer } from '../../../../support/node/on-loopback.js';
import { RawClient } from '../../../../support/node/supervised.js';
import { countingBytes } from '../../../../support/transport/sockets.js';
import { until } from '../../../../support/transport/until.js';

expectNothingUncaught();

/** A server with WebSockets that send back what they get, and its own answer to requests. */
class EchoServer implements AsyncDisposable {
  readonly server: ServerOnSessions<http.Server>;
  readonly sockets: WebSocketServer;
  readonly #scheme: string;

  constructor(isSecure = false, options: ConstructorParameters<typeof WebSocketServer>[0] = {}) {
    const listener: http.RequestListener = (_request, response) => response.end('not a WebSocket');
    this.server = onSessions(isSecure ? secureServer(listener) : http.createServer(listener));
    this.#scheme = isSecure ? 'wss' : 'ws';
    this.sockets = new WebSocketServer({ ...options, server: this.server });
    this.sockets.on('connection', (socket) => {
      socket.on('message', (message, isBinary) => socket.send(message, { binary: isBinary }));
    });
  }

  static async listening(...args: ConstructorParameters<typeof EchoServer>): Promise<EchoServer> {
    const echo = new EchoServer(...args);
    echo.server.listen(0, '127.0.0.1');
    await once(echo.server, 'listening');
    return echo;
  }

  get port(): number {
    return portOf(this.server);
  }

  client(): WebSocket {
    return new WebSocket(`${this.#scheme}://127.0.0.1:${this.port}/chat`, { rejectUnauthorized: false });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets.clients) socket.terminate();
    this.server.closeAllConnections();
    await closed(this.server);
  }
}

const HANDSHAKE = [
  'GET /chat HTTP/1.1',
  'Host: a',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
  '\r\n',
].join('\r\n');

/** A masked text frame of a client, whose mask is zero. */
function frame(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}

describe('ws on sessions', () => {
  it.each([
    ['plain', false, false],
    ['compressed', false, true],
    ['over TLS', true, false],
  ])('WebSockets that are %s echo text and 4 MiB of bytes', async (_, isSecure, perMessageDeflate) => {
    await using echo = await EchoServer.listening(isSecure, { perMessageDeflate });
    const client = echo.client();
    await once(client, 'open');
    for (const message of [Buffer.from('ü'), countingBytes(4_194_304)]) {
      client.send(message);
      const [answer] = (await once(client, 'message')) as [Buffer];
      expect(answer.equals(message)).toBe(true);
    }
    expect(echo.server.sessions.counts().states).toEqual({ detached: 1 });
    const left = once(client, 'close');
    client.close(1000, 'done');
    expect(await left).toEqual([1000, Buffer.from('done')]);
    await until(() => echo.server.sessions.currentConnections === 0);
  });

  it('requests and WebSockets share a port, and a connection may ask for a page first', async () => {
    await using echo = await EchoServer.listening();
    const client = await new RawClient(echo.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n').saw(
      /not a WebSocket$/,
    );
    client.socket.write(HANDSHAKE);
    await client.saw(/HTTP\/1\.1 101 Switching Protocols\r\n/);
    client.socket.destroy();
    await until(() => echo.server.sessions.currentConnections === 0);
  });

  it('frames that come with the handshake reach the WebSocket', async () => {
    await using echo = await EchoServer.listening();
    const client = new RawClient(echo.port);
    client.socket.write(Buffer.concat([Buffer.from(HANDSHAKE), frame('early'), frame('bird')]));
    // An unmasked frame starts with its length.
    await client.saw(/\r\n\r\n\x81\x05early\x81\x04bird$/);
    client.socket.destroy();
    await until(() => echo.server.sessions.currentConnections === 0);
  });

  it('a handshake that ws refuses is answered, and its connection ends', async () => {
    await using echo = await EchoServer.listening(false, { verifyClient: () => false });
    const client = await new RawClient(echo.port, HANDSHAKE).ended();
    expect(client.text).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\nConnection: close\r\n[^]*Unauthorized$/);
    await until(() => echo.server.sessions.currentConnections === 0);
    const refused = echo.client();
    const [error] = (await once(refused, 'error')) as [Error];
    expect(error.message).toBe('Unexpected server response: 401');
  });

  it('a client that vanishes closes its WebSocket with 1006', async () => {
    await using echo = await EchoServer.listening();
    const accepted = once(echo.sockets, 'connection') as Promise<[WebSocket]>;
    const client = new RawClient(echo.port, HANDSHAKE);
    const [socket] = await accepted;
    const left = once(socket, 'close');
    client.socket.resetAndDestroy();
    expect((await left)[0]).toBe(1006);
    await until(() => echo.server.sessions.currentConnections === 0);
  });

  it('close() waits for WebSockets, and the signal of the drain lets them say that they leave', async () => {
    await using echo = await EchoServer.listening();
    const client = echo.client();
    await once(client, 'open');
    echo.server.sessions.drainSignal.addEventListener('abort', () => {
      for (const socket of echo.sockets.clients) socket.close(1001);
    });
    const left = once(client, 'close');
    const ended = closed(echo.server);
    expect((await left)[0]).toBe(1001);
    expect(await ended).toBeUndefined();
    await until(() => echo.server.sessions.state === 'stopped');
  });

  it('a drain ends at its deadline WebSockets that stay', async () => {
    await using echo = await EchoServer.listening();
    const client = echo.client();
    await once(client, 'open');
    const left = once(client, 'close');
    expect(await echo.server.drain({ deadline: 50 })).toMatchObject({ finished: 0, aborted: 1 });
    expect((await left)[0]).toBe(1006);
  });
});
