import { once } from 'node:events';
import { PassThrough, type Duplex } from 'node:stream';
import tls from 'node:tls';

import { describe, expect, it } from '@jest/globals';

import { createMemoryPair, Transport } from '../../src/transport/index.js';
import { Recorder } from '../support/transport/recorder.js';
import {
  certificate,
  countingBytes,
  open,
  readAll,
  settled,
  withServer,
} from '../support/transport/sockets.js';

const sum = (chunks: readonly Buffer[]): number => chunks.reduce((total, { length }) => total + length, 0);

/** The ways in which a new owner may read. */
const owners: Record<string, (socket: Duplex) => Promise<Buffer>> = {
  'for await': readAll,
  'a data listener alone': async (socket) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(socket, 'end');
    return Buffer.concat(chunks);
  },
  'a data listener and resume()': async (socket) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk)).resume();
    await once(socket, 'end');
    return Buffer.concat(chunks);
  },
  'readable and read()': async (socket) => {
    const chunks: Buffer[] = [];
    socket.on('readable', () => {
      for (
        let chunk = socket.read() as Buffer | null;
        chunk !== null;
        chunk = socket.read() as Buffer | null
      ) {
        chunks.push(chunk);
      }
    });
    await once(socket, 'end');
    return Buffer.concat(chunks);
  },
  'pipe()': (socket) => readAll(socket.pipe(new PassThrough())),
  'another transport': async (socket) => {
    const recorder = Recorder.watch(new Transport(socket));
    await recorder.until(() => recorder.notices.at(-1) === 'ended');
    return Buffer.concat(recorder.chunks);
  },
};

describe('release()', () => {
  it('release() puts unread bytes back in front of everything else, in order', async () => {
    const { client, server } = createMemoryPair();
    const transport = new Transport(server);
    const recorder = Recorder.watch(transport);
    client.segment([2]);
    recorder.whenBytes = () => {
      if (recorder.chunks.length === 2) transport.pause();
    };
    client.end('abcdefgh');
    await settled();
    const { socket, unread } = transport.release(recorder.chunks);
    expect(unread).toHaveLength(0);
    expect((await readAll(socket)).toString()).toBe('abcdefgh');
  });

  it('release() returns what it cannot put back because the socket has ended', async () => {
    const { client, server } = createMemoryPair();
    const transport = new Transport(server);
    const recorder = Recorder.watch(transport);
    client.end('all');
    await settled();
    expect(recorder.notices.at(-1)).toBe('ended');
    const { socket, unread } = transport.release(recorder.chunks);
    expect([socket, unread.toString()]).toEqual([server, 'all']);
  });

  it('release() puts bytes back even between the last byte and the end of the stream', async () => {
    const { client, server } = createMemoryPair();
    const transport = new Transport(server);
    const recorder = Recorder.watch(transport);
    recorder.whenBytes = () => {
      if (recorder.text === 'abc') transport.unwatch();
    };
    client.end('abc');
    await settled();
    const { socket, unread } = transport.release(Buffer.from('abc'));
    const rest = socket.readableEnded ? unread : await readAll(socket);
    expect(rest.toString()).toBe('abc');
  });

  it('release() returns the bytes of a destroyed socket, and of one that was released before', async () => {
    const { client, server } = createMemoryPair();
    const dead = new Transport(client);
    client.destroy();
    expect(dead.release(Buffer.from('x')).unread.toString()).toBe('x');
    const gone = new Transport(server);
    gone.destroy();
    expect(gone.release([Buffer.from('y')]).unread.toString()).toBe('y');
    await settled();
  });

  it('release() removes its listeners and restores allowHalfOpen and the pause', () => {
    const { server } = createMemoryPair({ highWaterMark: 10 });
    server.allowHalfOpen = false;
    server.removeAllListeners('error').removeAllListeners('newListener');
    const before = server.eventNames().map((name) => [name, server.listenerCount(name)]);
    const transport = new Transport(server);
    transport.watch(new Recorder());
    transport.write('so much that it waits');
    transport.pause();
    transport.release();
    for (const event of ['error', 'end']) server.on(event, () => undefined).removeAllListeners(event);
    expect(server.eventNames().map((name) => [name, server.listenerCount(name)])).toEqual(before);
    expect([server.allowHalfOpen, server.readableFlowing]).toEqual([false, null]);
  });

  it('release() ends all reports to the former observer', async () => {
    const { client, server } = createMemoryPair();
    const transport = new Transport(server);
    const recorder = Recorder.watch(transport);
    const { socket } = transport.release();
    client.end('not for you');
    expect((await readAll(socket)).toString()).toBe('not for you');
    expect(recorder.notices).toEqual([]);
  });

  it('release() leaves the socket paused until the new owner reads', async () => {
    const { client, server } = createMemoryPair();
    const transport = new Transport(server);
    Recorder.watch(transport);
    const { socket } = transport.release();
    client.end('patience');
    await settled();
    expect(socket.readableFlowing).toBe(null);
    expect(socket.readableLength).toBe(8);
    expect((await readAll(socket)).toString()).toBe('patience');
  });

  it('release() within a chunk can put back the chunk itself', async () => {
    const { client, server } = createMemoryPair();
    const transport = new Transport(server);
    const recorder = Recorder.watch(transport);
    const released: Duplex[] = [];
    recorder.whenBytes = (chunk) => {
      released.push(transport.release(chunk).socket);
    };
    client.segment([3]).end('abcdefgh');
    await settled();
    expect(recorder.notices).toEqual(['bytes abc']);
    expect((await readAll(released[0] as Duplex)).toString()).toBe('abcdefgh');
  });
});

