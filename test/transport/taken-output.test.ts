import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextLoopTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';

import { createMemoryPair, Transport, type ConnectOptions } from '../../src/transport/index.js';
import { Recorder } from '../support/transport/recorder.js';
import { certificate, open, withServer } from '../support/transport/sockets.js';

const MUCH = 32 * 1_048_576;

/** What a transport counted while its peer took one large write, in the order of changes. */
async function countsOf(
  options: Parameters<typeof withServer>[1],
  connect: ConnectOptions,
): Promise<number[]> {
  const counts: number[] = [];
  await withServer(async ({ target, accepted }) => {
    const transport = await open(target, connect);
    const recorder = Recorder.watch(transport);
    const peer = await accepted();
    const before = transport.takenOutput ?? Number.NaN;
    expect(transport.write(Buffer.alloc(MUCH))).toBe(false);
    let received = 0;
    peer.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    while (received < MUCH || transport.socket.writableNeedDrain) {
      await nextLoopTurn();
      const count = (transport.takenOutput ?? Number.NaN) - before;
      if (count !== counts.at(-1)) counts.push(count);
    }
    expect(recorder.notices).toEqual(['drained']);
    transport.destroy();
  }, options);
  return counts;
}

function expectProgress(counts: readonly number[], framing = 0): void {
  expect(counts.at(-1)).toBeGreaterThanOrEqual(MUCH);
  expect(counts.at(-1)).toBeLessThanOrEqual(MUCH + framing);
  // Had the count followed the callback of the write, there would be two values: none of it, and all.
  expect(counts.length).toBeGreaterThan(3);
  expect(counts).toEqual([...counts].sort((one, other) => one - other));
}

describe('what the system has taken of one large write', () => {
  it('the system counts what it accepted of one large write on TCP', async () => {
    expectProgress(await countsOf({}, {}));
  });

  it('the system counts what it accepted of one large write on Unix domain sockets', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'http-session-'));
    try {
      expectProgress(await countsOf({ path: join(folder, 'server.sock') }, {}));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('the system counts what it accepted of one large write over TLS', async () => {
    const tls = { ca: certificate.cert, servername: 'localhost' };
    // Each record adds a head and a tag, and a handshake comes before.
    expectProgress(await countsOf({ tls: {} }, { tls }), MUCH / 100);
  });

  it('the system accepts nothing of a write while the peer does not read and its buffers are full', async () => {
    await withServer(async ({ target, accepted }) => {
      const transport = await open(target);
      Recorder.watch(transport);
      (await accepted()).pause();
      transport.write(Buffer.alloc(MUCH));
      let last = -1;
      // The kernels' buffers are full after some turns of the loop; from then on nothing is to change.
      for (let turn = 0, still = 0; still < 100 && turn < 100_000; turn++) {
        await nextLoopTurn();
        still = transport.takenOutput === last ? still + 1 : 0;
        last = transport.takenOutput ?? Number.NaN;
      }
      transport.write(Buffer.alloc(1_000));
      await nextLoopTurn();
      expect(transport.takenOutput).toBe(last);
      expect(last).toBeLessThan(MUCH);
      transport.destroy();
    });
  });

  it('what was accepted of a write is unknown for streams that are not sockets', () => {
    const { server, client } = createMemoryPair();
    const transport = new Transport(server);
    transport.write('x');
    expect(transport.takenOutput).toBeUndefined();
    transport.destroy();
    expect(transport.takenOutput).toBeUndefined();
    client.destroy();
  });
});
