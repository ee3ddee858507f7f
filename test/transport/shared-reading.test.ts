import { once } from 'node:events';
import net from 'node:net';
import { PassThrough } from 'node:stream';

import { describe, expect, it } from '@jest/globals';

import { shareReading } from '../../src/transport/shared-reading.js';
import { Listener, type Transport } from '../../src/transport/index.js';
import { Recorder } from '../support/transport/recorder.js';
import { countingBytes, readAll } from '../support/transport/sockets.js';

const MEBIBYTE = 1_048_576;

/** A listener, and clients of it beside the transports that it accepts. */
async function withListener(
  body: (connect: () => Promise<{ client: net.Socket; transport: Transport }>) => Promise<void>,
): Promise<void> {
  const clients: net.Socket[] = [];
  let accept: (transport: Transport) => void = () => undefined;
  const listener = await Listener.open(
    { host: '127.0.0.1', port: 0 },
    {
      accepted: (transport) => {
        accept(transport);
      },
      failed: (error) => {
        throw error;
      },
    },
  );
  const { port } = listener.address as net.AddressInfo;
  try {
    await body(async () => {
      const accepted = new Promise<Transport>((resolve) => (accept = resolve));
      const client = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      clients.push(client.on('error', () => undefined));
      return { client, transport: await accepted };
    });
  } finally {
    for (const client of clients) client.destroy();
    await listener.close();
  }
}