describe('the end of a released socket', () => {
  /** A socket that was released, and whose peer has finished sending since. */
  async function ended(): Promise<Duplex> {
    const { client, server } = createMemoryPair();
    const { socket } = new Transport(server).release();
    client.end();
    await settled();
    expect(socket.readableEnded).toBe(true);
    return socket;
  }

  it('the end of a released socket is kept for the listeners of an owner that comes late', async () => {
    const socket = await ended();
    const heard: string[] = [];
    socket.on('end', () => heard.push('first')).once('end', () => heard.push('second'));
    expect(heard).toEqual([]);
    await settled();
    expect(heard).toEqual(['first', 'second']);
    socket.on('end', () => heard.push('later'));
    await settled();
    expect([heard, socket.listenerCount('newListener')]).toEqual([['first', 'second'], 1]);
  });

  it('the end of a released socket is heard once where the owner listens in time', async () => {
    const { client, server } = createMemoryPair();
    const { socket } = new Transport(server).release();
    const heard: string[] = [];
    socket.on('end', () => heard.push('end')).resume();
    client.end();
    await settled();
    expect(heard).toEqual(['end']);
  });

  it('the end of a released socket is not told of a socket that is destroyed by then', async () => {
    const socket = await ended();
    const heard: string[] = [];
    socket.destroy().on('end', () => heard.push('end'));
    await settled();
    expect(heard).toEqual([]);
  });

  it('the end of a released socket lets pipe() and iteration end as if it came then', async () => {
    expect(await readAll((await ended()).pipe(new PassThrough()))).toHaveLength(0);
    expect(await readAll(await ended())).toHaveLength(0);
  });
});

describe('the error guard of a released socket', () => {
  it('a reset of a released socket without an owner is not an uncaught exception', async () => {
    const { client, server } = createMemoryPair();
    const { socket } = new Transport(server).release();
    client.reset();
    await settled();
    expect(socket.errored).toMatchObject({ code: 'ECONNRESET' });
    expect(() => socket.emit('error', new Error('once more'))).not.toThrow();
  });

  it('the error guard of a released socket goes when the new owner listens for errors', async () => {
    const { client, server } = createMemoryPair();
    const { socket } = new Transport(server).release();
    const errors: unknown[] = [];
    socket.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code));
    expect(socket.listenerCount('error')).toBe(1);
    client.reset();
    await settled();
    expect(errors).toEqual(['ECONNRESET']);
  });

  it('the error guard of a released socket stays while the new owner listens for other events', () => {
    const { server } = createMemoryPair();
    const { socket } = new Transport(server).release();
    socket.on('data', () => undefined).on('close', () => undefined);
    expect(socket.listenerCount('error')).toBe(1);
  });

  it('the error guard of a released socket goes when another transport takes the socket', async () => {
    const { client, server } = createMemoryPair();
    const { socket } = new Transport(server).release();
    const recorder = Recorder.watch(new Transport(socket));
    expect(socket.listenerCount('error')).toBe(1);
    client.reset();
    await settled();
    expect(recorder.notices).toEqual(['failed ECONNRESET']);
  });
});

