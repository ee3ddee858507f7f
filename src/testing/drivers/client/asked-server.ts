import { Listener, type SocketAddress, type Transport } from '../../../transport/index.js';
import type { WireLog } from '../wire-log.js';
import { readRequest, type AskedRequest } from './asked-request.js';

/** A connection that a client has opened. */
export class AskedConnection {
  readonly #transport: Transport;
  readonly #wire: WireLog;
  #unread = '';
  /** Whether the client has ended its side. */
  isEnded = false;

  constructor(transport: Transport, wire: WireLog, server: AskedServer) {
    this.#transport = transport;
    this.#wire = wire;
    const ended = (how: string) => (): void => {
      if (!this.isEnded) wire.mark('client', how);
      this.isEnded = true;
      // A client that has gone is not kept waiting for.
      transport.end();
    };
    transport.watch({
      onBytes: (chunk) => {
        wire.bytes('client', chunk);
        this.#unread += chunk.toString('latin1');
        this.#readOn(server);
      },
      onEnded: ended('FIN'),
      onClosed: ended('FIN'),
      onFailed: ended('RST'),
      onDrained: () => undefined,
    });
  }

  send(text: string): void {
    this.#wire.bytes('server', text);
    this.#transport.write(text);
  }

  end(): void {
    this.#wire.mark('server', 'FIN');
    this.#transport.end();
  }

  reset(): void {
    this.#wire.mark('server', 'RST');
    this.#transport.reset();
  }

  destroy(): void {
    this.#transport.destroy();
  }

  #readOn(server: AskedServer): void {
    const found = readRequest(this.#unread);
    if (found === null) return;
    if (typeof found === 'string') {
      server.problem ??= found;
      return;
    }
    this.#unread = found.rest;
    server.requests.push({ ...found.request, connection: this });
    this.#readOn(server);
  }
}

/** A request, and where it came from. */
export type ReceivedRequest = AskedRequest & { readonly connection: AskedConnection };

/** A server that answers nothing by itself: it notes what it is asked. */
export class AskedServer {
  readonly #connections = new Set<AskedConnection>();
  readonly #listener: Listener;
  /** All requests so far, in the order in which they were complete. */
  readonly requests: ReceivedRequest[] = [];
  /** What is wrong with what clients have sent. */
  problem: string | null = null;

  private constructor(listener: Listener) {
    this.#listener = listener;
  }

  /** Listens on loopback. */
  static async open(wire: WireLog): Promise<AskedServer> {
    const early: Transport[] = [];
    const accept: { with: (transport: Transport) => void } = { with: (transport) => early.push(transport) };
    const listener = await Listener.open(
      { host: '127.0.0.1', port: 0 },
      {
        accepted: (transport) => {
          accept.with(transport);
        },
        failed: () => undefined,
      },
    );
    const server = new AskedServer(listener);
    accept.with = (transport) => server.#connections.add(new AskedConnection(transport, wire, server));
    for (const transport of early) accept.with(transport);
    return server;
  }

  /** Where it listens: `http://127.0.0.1:1234`. */
  get origin(): string {
    const { address, port } = this.#listener.address as SocketAddress;
    return `http://${address}:${String(port)}`;
  }

  async close(): Promise<void> {
    await this.#listener.close();
    for (const connection of this.#connections) connection.destroy();
  }
}
