import { once } from 'node:events';
import net from 'node:net';

import { describe, expect, it } from '@jest/globals';

import { LIMITS } from '../../src/constants.js';
import { createMemoryPair, deadlinesOf, Transport, VirtualClock } from '../../src/transport/index.js';
import { readAll, settled, withServer } from '../support/transport/sockets.js';

describe('A connection that is closed in order', () => {
  it('a closing connection is reset when the peer reads nothing and sends more than is discarded', async () => {
    const clock = new VirtualClock();
    const { client, server } = createMemoryPair({ clock });
    client.on('error', () => undefined);
    const transport = new Transport(server);
    server.segment([1_000]);
    transport.write(Buffer.alloc(1_000_000));
    transport.close(clock);
    const piece = Buffer.alloc(65_536);
    let sent = 0;
    for (; sent + piece.length <= LIMITS.maxLingerBytes.value; sent += piece.length) {
      client.write(piece);
      await settled();
    }
    expect([client.writableLength, server.destroyed]).toEqual([0, false]);
    client.write(piece);
    await settled();
    expect(server.destroyed).toBe(true);
    expect(deadlinesOf(clock).armedCount).toBe(0);
    // 16 MiB in pieces of 1000 bytes, each a turn of the event loop, on a machine that may be busy.
  }, 120_000);

  it.each([
    ['TCP', {}],
    ['a Unix domain socket', { path: `/tmp/close-in-order-${String(process.pid)}.sock` }],
  ])('a connection over %s closes at once when the system has its output', async (_what, options) => {
    await withServer(async ({ target, accepted }) => {
      const client = net.connect('path' in options ? options : { host: '127.0.0.1', port: target.port });
      const transport = new Transport(await accepted());
      transport.write('all of it');
      expect(transport.pendingOutput).toBe(0);
      transport.close();
      expect(transport.socket.destroyed).toBe(true);
      expect((await readAll(client)).toString()).toBe('all of it');
    }, options);
  });

  it('a connection over TCP is open until the system has its output', async () => {
    await withServer(async ({ target, accepted }) => {
      const client = net.connect({ host: '127.0.0.1', port: target.port }).pause();
      const transport = new Transport(await accepted());
      const bytes = 16 * 1_048_576;
      transport.write(Buffer.alloc(bytes));
      transport.close();
      await settled();
      expect(transport.socket.destroyed).toBe(false);
      expect((await readAll(client)).length).toBe(bytes);
      if (!transport.socket.destroyed) await once(transport.socket, 'close');
    });
  });
});
