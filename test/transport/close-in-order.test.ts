import { describe, expect, it } from '@jest/globals';

import { LIMITS } from '../../src/constants.js';
import { createMemoryPair, deadlinesOf, Transport, VirtualClock } from '../../src/transport/index.js';
import { settled } from '../support/transport/sockets.js';

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
});
