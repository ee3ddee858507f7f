import { once } from 'node:events';
import net from 'node:net';
import { setImmediate as nextLoopTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';

import { HTTPServer, type HTTPServerParams } from '../../src/server/index.js';
import type { HTTPServerSession } from '../../src/session/index.js';
import { createMemoryPair, VirtualClock, type SocketAddress } from '../../src/transport/index.js';
import { FarEnd } from '../support/http/far-end.js';
import { responseIn, statusesIn } from '../support/http/messages.js';
import { echoPath, get } from '../support/http/served.js';
import { rejection } from '../support/transport/promises.js';
import { settled } from '../support/transport/sockets.js';
import { until } from '../support/transport/until.js';
import { faultsDuring } from '../support/server/faults.js';

/** A server that listens on a port, with connections over memory beside those of the port. */
class Door {
  readonly clock = new VirtualClock(1_700_000_000_000);
  readonly server: HTTPServer;

  constructor(params: HTTPServerParams) {
    this.server = new HTTPServer(echoPath, { clock: this.clock, ...params });
  }

  /** A connection that the server accepts, or refuses, from an address. */
  async knock(request = '', address = '192.0.2.1'): Promise<FarEnd & { session: HTTPServerSession | null }> {
    const pair = createMemoryPair();
    const remote: SocketAddress = { address, family: 'IPv4', port: 50_000 };
    const session = this.server.accept(pair.server, { remote });
    const far = new FarEnd(pair.client);
    await settled();
    if (request !== '') await far.send(request);
    return Object.assign(far, { session });
  }
}

async function listening(params: HTTPServerParams): Promise<Door> {
  const door = new Door(params);
  await door.server.listen();
  return door;
}

describe('a server at its cap', () => {
  it('a server at its cap says so, refuses with 503, and takes connections again when one has gone', async () => {
    const { server, ...door } = await listening({ maxConnections: 2 }).then((made) => ({
      server: made.server,
      knock: made.knock.bind(made),
    }));
    const first = await door.knock(get('/first'));
    expect([server.state, server.overloaded]).toEqual(['listening', false]);
    await door.knock();
    expect([server.state, server.overloaded]).toEqual(['listening', true]);
    const refused = await door.knock(get('/refused'));
    expect(refused.session).toBeNull();
    expect(responseIn(refused.text).status).toBe(503);
    await first.fin();
    expect(server.overloaded).toBe(false);
    const later = await door.knock(get('/later'));
    expect(responseIn(later.text).body).toBe('/later');
    expect([
      server.currentConnections,
      server.maxConcurrentConnections,
      server.totalConnections,
      server.refusedConnections,
    ]).toEqual([2, 2, 3, 1]);
    await server.stop();
  });

  it('a server at its cap counts connections whose socket was handed over', async () => {
    const door = await listening({ maxConnections: 1 });
    const { session } = await door.knock();
    const { socket } = session!.detachSocket();
    expect((await door.knock()).session).toBeNull();
    socket.destroy();
    await settled();
    expect((await door.knock()).session).not.toBeNull();
    await door.server.stop();
  });

  it('a server at its cap drains as any other, and refuses meanwhile', async () => {
    const door = await listening({ maxConnections: 1 });
    await door.knock(get());
    const report = door.server.drain({ grace: 1_000 });
    const refused = await door.knock(get());
    expect(statusesIn(refused.text)).toEqual([503]);
    await door.clock.advance(1_050);
    expect(await report).toMatchObject({ finished: 1, aborted: 0 });
  });
});

describe('shedIdle', () => {
  it('shedIdle closes the longest idle connections in order, and serves the new ones', async () => {
    const door = await listening({ maxConnections: 2, overload: 'shedIdle' });
    const old = await door.knock(get('/old'));
    await door.clock.advance(1_000);
    const young = await door.knock(get('/young'));
    await door.clock.advance(1_000);
    // The oldest connection, and the one that was busy last.
    await old.send(get('/again'));
    const third = await door.knock(get('/third'));
    expect(responseIn(third.text).body).toBe('/third');
    expect([old.ended, young.ended, young.wasReset]).toEqual([false, true, false]);
    expect(door.server.refusedConnections).toBe(0);
    await door.server.stop();
  });

  it('shedIdle never closes a connection on which a request has begun', async () => {
    const door = await listening({ maxConnections: 1, overload: 'shedIdle' });
    const receiving = await door.knock('GET / HTTP/1.1\r\n');
    expect((await door.knock()).session).toBeNull();
    await receiving.send('Host: test\r\n\r\n');
    expect(responseIn(receiving.text).status).toBe(200);
    await door.server.stop();
  });
});

describe('maxConnectionsPerAddress', () => {
  it('maxConnectionsPerAddress uses the overridden address, and leaves room for others', async () => {
    const door = await listening({ maxConnectionsPerAddress: 2 });
    const many = [await door.knock(), await door.knock()];
    expect(responseIn((await door.knock(get())).text).status).toBe(503);
    expect(responseIn((await door.knock(get(), '192.0.2.2')).text).status).toBe(200);
    await many[0]?.fin();
    expect(responseIn((await door.knock(get())).text).status).toBe(200);
    await door.server.stop();
  });
});

describe('stopAccepting', () => {
  /** Connects over TCP, sends nothing. */
  async function connect(port: number): Promise<net.Socket> {
    const socket = net.connect({ port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  }

  async function answerOf(
    socket: net.Socket,
    request = get('/asked', 'Connection: close\r\n'),
  ): Promise<string> {
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    if (!socket.closed) {
      socket.write(request);
      await once(socket, 'close');
    }
    return text;
  }

  it('stopAccepting closes the port at the cap, says where it was, and opens it again below', async () => {
    await using server = new HTTPServer(echoPath, { maxConnections: 2, overload: 'stopAccepting' });
    const { port } = await server.listen();
    const address = server.address;
    for (let round = 0; round < 3; round++) {
      const sockets = [await connect(port), await connect(port)];
      await until(() => server.overloaded);
      expect(await rejection(connect(port))).toMatchObject({ code: 'ECONNREFUSED' });
      expect(server.address).toEqual(address);
      expect(server.state).toBe('listening');
      sockets[0]?.destroy();
      await until(() => !server.overloaded);
      expect(server.address).toEqual(address);
      expect(responseIn(await answerOf(await connect(port))).body).toBe('/asked');
      sockets[1]?.destroy();
      await until(() => server.currentConnections === 0);
    }
    expect(server.refusedConnections).toBe(0);
  });

  it('stopAccepting stops the server, and reports that, when the port was taken meanwhile', async () => {
    await using server = new HTTPServer(echoPath, { maxConnections: 1, overload: 'stopAccepting' });
    const { port } = await server.listen();
    const socket = await connect(port);
    await until(() => server.overloaded);
    const thief = net.createServer();
    await once(thief.listen(port, '127.0.0.1'), 'listening');
    const faults = await faultsDuring(async () => {
      socket.destroy();
      await until(() => server.state === 'stopped');
    });
    expect(faults).toMatchObject([{ where: 'implementation', error: { code: 'EADDRINUSE' } }]);
    thief.close();
  });

  it('stopAccepting answers 503 to clients that the system accepted before the port closed', async () => {
    await using server = new HTTPServer(echoPath, { maxConnections: 1, overload: 'stopAccepting' });
    const { port } = await server.listen();
    // The system completes all of these before the server hears of the first.
    const sockets = Array.from({ length: 3 }, () => net.connect({ port, host: '127.0.0.1' }));
    const answers = await Promise.all(
      sockets.map(async (socket) => {
        socket.on('error', () => undefined);
        await once(socket, 'connect').catch(() => undefined);
        return answerOf(socket);
      }),
    );
    const statuses = answers.filter((text) => text !== '').map((text) => responseIn(text).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
  });

  it('stopAccepting leaves the port closed when the server is stopped or drained meanwhile', async () => {
    const server = new HTTPServer(echoPath, { maxConnections: 1, overload: 'stopAccepting' });
    const { port } = await server.listen();
    const socket = await connect(port);
    await until(() => server.overloaded);
    await server.drain({ grace: 0 });
    expect(server.address).toBeNull();
    expect(await rejection(connect(port))).toMatchObject({ code: 'ECONNREFUSED' });
    socket.destroy();

    await server.listen({ port });
    expect(responseIn(await answerOf(await connect(port))).body).toBe('/asked');
    await server.stop();
  });

  it('stopAccepting keeps pace with a number of connections that goes up and down within one turn of the loop', async () => {
    await using server = new HTTPServer(echoPath, { maxConnections: 1, overload: 'stopAccepting' });
    // An address is looked up before the port is opened again, as if it were a name.
    const { port } = await server.listen({ host: 'localhost', port: 0 });
    const { address } = server.address as SocketAddress;
    for (let round = 0; round < 10; round++) {
      for (let at = 0; at < 5; at++) server.accept(createMemoryPair().server)?.close();
      if (round % 2 === 0) await nextLoopTurn();
    }
    const last = server.accept(createMemoryPair().server);
    await settled();
    const refused = net.connect({ port, host: address });
    expect(await rejection(once(refused, 'connect'))).toMatchObject({ code: 'ECONNREFUSED' });
    last?.close();
    expect([server.state, server.overloaded]).toEqual(['listening', false]);
    for (let turn = 0; turn < 20; turn++) await nextLoopTurn();
    const socket = net.connect({ port, host: address });
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    expect(responseIn(await answerOf(socket)).body).toBe('/asked');
  });

  it('stopAccepting opens no port for a server that is stopped while it opens', async () => {
    const server = new HTTPServer(echoPath, { maxConnections: 1, overload: 'stopAccepting' });
    const { port } = await server.listen();
    server.accept(createMemoryPair().server)?.close();
    await server.stop();
    for (let turn = 0; turn < 20; turn++) await nextLoopTurn();
    expect(server.address).toBeNull();
    expect(await rejection(connect(port))).toMatchObject({ code: 'ECONNREFUSED' });
  });
});
