import type { Duplex } from 'node:stream';

import { openTransport, Transport, type TLSOptions } from '../../../transport/index.js';
import { settled } from '../patience.js';
import type { WireLog } from '../wire-log.js';

const LOOPBACK = '127.0.0.1';

/** One connection of a client that reads everything and writes what the driver sends. */
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

/** Where a server is. */
export interface ServerAddress {
  /** @defaultValue '127.0.0.1' */
  readonly host?: string | undefined;
  /** The port; a function where it is known only when the tests run. */
  readonly port: number | (() => number);
  /** Speaks TLS; certificates and the like as for `tls.connect`. */
  readonly tls?: TLSOptions | undefined;
}

/** What connects to a server: returns this side of a new connection. */
export interface ServerConnector {
  /** Called for each connection. */
  readonly connect: () => Duplex | Promise<Duplex>;
}

/** The value of a Host field for a server. */
export function hostOf(server: ServerAddress | ServerConnector): string {
  if ('connect' in server) return 'localhost';
  return `${server.host ?? LOOPBACK}:${String(portOf(server))}`;
}

function portOf({ port }: ServerAddress): number {
  return typeof port === 'number' ? port : port();
}

/** Opens a connection to a server. */
export async function openLine(address: ServerAddress | ServerConnector, wire: WireLog): Promise<ClientLine> {
  return new ClientLine(await openedTransport(address), wire);
}

async function openedTransport(address: ServerAddress | ServerConnector): Promise<Transport> {
  if ('connect' in address) return new Transport(await address.connect());
  const { host = LOOPBACK, tls } = address;
  const port = portOf(address);
  return new Promise((resolve, reject) => {
    openTransport({ host, port }, tls === undefined ? {} : { tls }, resolve, reject);
  });
}
