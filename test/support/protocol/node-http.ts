import { createServer, type IncomingMessage, type Server } from 'node:http';
import { Duplex } from 'node:stream';

/** What one reader made of a request. */
export interface SeenRequest {
  readonly method: string;
  readonly target: string;
  readonly body: string;
}

/** What `node:http` made of a stream of bytes. */
export interface Seen {
  /** The requests that it read to their end. */
  readonly requests: SeenRequest[];
  /** The code of its parser's error. */
  error: string | undefined;
}

const seenBy = new WeakMap<Duplex, Seen>();

/** A `node:http` server that only reads; it never listens, as connections are given to it. */
export function createReadingServer(): Server {
  const server = createServer({ maxHeaderSize: 131_072, keepAliveTimeout: 0, requestTimeout: 0 });
  const read = (request: IncomingMessage, response?: { end(): void }): void => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('error', () => undefined);
    request.on('end', () => {
      const { requests } = seenBy.get(request.socket) as Seen;
      const body = Buffer.concat(parts).toString('latin1');
      requests.push({ method: request.method ?? '', target: request.url ?? '', body });
      response?.end();
    });
  };
  server.on('request', read);
  server.on('checkContinue', read);
  server.on('checkExpectation', read);
  server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    read(request);
    request.resume();
    setImmediate(() => socket.destroy());
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    const seen = seenBy.get(socket);
    if (seen !== undefined) seen.error ??= error.code;
    // Requests that were complete before the error still have to reach their listeners.
    setImmediate(() => socket.destroy());
  });
  return server;
}

/** Lets the server read `input`, and then the end of the connection. */
export async function seenByNode(server: Server, input: Buffer): Promise<Seen> {
  const seen: Seen = { requests: [], error: undefined };
  const socket = new Duplex({
    read: () => undefined,
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  seenBy.set(socket, seen);
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  server.emit('connection', socket);
  socket.push(input);
  socket.push(null);
  await closed;
  return seen;
}
