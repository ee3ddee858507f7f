import type { Duplex } from 'node:stream';

import { MemorySocket, openTransport, Transport, type TLSOptions } from '../../../transport/index.js';
import { settled } from '../patience.js';
import type { WireLog } from '../wire-log.js';

/** One connection of a client that reads everything and writes what it is told. */
export class ClientLine {
  readonly #transport: Transport;
  readonly #wire: WireLog;
  /** What has arrived, as latin1 text. */
  received = '';
  /** How the server has ended its side. */
  ended: 'no' | 'FIN' | 'RST' = 'no';
  /** Whether this side was reset. */
  isReset = false;

  constructor(transport: Transport, wire: WireLog) {
    this.#transport = transport;
    this.#wire = wire;
    transport.watch({
      onBytes: (chunk) => {
        wire.bytes('server', chunk);
        this.received += chunk.toString('latin1');
      },
      onEnded: () => {
        this.#end('FIN');
      },
      onClosed: () => {
        this.#end('FIN');
      },
      onFailed: () => {
        this.#end('RST');
      },
      onDrained: () => undefined,
    });
  }

  /** Sends text in one segment for each size, and the rest in one. */
  async send(text: string, cuts: readonly number[] = []): Promise<void> {
    let at = 0;
    for (const size of [...cuts, text.length]) {
      const piece = text.slice(at, at + size);
      if (piece === '') return;
      at += piece.length;
      this.#wire.bytes('client', piece);
      this.#transport.write(piece);
      if (at < text.length) await settled();
    }
  }

  /** Sends FIN. */
  end(): void {
    this.#wire.mark('client', 'FIN');
    this.#transport.end();
  }

  /** Sends RST. */
  reset(): void {
    this.#wire.mark('client', 'RST');
    this.isReset = true;
    this.#transport.reset();
  }

  /** Goes without a word. */
  destroy(): void {
    this.#transport.destroy();
  }

  #end(how: 'FIN' | 'RST'): void {
    if (this.ended !== 'no') return;
    this.ended = how;
    this.#wire.mark('server', how);
  }
}

/** Where a server is, or what connects to it: a function that returns this side of a new connection. */
export type ServerAddress =
  | { readonly host?: string | undefined; readonly port: number; readonly tls?: TLSOptions | undefined }
  | { readonly connect: () => Duplex | Promise<Duplex> };

/** Opens a connection to a server. */
export async function openLine(address: ServerAddress, wire: WireLog): Promise<ClientLine> {
  return new ClientLine(await openedTransport(address), wire);
}

async function openedTransport(address: ServerAddress): Promise<Transport> {
  if ('connect' in address) return new Transport(await address.connect());
  const { host = '127.0.0.1', port, tls } = address;
  return new Promise((resolve, reject) => {
    openTransport({ host, port }, tls === undefined ? {} : { tls }, resolve, reject);
  });
}

/** Whether what a test connects to is in memory, where nothing takes time. */
export function isInMemory(socket: Duplex): boolean {
  return socket instanceof MemorySocket;
}
