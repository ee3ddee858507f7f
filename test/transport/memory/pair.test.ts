import { once } from 'node:events';
import http from 'node:http';
import { getDefaultHighWaterMark } from 'node:stream';

import { describe, expect, it } from '@jest/globals';

import { createMemoryPair, VirtualClock, type MemorySocket } from '../../../src/transport/index.js';
import { countingBytes, readAll, settled } from '../../support/transport/sockets.js';

/** Notes what a socket emits. */
function watch(socket: MemorySocket): string[] {
  const events: string[] = [];
  socket.on('data', (chunk: Buffer) => events.push(chunk.toString('latin1')));
  socket.on('end', () => events.push('end'));
  socket.on('close', () => events.push('close'));
  socket.on('error', (error: NodeJS.ErrnoException) => events.push(`error ${error.code ?? ''}`));
  return events;
}

describe('a memory pair', () => {
  it('a memory pair carries bytes both ways, and FIN behind them', async () => {
    const { client, server } = createMemoryPair();
    const [atClient, atServer] = [watch(client), watch(server)];
    client.write('ping');
    client.end('!');
    await settled();
    expect(atServer).toEqual(['ping', '!', 'end']);
    server.end('pong');
    await settled();
    expect(atClient).toEqual(['pong', 'end', 'close']);
    expect(atServer).toEqual(['ping', '!', 'end', 'close']);
  });

  it('a memory pair delivers nothing while write() is still running', () => {
    const { client, server } = createMemoryPair();
    const atServer = watch(server);
    client.write('later');
    expect(atServer).toEqual([]);
  });

  it('a memory pair carries any amount, in order and unchanged', async () => {
    const { client, server } = createMemoryPair();
    const bytes = countingBytes(3 * 1024 * 1024);
    client.end(bytes);
    expect((await readAll(server)).equals(bytes)).toBe(true);
  });

  it('a memory pair copies what was written, so that the writer can reuse its buffer', async () => {
    const { client, server } = createMemoryPair();
    const memory = Buffer.from('first');
    client.write(memory, () => memory.fill('x'));
    const [chunk] = (await once(server, 'data')) as [Buffer];
    await settled();
    expect([chunk.toString(), memory.toString()]).toEqual(['first', 'xxxxx']);
  });

  it('a memory pair has matching addresses that are not soon reused', () => {
    const { client, server } = createMemoryPair();
    expect([client.localAddress, client.localPort, client.localFamily]).toEqual([
      server.remoteAddress,
      server.remotePort,
      server.remoteFamily,
    ]);
    expect([server.localAddress, server.localPort]).toEqual([client.remoteAddress, client.remotePort]);
    expect(createMemoryPair().client.localPort).not.toBe(client.localPort);
  });

  it('a memory pair works with node:http at both ends', async () => {
    const { client, server } = createMemoryPair();
    const httpServer = http.createServer((request, response) => {
      request.pipe(response);
    });
    httpServer.emit('connection', server);
    const request = http.request({
      method: 'POST',
      path: '/',
      headers: { connection: 'close' },
      createConnection: () => client,
    });
    request.end('through memory');
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    expect((await readAll(response as never)).toString()).toBe('through memory');
  });
});

describe('back-pressure of a memory pair', () => {
  it('a memory pair bounds what it accepts while the peer does not read, and drains when it does', async () => {
    const highWaterMark = 1000;
    const { client, server } = createMemoryPair({ highWaterMark });
    let written = 0;
    while (client.write(Buffer.alloc(100))) {
      written += 100;
      await settled();
      expect(written).toBeLessThan(4 * highWaterMark);
    }
    const drained = once(client, 'drain');
    server.resume();
    await drained;
    expect(client.writableLength).toBe(0);
  });

  it('a memory pair has the high-water mark of Node.js', () => {
    const { client } = createMemoryPair();
    expect(client.writableHighWaterMark).toBe(getDefaultHighWaterMark(false));
  });
});

