import { once } from 'node:events';
import type { Server } from 'node:http';
import net from 'node:net';

import { supervise, type SupervisedServer, type Supervisor } from '../../../src/adapters/node/index.js';

/** A supervised server that listens on the loopback. */
export async function supervised<TServer extends SupervisedServer>(
  server: TServer,
): Promise<{ server: TServer; supervisor: Supervisor; port: number }> {
  const supervisor = supervise(server);
  (server as Server).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, supervisor, port: (server.address() as net.AddressInfo).port };
}

/** A raw client: what it gets is text, and it can wait for what it wants to see. */
export class RawClient {
  readonly socket: net.Socket;
  text = '';
  readonly closed: Promise<unknown>;

  constructor(port: number, data = '') {
    this.socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    this.socket.on('data', (chunk: Buffer) => (this.text += chunk.toString('latin1')));
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => this.socket.once('close', resolve));
    if (data !== '') this.socket.write(data);
  }

  /** Resolves once the text that arrived matches. */
  async saw(pattern: RegExp): Promise<this> {
    while (!pattern.test(this.text)) await once(this.socket, 'data');
    return this;
  }

  /** Resolves once the server has sent FIN. */
  async ended(): Promise<this> {
    if (!this.socket.readableEnded) await once(this.socket, 'end');
    this.socket.end();
    return this;
  }
}

/** Resolves once a condition holds, which is looked at after every turn of the event loop. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    if (turn > 100_000) throw new Error('the condition never held');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
