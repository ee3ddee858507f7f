import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';

/** A response of node:http, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Requests a URL with node:http, on a connection of its own unless an agent is given. */
export async function ask(
  url: string,
  options: http.RequestOptions = {},
  body?: string | Buffer,
): Promise<Answer> {
  const request = http.request(url, { agent: false, ...options });
  request.end(body);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) };
}

/** A connection that speaks bytes. */
export class Wire {
  readonly socket: net.Socket;
  #received = '';

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.socket = net.connect(Number(port), hostname);
    this.socket.on('data', (piece) => (this.#received += piece.toString('latin1')));
    this.socket.on('error', () => undefined);
  }

  /** Resolves with everything received so far once that matches. */
  async received(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.#received)) await once(this.socket, 'data');
    return this.#received;
  }

  /** Resolves with everything that was received when the peer has finished. */
  async finished(): Promise<string> {
    if (!this.socket.readableEnded) await once(this.socket, 'end');
    return this.#received;
  }
}

/** Runs `use` with a listening server, which is closed afterwards with all its connections. */
export async function withListening(server: net.Server, use: (port: number) => Promise<void>): Promise<void> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket.on('error', () => undefined));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use((server.address() as net.AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  }
}