describe('the script of a memory socket', () => {
  it('a memory socket sends segments of the given sizes, repeating the list', async () => {
    const { client, server } = createMemoryPair();
    const atServer = watch(server);
    client.segment([1, 3]).write('abcdefghij');
    client.write('xyz');
    await settled();
    expect(atServer).toEqual(['a', 'bcd', 'e', 'fgh', 'i', 'j', 'x', 'yz']);
    client.segment().write('whole');
    await settled();
    expect(atServer.at(-1)).toBe('whole');
  });

  it('a memory socket sends the segments of a function, which must not lose a byte', async () => {
    const { client, server } = createMemoryPair();
    const atServer = watch(server);
    client.segment((chunk) => [chunk.subarray(0, 2), chunk.subarray(2)]).write('abcdef');
    await settled();
    expect(atServer).toEqual(['ab', 'cdef']);
    client.segment((chunk) => [chunk.subarray(1)]);
    expect(() => client.write('abc')).toThrow('keep all bytes');
  });

  it.each([[0], [1.5], [-1]])('a memory socket refuses segments of size %d', (size) => {
    expect(() => createMemoryPair().client.segment([size])).toThrow(RangeError);
  });

  it('promise reactions and ticks of one memory segment run before the next arrives', async () => {
    const { client, server } = createMemoryPair();
    const order: string[] = [];
    const reader = async (chunk: Buffer): Promise<void> => {
      order.push(chunk.toString());
      for (let step = 0; step < 10; step++) await Promise.resolve();
      order.push('reacted');
    };
    server.on('data', (chunk: Buffer) => {
      process.nextTick(() => order.push('ticked'));
      void reader(chunk);
    });
    client.segment([1]).write('ab');
    await settled();
    expect(order).toEqual(['a', 'ticked', 'reacted', 'b', 'ticked', 'reacted']);
  });

  it('a stalled memory socket delivers neither bytes nor FIN, and back-pressure builds up', async () => {
    const { client, server } = createMemoryPair({ highWaterMark: 10 });
    const atServer = watch(server);
    client.stall();
    expect(client.write('0123456789')).toBe(false);
    client.end('rest');
    await settled();
    expect(atServer).toEqual([]);
    client.unstall();
    await settled();
    expect(atServer).toEqual(['0123456789', 'rest', 'end']);
  });

  it('a memory socket delays bytes and FIN by the clock, in order, without adding delays up', async () => {
    const clock = new VirtualClock();
    const { client, server } = createMemoryPair({ clock });
    const atServer = watch(server);
    client.delay(50).write('a');
    client.write('b');
    await clock.advance(49);
    client.delay(0).end('c');
    expect(atServer).toEqual([]);
    await clock.advance(1);
    expect(atServer).toEqual(['a', 'b', 'c', 'end']);
  });

  it('a memory socket refuses a negative delay, and a delay without a clock', () => {
    expect(() => createMemoryPair().client.delay(1)).toThrow(TypeError);
    expect(() => createMemoryPair({ clock: new VirtualClock() }).client.delay(-1)).toThrow(RangeError);
  });

  it('a memory socket that resets fails its peer with the error of the system', async () => {
    const { client, server } = createMemoryPair();
    const [atClient, atServer] = [watch(client), watch(server)];
    client.write('sent before');
    client.reset();
    const [error] = (await once(server, 'error')) as [NodeJS.ErrnoException];
    expect({ ...error, message: error.message }).toEqual({
      code: 'ECONNRESET',
      syscall: 'read',
      errno: expect.any(Number),
      message: 'read ECONNRESET',
    });
    await settled();
    expect(atServer).toEqual(['sent before', 'error ECONNRESET', 'close']);
    expect(atClient).toEqual(['close']);
  });

  it('a memory socket also resets a peer that does not read', async () => {
    const { client, server } = createMemoryPair({ highWaterMark: 4 });
    server.pause();
    const atServer: string[] = [];
    server.on('error', () => atServer.push('error'));
    for (let index = 0; index < 8; index++) client.write('more than fits');
    await settled();
    client.reset();
    await settled();
    expect(atServer).toEqual(['error']);
  });

  it('a memory socket finishes with fin()', async () => {
    const { client, server } = createMemoryPair();
    const atServer = watch(server);
    client.fin();
    await settled();
    expect(atServer).toEqual(['end']);
  });
});

describe('the end of a memory socket', () => {
  it('destroying a memory socket sends FIN to the peer, behind what was sent', async () => {
    const { client, server } = createMemoryPair();
    const atServer = watch(server);
    client.write('last words');
    client.destroy();
    await settled();
    expect(atServer).toEqual(['last words', 'end']);
  });

  it('a destroyed memory socket answers later bytes with a reset, as TCP does', async () => {
    const { client, server } = createMemoryPair();
    const atServer = watch(server);
    client.destroy();
    await settled();
    server.write('anybody there?');
    await settled();
    expect(atServer).toEqual(['end', 'error ECONNRESET', 'close']);
  });

  it('a memory socket reports its end without a reader, once nothing is left to read', async () => {
    const { client, server } = createMemoryPair();
    const events: string[] = [];
    server.on('end', () => events.push('end'));
    client.end();
    await settled();
    expect(events).toEqual(['end']);
  });
});
