import {
  HTTPClientSession,
  HTTPServerSession,
  type HTTPServerRequest,
  type HTTPServerResponse,
  type HTTPSession,
} from '../../../src/session/index.js';
import type { RequestInit } from '../../../src/session/client/prepared-request.js';
import { VirtualClock } from '../../../src/transport/index.js';
import { settled } from '../transport/sockets.js';
import { Relay } from './relay.js';

/** More than the pace of the deadlines, and less than any of them lasts. */
const LATE = 1_000;

/** More than leaves at once, and less than is sent apart from its head. */
const LARGE = 60_000;

const DECLINED = 501;

type Step = (product: RealProduct) => unknown;

/** The product itself, moved by the names of the model's moves. */
export class RealProduct {
  readonly #relay = new Relay();
  readonly #clocks = { client: new VirtualClock(), server: new VirtualClock() };
  readonly client: HTTPClientSession;
  readonly server: HTTPServerSession;
  #request: HTTPServerRequest | null = null;
  #response: HTTPServerResponse | null = null;
  /** What the client's application is to send next of the body that it has begun. */
  #sendMore: ((isLast: boolean) => void) | null = null;
  #answered: { readonly body: { bytes(): Promise<Buffer> } } | null = null;

  constructor() {
    this.client = new HTTPClientSession(this.#relay.clientEnd, undefined, { clock: this.#clocks.client });
    this.server = new HTTPServerSession(this.#relay.serverEnd, { clock: this.#clocks.server });
    this.server.serve((request, response) => {
      this.#request = request;
      this.#response = response;
      // Whatever the handler says: 2xx accepts a tunnel (RFC 9110 section 9.3.6).
      if (request.method === 'CONNECT') response.status = DECLINED;
      return new Promise<void>(() => undefined);
    });
  }

  /** Whether the model's move can be made here: not those of frozen ends and of other protocols. */
  static knows(move: string): boolean {
    return Object.hasOwn(STEPS, move);
  }

  /** The names of all moves that can be made here. */
  static get moves(): readonly string[] {
    return Object.keys(STEPS);
  }

  /** Makes the move, and lets everything settle that follows from it. */
  async make(move: string): Promise<void> {
    await STEPS[move]?.(this);
    await settled();
    await settled();
  }

  /** Where the charts of an end are. */
  where(end: 'client' | 'server'): string {
    const { core } = this[end];
    return `${core.state} / ${core.exchange.name}`;
  }

  /** How many pieces are on the way to an end. */
  waitingFor(end: 'client' | 'server'): number {
    return (end === 'client' ? this.#relay.toClient : this.#relay.toServer).waiting.length;
  }

  get response(): HTTPServerResponse {
    if (this.#response === null) throw new Error('no request has come');
    return this.#response;
  }

  get requestBody(): { bytes(): Promise<Buffer> } {
    if (this.#request === null) throw new Error('no request has come');
    return this.#request.body;
  }

  get relay(): Relay {
    return this.#relay;
  }

  ask(init: RequestInit): void {
    this.client.request(init).then(
      (response) => {
        this.#answered = response;
      },
      () => undefined,
    );
  }

  askWithBody(expectContinue: boolean): void {
    this.ask({ method: 'POST', expectContinue, body: this.#pieces() });
  }

  async *#pieces(): AsyncGenerator<string> {
    for (;;) {
      const isLast = await new Promise<boolean>((resolve) => {
        this.#sendMore = resolve;
      });
      if (isLast) return;
      yield 'piece';
    }
  }

  sendMore(isLast: boolean): void {
    this.#sendMore?.(isLast);
  }

  readResponse(): void {
    this.#answered?.body.bytes().catch(() => undefined);
  }

  async expire(end: 'client' | 'server'): Promise<void> {
    const { core }: HTTPSession = this[end];
    await this.#clocks[end].advance(core.timeout + LATE);
  }
}

const plainly = (init: RequestInit): Step => {
  return (product) => {
    product.ask(init);
  };
};

const STEPS: Readonly<Record<string, Step>> = {
  'client application: request (plain)': plainly({}),
  'client application: request (close)': plainly({ headers: { Connection: 'close' } }),
  'client application: request (offers)': plainly({ method: 'CONNECT', path: 'test:80' }),
  'client application: request (pieces)': async (product) => {
    product.ask({});
    await settled();
    product.relay.toServer.cutLast(() => 3);
  },
  'client application: request (body)': (product) => {
    product.askWithBody(false);
  },
  'client application: request (expects)': (product) => {
    product.askWithBody(true);
  },
  'client application: piece of the body': (product) => {
    product.sendMore(false);
  },
  'client application: end of the body': (product) => {
    product.sendMore(true);
  },
  'client application: read the response': (product) => {
    product.readResponse();
  },
  'client application: raw byte, before the answer': (product) => product.client.write('r'),
  'client application: detachSocket()': ({ client }) => client.detachSocket(),
  'client application: close()': ({ client }) => {
    client.close();
  },
  'client application: abort()': ({ client }) => {
    client.abort();
  },
  'server application: answer': ({ response }) => {
    response.end();
  },
  'server application: refuse': ({ response }) => {
    response.status = 403;
    response.end();
  },
  'server application: large answer': ({ response }) => {
    response.end(Buffer.alloc(LARGE));
  },
  'server application: head of the answer': ({ response }) => {
    response.setContentLength(1);
    void response.write('');
  },
  'server application: end of the answer': ({ response }) => {
    response.end('x');
  },
  'server application: read the request': ({ requestBody }) => {
    requestBody.bytes().catch(() => undefined);
  },
  'server application: switchProtocol()': ({ response }) => response.switchProtocol(),
  'server application: drain()': ({ server }) => {
    server.startDraining();
  },
  'server application: abort()': ({ server }) => {
    server.abort();
  },
  'server: the grace is over': ({ server }) => {
    if (server.core.is('attached')) server.drain();
  },
  'client: timer': (product) => product.expire('client'),
  'server: timer': (product) => product.expire('server'),
  'network: deliver to client': ({ relay }) => {
    relay.deliverTo('client');
  },
  'network: deliver to server': ({ relay }) => {
    relay.deliverTo('server');
  },
  'network: reset client': ({ relay }) => {
    relay.resetTo('client');
  },
  'network: reset server': ({ relay }) => {
    relay.resetTo('server');
  },
  'network: cut': ({ relay }) => {
    relay.toClient.take('reset');
    relay.toServer.take('reset');
  },
};
