import { once } from 'node:events';
import type net from 'node:net';
import { describe, expect, it } from '@jest/globals';

import { HTTPClientSession } from '../../../src/session/index.js';
import { countingBytes, settled, withServer } from '../../support/transport/sockets.js';

const MEBIBYTE = 1_048_576;

const headFor = (length: number): string => `HTTP/1.1 200 OK\r\nContent-Length: ${String(length)}\r\n\r\n`;

/** Runs `use` with a session, and the server's end of its connection once the session has asked. */
async function withPair(
  use: (session: HTTPClientSession, peer: () => Promise<net.Socket>) => Promise<void>,
): Promise<void> {
  await withServer(async ({ target, accepted }) => {
    const session = new HTTPClientSession('127.0.0.1', target.port);
    try {
      await use(session, async () => {
        const socket = await accepted();
        socket.on('data', () => undefined);
        return socket.setNoDelay(true);
      });
    } finally {
      session.dispose();
    }
  });
}

/** The memory that the bytes of a session were read into, beside the shared buffer: one entry for each read. */
function memoriesOf(session: HTTPClientSession): ArrayBufferLike[] {
  const { core } = session;
  const memories: ArrayBufferLike[] = [];
  const onBytes = core.onBytes.bind(core);
  core.onBytes = (chunk, borrowed) => {
    memories.push(chunk.buffer);
    onBytes(chunk, borrowed);
  };
  return memories;
}

describe('a large body that is collected', () => {
  it('a large body is read straight into the memory that bytes() returns', async () => {
    await withPair(async (session, peer) => {
      const content = countingBytes(MEBIBYTE);
      const asked = session.request('/');
      const socket = await peer();
      socket.write(headFor(content.length));
      const response = await asked;
      const memories = memoriesOf(session);
      const collected = response.bytes();
      for (let at = 0; at < content.length; at += 262_144) {
        socket.write(content.subarray(at, at + 262_144));
        while (response.body.remaining > content.length - at - 262_144) await settled();
      }
      const body = await collected;
      expect(body.equals(content)).toBe(true);
      expect(memories.filter((memory) => memory === body.buffer).length).toBeGreaterThan(0);
    });
  });

  it('what bytes() has returned is not written to by what is read later', async () => {
    await withPair(async (session, peer) => {
      const bodies: Buffer[] = [];
      let socket: net.Socket | null = null;
      for (let round = 0; round < 4; round++) {
        const asked = session.request('/');
        socket ??= await peer();
        await once(socket, 'data');
        socket.write(headFor(200_000));
        const response = await asked;
        const collected = response.bytes();
        for (let sent = 0; sent < 200_000; sent += 50_000) {
          socket.write(Buffer.alloc(50_000, 97 + round));
          await settled();
        }
        bodies.push(await collected);
      }
      expect(bodies.map((body) => body.equals(Buffer.alloc(200_000, body[0])))).toEqual(Array(4).fill(true));
      expect(bodies.map((body) => body[0])).toEqual([97, 98, 99, 100]);
    });
  });

  it('bytes that are put back into the socket meanwhile keep their place', async () => {
    await withPair(async (session, peer) => {
      const content = countingBytes(300_000);
      const asked = session.request('/');
      const socket = await peer();
      socket.write(headFor(content.length));
      const response = await asked;
      const memories = memoriesOf(session);
      const collected = response.bytes();
      socket.write(content.subarray(0, 70_000));
      while (memories.length === 0 || response.body.remaining > 230_000) await settled();
      session.socket()?.unshift(content.subarray(70_000, 80_000));
      await settled();
      expect(response.body.remaining).toBe(220_000);
      socket.write(content.subarray(80_000));
      const body = await collected;
      expect(body.equals(content)).toBe(true);
      socket.write('unsolicited, and so the end');
      await session.waitFor('errored');
      expect(body.equals(content)).toBe(true);
    });
  });
});

describe('a connection that is closed at rest', () => {
  it('close() after a complete exchange sends FIN, no reset, and leaves nothing open', async () => {
    await withPair(async (session, peer) => {
      const asked = session.request('/');
      const socket = await peer();
      const errors: unknown[] = [];
      socket.on('error', (error) => errors.push(error));
      socket.write(`${headFor(2)}ok`);
      expect(await (await asked).text()).toBe('ok');
      const own = session.socket();
      const ended = new Promise((resolve) => socket.once('end', resolve));
      session.close();
      expect(own?.destroyed).toBe(true);
      await ended;
      socket.write('never read');
      await settled();
      expect(session.state).toBe('closed');
    });
  });
});