const SIZE = 10 * 1024 * 1024;

describe.each([
  ['a plain connection that reads into the shared buffer', {}, {}],
  ['a plain connection with buffers of its own', {}, { shared: false }],
  ['a TLS connection', { tls: {} }, { tls: { ca: certificate.cert } }],
])('releasing %s in the middle of 10 MiB', (_what, serverOptions, clientOptions) => {
  it.each(Object.keys(owners))(
    'a socket released within 10 MiB loses no byte to an owner that reads by %s',
    async (owner) => {
      await withServer(async ({ target, accepted }) => {
        const bytes = countingBytes(SIZE);
        const transport = await open({ host: 'localhost', port: target.port }, clientOptions);
        (await accepted()).end(bytes);
        const recorder = Recorder.watch(transport);
        await recorder.until(() => recorder.bytes > SIZE / 3);
        const consumed = recorder.chunks.slice(0, -2);
        const { socket, unread } = transport.release(recorder.chunks.slice(-2));
        const rest = await (owners[owner] as (socket: Duplex) => Promise<Buffer>)(socket);
        expect([unread.length, sum(consumed) + rest.length]).toEqual([0, SIZE]);
        expect(Buffer.concat([...consumed, rest]).equals(bytes)).toBe(true);
        socket.destroy();
      }, serverOptions);
    },
  );

  it.each(Object.keys(owners))('a socket released within a chunk loses no byte to %s', async (owner) => {
    await withServer(async ({ target, accepted }) => {
      const bytes = countingBytes(SIZE / 5);
      const transport = await open({ host: 'localhost', port: target.port }, clientOptions);
      (await accepted()).end(bytes);
      const recorder = new Recorder();
      const rest = new Promise<Buffer>((resolve) => {
        recorder.whenBytes = (chunk) => {
          if (recorder.bytes < bytes.length / 3) return;
          recorder.chunks.pop();
          const { socket } = transport.release(chunk);
          resolve((owners[owner] as (socket: Duplex) => Promise<Buffer>)(socket));
        };
      });
      transport.watch(recorder);
      const tail = await rest;
      expect(Buffer.concat([...recorder.chunks, tail]).equals(bytes)).toBe(true);
      transport.socket.destroy();
    }, serverOptions);
  });
});

describe('a released connection that reads into the shared buffer', () => {
  it('a released connection can carry TLS, as after CONNECT', async () => {
    await withServer(async ({ target, accepted }) => {
      const transport = await open(target);
      const plain = await accepted();
      plain.write('HTTP/1.1 200 OK\r\n\r\n');
      const recorder = Recorder.watch(transport);
      await recorder.until(() => recorder.text.endsWith('\r\n\r\n'));
      const { socket } = transport.release();
      const secureServer = new tls.TLSSocket(plain, { isServer: true, ...certificate });
      const inner = await open({ host: 'localhost', port: 1 }, { tls: { socket, ca: certificate.cert } });
      const innerRecorder = Recorder.watch(inner);
      const bytes = countingBytes(1024 * 1024);
      secureServer.end(bytes);
      await innerRecorder.until(() => innerRecorder.notices.at(-1) === 'ended');
      expect(Buffer.concat(innerRecorder.chunks).equals(bytes)).toBe(true);
      expect(inner.kind).toBe('tls');
      inner.destroy();
    });
  });

  it('a released connection without an owner survives a reset', async () => {
    await withServer(async ({ target, accepted }) => {
      const transport = await open(target);
      const peer = await accepted();
      Recorder.watch(transport);
      const { socket } = transport.release();
      socket.resume();
      peer.resetAndDestroy();
      await new Promise((resolve) => socket.on('close', resolve));
      expect(socket.errored).toMatchObject({ code: 'ECONNRESET' });
    });
  });
});
