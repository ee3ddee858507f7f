import { HTTPServer, type HTTPServerParams } from '../../../src/server/index.js';
import type { HTTPServerSession, RequestHandler } from '../../../src/session/index.js';
import {
  createMemoryPair,
  deadlinesOf,
  VirtualClock,
  type MemoryPairOptions,
  type MemorySocket,
} from '../../../src/transport/index.js';
import { settled } from '../transport/sockets.js';
import { FarEnd } from './far-end.js';
import { faultsOf } from './faults.js';

/** One connection that a server serves, over memory and in virtual time; the far end is a raw client. */
export class Served extends FarEnd {
  readonly clock: VirtualClock;
  readonly server: HTTPServer;
  readonly session: HTTPServerSession;
  /** The session's own end, for counting what it writes. */
  readonly near: MemorySocket;
  /** Each write to the socket, as latin1 text; what is written between `cork` and `uncork` is one. */
  readonly writes: string[] = [];
  #isWithinCork = false;

  constructor(
    handler: RequestHandler,
    params: HTTPServerParams = {},
    { reads = true, ...options }: MemoryPairOptions & { reads?: boolean } = {},
  ) {
    const clock = new VirtualClock(1_700_000_000_000);
    const pair = createMemoryPair({ clock, ...options });
    super(pair.client, reads);
    this.clock = clock;
    this.near = pair.server;
    this.#recordWrites();
    this.server = new HTTPServer(handler, { clock, ...params });
    this.session = this.server.serve(pair.server);
  }

  #recordWrites(): void {
    const write = this.near.write.bind(this.near) as (...args: unknown[]) => boolean;
    this.near.write = (data: string | Uint8Array, ...rest: unknown[]) => {
      const text = Buffer.from(data as string, 'latin1').toString('latin1');
      if (this.#isWithinCork) this.writes.push(`${this.writes.pop() ?? ''}${text}`);
      else this.writes.push(text);
      this.#isWithinCork = this.near.writableCorked > 0;
      return write(data, ...rest);
    };
    const uncork = this.near.uncork.bind(this.near);
    this.near.uncork = () => {
      this.#isWithinCork = false;
      uncork();
    };
  }

  /** Lets time pass, and everything happen that this causes. */
  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await settled();
  }

  /** The faults of its handler, and of everything else that could not be thrown to anybody. */
  get faults(): unknown[] {
    return faultsOf(this.session).map(({ error }) => error);
  }

  get armedDeadlines(): number {
    return deadlinesOf(this.clock).armedCount;
  }

  /** Whether the server has closed the connection: it sent FIN, and the session is gone. */
  get isClosed(): boolean {
    return this.ended && !this.server.sessions.has(this.session);
  }
}

/** A request without a body. */
export function get(path = '/', fields = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: test\r\n${fields}\r\n`;
}

/** A request with a body of known length. */
export function post(body: string, fields = '', path = '/'): string {
  const length = String(Buffer.byteLength(body, 'latin1'));
  return `POST ${path} HTTP/1.1\r\nHost: test\r\nContent-Length: ${length}\r\n${fields}\r\n${body}`;
}

/** A request with a chunked body. */
export function postChunked(chunks: readonly string[], trailer = '', path = '/'): string {
  const body = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('');
  return `POST ${path} HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n${body}0\r\n${trailer}\r\n`;
}

/** Answers with the path of the request. */
export const echoPath: RequestHandler = (request, response) => {
  response.end(request.path);
};

/** Answers with the body of the request. */
export const echoBody: RequestHandler = async (request, response) => {
  response.end(await request.bytes());
};
