import { once } from 'node:events';
import net from 'node:net';

/** One connection that an origin has accepted. */
export class OriginConnection {
  readonly socket: net.Socket;
  /** The request lines that have come. */
  readonly requests: string[] = [];
  /** The client has sent FIN. */
  hasEnded = false;
  /** The client has reset the connection. */
  wasReset = false;

  constructor(socket: net.Socket, onRequest: (request: OriginRequest) => void) {
    this.socket = socket;
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const head = text.slice(0, end);
        text = text.slice(end + 4);
        const [method = '', path = ''] = head.split(' ');
        this.requests.push(`${method} ${path}`);
        onRequest({ method, path, head, connection: this });
      }
    });
    socket.on('end', () => {
      this.hasEnded = true;
      socket.end();
    });
    socket.on('error', () => {
      this.wasReset = true;
    });
  }
}

/** A request without a body, as it came. */
export interface OriginRequest {
  readonly method: string;
  readonly path: string;
  readonly head: string;
  readonly connection: OriginConnection;
}

/** A server that a test scripts: it answers what the test says, on loopback. */
export class Origin {
  readonly url: string;
  readonly port: number;
  /** Every connection that was accepted, in order. */
  readonly connections: OriginConnection[];
  /** The largest number of connections that were open together. */
  most = 0;
  readonly #server: net.Server;

  private constructor(server: net.Server, host: string, connections: OriginConnection[]) {
    const { port } = server.address() as net.AddressInfo;
    this.#server = server;
    this.port = port;
    this.url = `http://${host}:${String(port)}`;
    this.connections = connections;
  }

  /** Listens; `answer` gets every request. */
  static async listen(
    answer: (request: OriginRequest) => void,
    { host = '127.0.0.1', port = 0 } = {},
  ): Promise<Origin> {
    const server = net.createServer({ allowHalfOpen: true });
    const connections: OriginConnection[] = [];
    let open = 0;
    server.on('connection', (socket) => {
      socket.setNoDelay(true);
      connections.push(new OriginConnection(socket, answer));
      origin.most = Math.max(origin.most, ++open);
      socket.on('close', () => open--);
    });
    await once(server.listen(port, host), 'listening');
    const origin = new Origin(server, host, connections);
    return origin;
  }

  /** All request lines, in the order of their connections. */
  get requests(): string[] {
    return this.connections.flatMap(({ requests }) => requests);
  }

  get last(): OriginConnection {
    const last = this.connections.at(-1);
    if (last === undefined) throw new Error('the origin has no connection');
    return last;
  }

  async close(): Promise<void> {
    for (const { socket } of this.connections) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Answers with the path of the request. */
export function echoPath({ path, connection }: OriginRequest): void {
  connection.socket.write(answerOf(path));
}

/** A response of known length. */
export function answerOf(body: string, fields = ''): string {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${String(body.length)}\r\n${fields}\r\n${body}`;
}
