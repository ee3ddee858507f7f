import { HTTPClientSession, type HTTPClientSessionOptions } from '../../../src/session/index.js';
import {
  createMemoryPair,
  deadlinesOf,
  VirtualClock,
  type MemoryPair,
} from '../../../src/transport/index.js';
import { settled } from '../transport/sockets.js';
import { FarEnd } from './far-end.js';

/** A client session that connects over memory instead of TCP; everything else is the product. */
class MemoryClient extends HTTPClientSession {
  readonly #connected: () => MemoryPair;

  constructor(host: string, port: number, options: HTTPClientSessionOptions, connected: () => MemoryPair) {
    super(host, port, options);
    this.#connected = connected;
  }

  override connect(): Promise<void> {
    this.core.permit('connect()', 'session.connect');
    this.attachSocket(this.#connected().client);
    return Promise.resolve();
  }
}

/** A client session over memory and in virtual time; the far ends of its connections are scripted servers. */
export class Asking {
  readonly clock = new VirtualClock(1_700_000_000_000);
  readonly session: HTTPClientSession;
  /** The far end of each connection, in order. */
  readonly connections: FarEnd[] = [];
  /** Each write of the client to its socket, as latin1 text. */
  readonly writes: string[] = [];

  constructor(options: HTTPClientSessionOptions = {}, highWaterMark?: number) {
    this.session = new MemoryClient('test', 80, { clock: this.clock, ...options }, () => {
      const pair = createMemoryPair({
        clock: this.clock,
        ...(highWaterMark === undefined ? {} : { highWaterMark }),
      });
      this.connections.push(new FarEnd(pair.server, highWaterMark === undefined));
      this.#recordWrites(pair);
      return pair;
    });
  }

  #recordWrites({ client }: MemoryPair): void {
    const write = client.write.bind(client) as (...args: unknown[]) => boolean;
    client.write = (data: string | Uint8Array, ...rest: unknown[]) => {
      this.writes.push(Buffer.from(data as string, 'latin1').toString('latin1'));
      return write(data, ...rest);
    };
  }

  /** Whether the session has a connection, and no request is on it or being prepared. */
  get isReady(): boolean {
    return this.session.matches('connected.open') && this.session.exchangeState.startsWith('idle.');
  }

  /** The far end of the present connection. */
  get server(): FarEnd {
    const last = this.connections.at(-1);
    if (last === undefined) throw new Error('the client has not connected');
    return last;
  }

  /** Lets the server answer, and the answer arrive. */
  async answer(response: string): Promise<this> {
    await settled();
    await this.server.send(response);
    return this;
  }

  /** A client that has connected, and whose server has finished sending before anything was said. */
  static async halfClosed(): Promise<Asking> {
    const asking = new Asking();
    await asking.session.connect('test:80');
    await asking.server.fin();
    return asking;
  }

  /** A client whose connection has completed one exchange and is kept. */
  static async reused(options: HTTPClientSessionOptions = {}): Promise<Asking> {
    const asking = new Asking(options);
    const response = asking.session.request();
    await asking.answer(ok('first'));
    await (await response).bytes();
    if (asking.session.exchangeState !== 'idle.reused') throw new Error(asking.session.exchangeState);
    asking.server.take();
    asking.writes.length = 0;
    return asking;
  }

  /** Lets time pass, and everything happen that this causes. */
  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await settled();
  }

  /** Whether the connection takes no more of what the client sends. */
  get isBlocked(): boolean {
    return this.session.socket()?.writableNeedDrain ?? false;
  }

  get armedDeadlines(): number {
    return deadlinesOf(this.clock).armedCount;
  }
}

/** A response of known length. */
export function ok(body = '', fields = ''): string {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${String(Buffer.byteLength(body, 'latin1'))}\r\n${fields}\r\n${body}`;
}

/** A response in chunks. */
export function okChunked(chunks: readonly string[], trailer = ''): string {
  const body = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('');
  return `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${body}0\r\n${trailer}\r\n`;
}
