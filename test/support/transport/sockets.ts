import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate as nextLoopTurn } from 'node:timers/promises';
import tls from 'node:tls';

import {
  openTransport,
  type ConnectOptions,
  type ConnectTarget,
  type Transport,
} from '../../../src/transport/index.js';

const fixture = (name: string): Buffer => readFileSync(new URL(`../tls/${name}`, import.meta.url));

/** The self-signed certificate of the tests and its key. */
export const certificate = { cert: fixture('cert.pem'), key: fixture('key.pem') };

/** Lets everything run that needs no kernel. */
export const settled = async (): Promise<void> => {
  await nextLoopTurn();
  await nextLoopTurn();
};

/** A port that is free now, at which nobody listens. */
export async function freePort(): Promise<number> {
  const server = net.createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A listening server; closed, with all its connections, at the end of `use`. */
export interface Listening {
  readonly target: ConnectTarget & { readonly port: number };
  /** The next connection that is accepted. */
  accepted(): Promise<net.Socket>;
}

/** Runs `use` with a server on a loopback port. */
export async function withServer(
  use: (listening: Listening) => Promise<void>,
  options: net.ServerOpts & { tls?: tls.TlsOptions; path?: string; host?: string } = {},
): Promise<void> {
  const server =
    options.tls === undefined
      ? net.createServer({ allowHalfOpen: true, ...options })
      : tls.createServer({ ...certificate, allowHalfOpen: true, ...options.tls });
  const sockets: net.Socket[] = [];
  const waiting: net.Socket[] = [];
  server.on('connection', (socket: net.Socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
  });
  server.on(options.tls === undefined ? 'connection' : 'secureConnection', (socket: net.Socket) => {
    waiting.push(socket.on('error', () => undefined));
    server.emit('accepted');
  });
  server.on('tlsClientError', () => undefined);
  if (options.path === undefined) server.listen(0, options.host ?? '127.0.0.1');
  else server.listen(options.path);
  await once(server, 'listening');
  const { port } = (options.path === undefined ? server.address() : { port: 0 }) as net.AddressInfo;
  try {
    await use({
      target: options.path === undefined ? { host: '127.0.0.1', port } : { path: options.path, port },
      accepted: async () => {
        while (waiting.length === 0) await once(server, 'accepted');
        return waiting.shift() as net.Socket;
      },
    });
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  }
}

/** `openTransport` as a promise. */
export function open(target: ConnectTarget, options: ConnectOptions = {}): Promise<Transport> {
  return new Promise((resolve, reject) => {
    openTransport(target, options, resolve, reject);
  });
}

/** Reads a stream to its end. */
export async function readAll(socket: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Bytes that tell where they belong: any loss, doubling or swap shows. */
export function countingBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32BE(at, at);
  return bytes;
}