describe('accepted sockets', () => {
  it('accepted sockets read into one shared buffer', async () => {
    await withListener(async (connect) => {
      const memories = new Set<ArrayBufferLike>();
      for (let connection = 0; connection < 2; connection++) {
        const { client, transport } = await connect();
        const recorder = new Recorder();
        recorder.whenBytes = (chunk) => memories.add(chunk.buffer);
        transport.watch(recorder);
        client.write('x');
        await recorder.until(() => recorder.bytes === 1);
        expect(recorder.borrowedChunks).toBe(1);
        transport.destroy();
      }
      expect(memories.size).toBe(1);
    });
  });

  it('accepted sockets carry 10 MiB on each of several connections at a time, with pauses', async () => {
    await withListener(async (connect) => {
      const bytes = countingBytes(10 * MEBIBYTE);
      const recorders: Recorder[] = [];
      for (let connection = 0; connection < 3; connection++) {
        const { client, transport } = await connect();
        const recorder = new Recorder();
        recorder.whenBytes = () => {
          if (recorder.chunks.length % 7 !== 0) return;
          transport.pause();
          setImmediate(() => {
            transport.resume();
          });
        };
        transport.watch(recorder);
        client.end(bytes);
        recorders.push(recorder);
      }
      for (const recorder of recorders) {
        await recorder.until(() => recorder.notices.at(-1) === 'ended');
        expect(Buffer.concat(recorder.chunks).equals(bytes)).toBe(true);
        expect(recorder.borrowedChunks).toBeGreaterThan(0);
      }
    });
  });

  it('paused accepted sockets hold the peer back', async () => {
    await withListener(async (connect) => {
      const { client, transport } = await connect();
      Recorder.watch(transport);
      transport.pause();
      while (client.write(Buffer.alloc(MEBIBYTE)) || client.writableLength < 8 * MEBIBYTE);
      await new Promise((resolve) => setImmediate(resolve));
      expect(transport.socket.readableLength).toBeLessThanOrEqual(
        2 * transport.socket.readableHighWaterMark + 65_536,
      );
    });
  });

  it('accepted sockets are read without a stream, until they are paused', async () => {
    await withListener(async (connect) => {
      const { client, transport } = await connect();
      const { socket } = transport;
      const recorder = Recorder.watch(transport);
      client.write('one ');
      await recorder.until(() => recorder.bytes === 4);
      expect([socket.readableFlowing, socket.listenerCount('data')]).toEqual([null, 0]);
      transport.pause();
      client.write('two ');
      while (socket.readableLength === 0) await new Promise((resolve) => setImmediate(resolve));
      transport.resume();
      await recorder.until(() => recorder.bytes === 8);
      client.end('three');
      await recorder.until(() => recorder.notices.at(-1) === 'ended');
      expect(Buffer.concat(recorder.chunks).toString()).toBe('one two three');
    });
  });

  it('accepted sockets that are unwatched keep their bytes, and hold the peer back', async () => {
    await withListener(async (connect) => {
      const { client, transport } = await connect();
      const first = Recorder.watch(transport);
      client.write('x');
      await first.until(() => first.bytes === 1);
      transport.unwatch();
      client.write(Buffer.alloc(16 * MEBIBYTE));
      const { socket } = transport;
      const most = 2 * socket.readableHighWaterMark + 65_536;
      while (socket.readableLength < socket.readableHighWaterMark) await new Promise(setImmediate);
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      expect(socket.readableLength).toBeLessThanOrEqual(most);
      const second = Recorder.watch(transport);
      await second.until(() => second.bytes === 16 * MEBIBYTE);
    });
  });

  it('accepted sockets that are unwatched see a reset', async () => {
    await withListener(async (connect) => {
      const { client, transport } = await connect();
      const first = Recorder.watch(transport);
      client.write('x');
      await first.until(() => first.bytes === 1);
      transport.unwatch();
      client.write('y');
      while (transport.socket.readableLength === 0) await new Promise(setImmediate);
      client.resetAndDestroy();
      await new Promise((resolve) => transport.socket.on('close', resolve));
      expect(transport.socket.errored).toMatchObject({ code: 'ECONNRESET' });
    });
  });

  it('paused accepted sockets see a reset', async () => {
    await withListener(async (connect) => {
      const { client, transport } = await connect();
      const recorder = Recorder.watch(transport);
      transport.pause();
      client.resetAndDestroy();
      await recorder.until(() => recorder.failure !== undefined);
      expect(recorder.notices).toEqual(['failed ECONNRESET']);
    });
  });

  it('released accepted sockets without an owner see a reset', async () => {
    await withListener(async (connect) => {
      const { client, transport } = await connect();
      Recorder.watch(transport);
      const { socket } = transport.release();
      client.resetAndDestroy();
      await new Promise((resolve) => socket.on('close', resolve));
      expect(socket.errored).toMatchObject({ code: 'ECONNRESET' });
    });
  });

  it('released accepted sockets see the end of the connection while their owner has paused them', async () => {
    await withListener(async (connect) => {
      const { client, transport } = await connect();
      Recorder.watch(transport);
      const { socket } = transport.release();
      const target = new PassThrough();
      socket.pipe(target).resume();
      client.write('x');
      await once(target, 'data');
      // The source of a pipe is paused once its target is gone.
      target.destroy();
      await once(target, 'close');
      expect(socket.isPaused()).toBe(true);
      const ended = once(socket, 'end');
      client.end();
      await ended;
      socket.destroy();
    });
  });

  it('released accepted sockets that are paused hold the peer back', async () => {
    await withListener(async (connect) => {
      const { client, transport } = await connect();
      Recorder.watch(transport);
      const { socket } = transport.release();
      socket.resume().pause();
      client.write(Buffer.alloc(16 * MEBIBYTE));
      while (socket.readableLength < socket.readableHighWaterMark) await new Promise(setImmediate);
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      expect(socket.readableLength).toBeLessThanOrEqual(2 * socket.readableHighWaterMark + 65_536);
      const read = readAll(socket);
      client.end();
      expect(await read).toHaveLength(16 * MEBIBYTE);
    });
  });

  it('released accepted sockets give the new owner every byte, in memory of its own', async () => {
    await withListener(async (connect) => {
      const bytes = countingBytes(MEBIBYTE);
      const { client, transport } = await connect();
      const recorder = Recorder.watch(transport);
      client.write('for the first owner');
      await recorder.until(() => recorder.bytes > 0);
      const { socket } = transport.release();
      client.end(bytes);
      expect((await readAll(socket)).equals(bytes)).toBe(true);
      socket.destroy();
    });
  });
});

describe('shareReading()', () => {
  it('shareReading() ignores a socket that reads into another buffer', async () => {
    const server = net.createServer((socket) => socket.end('hello'));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const own = Buffer.alloc(16);
    const heard: string[] = [];
    const socket = net.connect({
      port: (server.address() as net.AddressInfo).port,
      host: '127.0.0.1',
      onread: { buffer: own, callback: (length) => heard.push(own.toString('latin1', 0, length)) > 0 },
    });
    await once(socket, 'connect');
    shareReading(socket);
    await once(socket, 'close');
    expect(heard).toEqual(['hello']);
    server.close();
  });

  it('shareReading() ignores a socket that is not open', () => {
    const socket = new net.Socket();
    expect(() => {
      shareReading(socket);
    }).not.toThrow();
    socket.destroy();
  });
});
