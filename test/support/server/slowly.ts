import { once } from 'node:events';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate as nextLoopTurn } from 'node:timers/promises';

import { createMemoryPair } from '../../../src/transport/index.js';

/** Sends one byte after another, and lets the other side read each. */
export async function sendSlowly(socket: Duplex, bytes: Uint8Array): Promise<void> {
  for (const byte of bytes) {
    await new Promise<void>((resolve) => {
      socket.write(Buffer.of(byte), () => {
        resolve();
      });
    });
    await nextLoopTurn();
  }
}

/**
 * A connection to a port over which everything goes byte by byte; what comes back is not held up. `before` is sent
 * first, as a proxy does.
 */
export async function connectSlowly(port: number, before: Uint8Array = Buffer.alloc(0)): Promise<Duplex> {
  const { client, server: near } = createMemoryPair();
  const far = net.connect({ port, host: '127.0.0.1', noDelay: true });
  await once(far, 'connect');
  // Told to the user of the connection as its end.
  far.on('error', () => near.destroy());
  near.on('error', () => far.destroy());
  far.pipe(near);
  void forward(near, far, before);
  return client;
}

async function forward(near: Duplex, far: net.Socket, before: Uint8Array): Promise<void> {
  try {
    await sendSlowly(far, before);
    for await (const chunk of near) await sendSlowly(far, chunk as Buffer);
    far.end();
  } catch {
    far.destroy();
  }
}
