import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type tls from 'node:tls';

import { describe, expect, it } from '@jest/globals';

import { createMemoryPair, openTransport, Transport } from '../../src/transport/index.js';
import { Recorder } from '../support/transport/recorder.js';
import { certificate, countingBytes, open, settled, withServer } from '../support/transport/sockets.js';

const MEBIBYTE = 1024 * 1024;

/** A loopback port on which nothing listens: it was just given back. */
async function closedPort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('openTransport()', () => {
  it('openTransport() opens a TCP connection: half-open, with addresses, nothing read yet', async () => {
    await withServer(async ({ target, accepted }) => {
      const transport = await open(target);
      const peer = await accepted();
      await new Promise((resolve) => peer.write('greeting', resolve));
      await settled();
      expect([transport.socket.readableLength, (transport.socket as net.Socket).bytesRead]).toEqual([0, 0]);
      expect(transport.socket.listenerCount('error')).toBe(1);
      expect(transport.toJSON()).toEqual({
        id: transport.id,
        kind: 'tcp',
        local: { address: '127.0.0.1', port: peer.remotePort, family: 'IPv4' },
        remote: { address: '127.0.0.1', port: target.port, family: 'IPv4' },
      });
      expect([transport.socket.allowHalfOpen, transport.encrypted]).toEqual([true, false]);
      const recorder = Recorder.watch(transport);
      await recorder.until(() => recorder.text === 'greeting');
      transport.write('answer');
      expect(String((await once(peer, 'data'))[0])).toBe('answer');
      transport.destroy();
    });
  });

  it('openTransport() never calls back during the call', async () => {
    const events: string[] = [];
    const note = (event: string) => (): void => {
      events.push(event);
    };
    const cancel = openTransport({ host: '127.0.0.1', port: 70_000 }, {}, note('done'), note('failed'));
    events.push('returned');
    await settled();
    cancel();
    expect(events).toEqual(['returned', 'failed']);
  });

  it('openTransport() resolves host names', async () => {
    await withServer(async ({ target }) => {
      const transport = await open({ host: 'localhost', port: target.port });
      expect(transport.remoteAddress?.port).toBe(target.port);
      transport.destroy();
    });
  });

  it('openTransport() connects from a given local address', async () => {
    await withServer(async ({ target, accepted }) => {
      const source = { address: '127.0.0.2', port: await closedPort() };
      const transport = await open(target, { source });
      const peer = await accepted();
      expect([peer.remoteAddress, peer.remotePort]).toEqual([source.address, source.port]);
      expect(transport.localAddress).toEqual({ ...source, family: 'IPv4' });
      transport.destroy();
    });
  });

  it('openTransport() opens a Unix domain socket', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'transport-'));
    try {
      await withServer(
        async ({ target, accepted }) => {
          const transport = await open(target);
          (await accepted()).end('over a path');
          const recorder = Recorder.watch(transport);
          await recorder.until(() => recorder.notices.at(-1) === 'ended');
          expect([recorder.text, recorder.borrowedChunks > 0]).toEqual(['over a path', true]);
          expect(transport.toJSON()).toEqual({
            id: transport.id,
            kind: 'unix',
            local: undefined,
            remote: undefined,
          });
          transport.reset();
        },
        { path: join(directory, 'socket') },
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('openTransport() fails with the error of the system', async () => {
    const port = await closedPort();
    await expect(open({ host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'ECONNREFUSED', port });
    await expect(open({ path: '/nowhere/at/all' })).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('openTransport() cancelled during a TLS handshake calls no callback and closes the socket', async () => {
    await withServer(async ({ target, accepted }) => {
      const events: string[] = [];
      const note = (): void => {
        events.push('called');
      };
      const cancel = openTransport(target, { tls: {} }, note, note);
      const peer = await accepted();
      await once(peer, 'data');
      cancel();
      cancel();
      await once(peer.resume(), 'end');
      await settled();
      expect(events).toEqual([]);
    });
  });

  it('openTransport() cancelled at once, or during a name lookup, calls no callback', async () => {
    const port = await closedPort();
    const events: string[] = [];
    const note = (): void => {
      events.push('called');
    };
    for (const host of ['127.0.0.1', 'localhost']) openTransport({ host, port }, {}, note, note)();
    openTransport({ host: '127.0.0.1', port: 70_000 }, {}, note, note)();
    await open({ host: 'localhost', port }).catch(() => undefined);
    await settled();
    expect(events).toEqual([]);
  });

  it('openTransport() cancelled after it has opened has no effect on the transport', async () => {
    await withServer(async ({ target }) => {
      const opened = await new Promise<Transport>((resolve, reject) => {
        const cancel = openTransport(
          target,
          {},
          (transport) => {
            cancel();
            resolve(transport);
          },
          reject,
        );
      });
      await settled();
      expect(opened.socket.destroyed).toBe(false);
      opened.destroy();
    });
  });

  it('a transport that was reset before its first watch() reports it then', async () => {
    await withServer(async ({ target, accepted }) => {
      const transport = await open(target, { shared: false });
      transport.socket.read(0);
      (await accepted()).resetAndDestroy();
      await new Promise((resolve) => transport.socket.on('close', resolve));
      const recorder = Recorder.watch(transport);
      await recorder.until(() => recorder.notices.length > 0);
      expect(recorder.notices).toEqual(['failed ECONNRESET']);
    });
  });
});

describe('openTransport() with TLS', () => {
  it('TLS names the server by SNI and negotiates http/1.1', async () => {
    await withServer(
      async ({ target, accepted }) => {
        const transport = await open(
          { host: 'localhost', port: target.port },
          { tls: { ca: certificate.cert } },
        );
        const peer = (await accepted()) as tls.TLSSocket;
        expect([transport.kind, transport.encrypted]).toEqual(['tls', true]);
        expect((peer as unknown as { servername: string }).servername).toBe('localhost');
        expect(peer.alpnProtocol).toBe('http/1.1');
        expect(transport.remoteAddress?.port).toBe(target.port);
        transport.destroy();
      },
      { tls: { ALPNProtocols: ['h2', 'http/1.1'] } },
    );
  });

  it('TLS checks an IP address against the certificate, without SNI', async () => {
    await withServer(
      async ({ target, accepted }) => {
        const transport = await open(target, { tls: { ca: certificate.cert } });
        const peer = (await accepted()) as unknown as { servername: unknown };
        expect(peer.servername).toBe(false);
        transport.destroy();
      },
      { tls: {} },
    );
  });

  it.each<[string, tls.ConnectionOptions, string]>([
    ['a certificate that nobody vouches for', {}, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [
      'a certificate for another name',
      { ca: certificate.cert, servername: 'example.org' },
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    [
      'no common version',
      { ca: certificate.cert, maxVersion: 'TLSv1.2' },
      'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    ],
  ])('TLS fails for %s', async (_what, options, code) => {
    await withServer(
      async ({ target }) => {
        await expect(open({ host: 'localhost', port: target.port }, { tls: options })).rejects.toMatchObject({
          code,
        });
      },
      { tls: { minVersion: 'TLSv1.3' } },
    );
  });

  it('invalid TLS options fail openTransport() without throwing', async () => {
    await expect(open({ host: 'localhost', port: 1 }, { tls: { cert: 'no certificate' } })).rejects.toThrow(
      'PEM',
    );
  });

  it('TLS fails when the server closes during the handshake', async () => {
    await withServer(async ({ target, accepted }) => {
      void accepted().then((peer) => peer.destroy());
      await expect(open(target, { tls: {} })).rejects.toMatchObject({ code: 'ECONNRESET' });
    });
  });

  it('TLS fails when the connection that it runs inside closes', async () => {
    const { client } = createMemoryPair();
    const opening = open({ host: 'localhost', port: 1 }, { tls: { socket: client } });
    client.destroy();
    await expect(opening).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('TLS is half-open: a client that has finished sending gets its response', async () => {
    await withServer(
      async ({ target, accepted }) => {
        const transport = await open(target, { tls: { ca: certificate.cert } });
        const serverSide = new Transport(await accepted());
        const [atClient, atServer] = [Recorder.watch(transport), Recorder.watch(serverSide)];
        transport.end();
        await atServer.until(() => atServer.notices.at(-1) === 'ended');
        serverSide.write('late answer');
        serverSide.end();
        await atClient.until(() => atClient.notices.at(-1) === 'closed');
        expect(atClient.notices).toEqual(['bytes late answer', 'ended', 'closed']);
      },
      { tls: { allowHalfOpen: false } },
    );
  });
});

describe('reading into the shared buffer', () => {
  it('plain connections read into the shared buffer by default', async () => {
    await withServer(async ({ target, accepted }) => {
      for (const [options, borrowed] of [
        [{}, true],
        [{ shared: false }, false],
      ] as const) {
        const transport = await open(target, options);
        (await accepted()).end('x');
        const recorder = Recorder.watch(transport);
        await recorder.until(() => recorder.notices.at(-1) === 'ended');
        expect(recorder.borrowedChunks > 0).toBe(borrowed);
        transport.destroy();
      }
    });
  });

  it('the shared buffer is the same memory for all connections, valid during the call only', async () => {
    await withServer(async ({ target, accepted }) => {
      const memories = new Set<ArrayBufferLike>();
      for (let connection = 0; connection < 2; connection++) {
        const transport = await open(target);
        (await accepted()).write('x');
        const recorder = new Recorder();
        recorder.whenBytes = (chunk) => memories.add(chunk.buffer);
        transport.watch(recorder);
        await recorder.until(() => recorder.bytes === 1);
        transport.destroy();
      }
      expect(memories.size).toBe(1);
    });
  });

  it('the shared buffer carries 10 MiB on each of several connections at a time', async () => {
    await withServer(async ({ target, accepted }) => {
      const bytes = countingBytes(10 * MEBIBYTE);
      const recorders: Recorder[] = [];
      for (let connection = 0; connection < 3; connection++) {
        const transport = await open(target);
        (await accepted()).end(bytes);
        recorders.push(Recorder.watch(transport));
      }
      for (const recorder of recorders) {
        await recorder.until(() => recorder.notices.at(-1) === 'ended');
        expect(Buffer.concat(recorder.chunks).equals(bytes)).toBe(true);
        expect(recorder.borrowedChunks).toBe(recorder.chunks.length);
      }
    });
  });

  it('a paused transport reports nothing, loses nothing, and TCP holds the peer back', async () => {
    await withServer(async ({ target, accepted }) => {
      const bytes = countingBytes(10 * MEBIBYTE);
      const transport = await open(target);
      (await accepted()).end(bytes);
      const recorder = new Recorder();
      let paused = false;
      recorder.whenBytes = () => {
        expect(paused).toBe(false);
        paused = true;
        transport.pause();
        setImmediate(() => {
          paused = false;
          transport.resume();
        });
      };
      transport.watch(recorder);
      await recorder.until(() => recorder.notices.at(-1) === 'ended');
      expect(Buffer.concat(recorder.chunks).equals(bytes)).toBe(true);
    });
  });

  it('the shared buffer loses nothing while an observer is detached and attached again', async () => {
    await withServer(async ({ target, accepted }) => {
      const bytes = countingBytes(2 * MEBIBYTE);
      const transport = await open(target);
      (await accepted()).end(bytes);
      const recorder = new Recorder();
      recorder.whenBytes = () => {
        transport.unwatch();
        setImmediate(() => {
          transport.watch(recorder);
        });
      };
      transport.watch(recorder);
      await recorder.until(() => recorder.notices.at(-1) === 'ended');
      expect(Buffer.concat(recorder.chunks).equals(bytes)).toBe(true);
    });
  });

  it('the shared buffer keeps the order with bytes buffered in the stream', async () => {
    await withServer(async ({ target, accepted }) => {
      const transport = await open(target);
      (await accepted()).end('second');
      transport.socket.unshift(Buffer.from('first '));
      const recorder = Recorder.watch(transport);
      await recorder.until(() => recorder.notices.at(-1) === 'ended');
      expect(recorder.text).toBe('first second');
    });
  });

  it('a paused transport keeps bytes that another reader of the socket asked for', async () => {
    await withServer(async ({ target, accepted }) => {
      const transport = await open(target);
      const peer = await accepted();
      peer.end('unasked for');
      transport.socket.read(0);
      while (transport.socket.readableLength < 11) await settled();
      const recorder = Recorder.watch(transport);
      await recorder.until(() => recorder.notices.at(-1) === 'ended');
      expect(recorder.text).toBe('unasked for');
    });
  });
});

describe('the ends of real connections', () => {
  it.each([{}, { shared: false }])('a transport reports FIN, then the close (%j)', async (options) => {
    await withServer(async ({ target, accepted }) => {
      const transport = await open(target, options);
      const recorder = Recorder.watch(transport);
      (await accepted()).resume().end();
      await recorder.until(() => recorder.notices.at(-1) === 'ended');
      transport.end();
      await recorder.until(() => recorder.notices.at(-1) === 'closed');
      expect(recorder.notices).toEqual(['ended', 'closed']);
    });
  });

  it.each([{}, { shared: false }])('a transport reports a reset, and nothing else (%j)', async (options) => {
    await withServer(async ({ target, accepted }) => {
      const transport = await open(target, options);
      const recorder = Recorder.watch(transport);
      (await accepted()).resetAndDestroy();
      await new Promise((resolve) => transport.socket.on('close', resolve));
      expect(recorder.notices).toEqual(['failed ECONNRESET']);
    });
  });

  it('reset() of a transport sends RST', async () => {
    await withServer(async ({ target, accepted }) => {
      const transport = await open(target);
      const peer = Recorder.watch(new Transport(await accepted()));
      transport.reset();
      await peer.until(() => peer.notices.length > 0);
      expect(peer.notices).toEqual(['failed ECONNRESET']);
    });
  });

  it('close() of a transport sends 10 MiB that were written, then FIN', async () => {
    await withServer(async ({ target, accepted }) => {
      const bytes = countingBytes(10 * MEBIBYTE);
      const transport = await open(target);
      const peer = Recorder.watch(new Transport(await accepted()));
      transport.write(bytes);
      transport.close();
      await peer.until(() => peer.notices.at(-1) === 'ended');
      expect(Buffer.concat(peer.chunks).equals(bytes)).toBe(true);
    });
  });

  it('a transport reports back-pressure of the kernel, and its end', async () => {
    await withServer(async ({ target, accepted }) => {
      const transport = await open(target);
      const recorder = Recorder.watch(transport);
      const peer = await accepted();
      expect(transport.write(Buffer.alloc(10 * MEBIBYTE))).toBe(false);
      peer.resume();
      await recorder.until(() => recorder.notices.includes('drained'));
      expect(transport.pendingOutput).toBe(0);
      transport.destroy();
    });
  });

  it('an accepted connection answers a client that has finished sending, whatever the server had set', async () => {
    await withServer(
      async ({ target, accepted }) => {
        const transport = await open(target);
        const serverSide = new Transport(await accepted());
        const [atClient, atServer] = [Recorder.watch(transport), Recorder.watch(serverSide)];
        transport.end();
        await atServer.until(() => atServer.notices.at(-1) === 'ended');
        await settled();
        serverSide.write('answer');
        serverSide.end();
        await atClient.until(() => atClient.notices.at(-1) === 'closed');
        expect(atClient.notices).toEqual(['bytes answer', 'ended', 'closed']);
        expect(atServer.notices.at(0)).toBe('ended');
      },
      { allowHalfOpen: false },
    );
  });
});
