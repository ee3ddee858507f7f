import type { Duplex } from 'node:stream';

import type { HTTPSessionError } from '../../../src/errors/index.js';
import {
  PortDemultiplexer,
  type PortDemultiplexerOptions,
  type RoutedConnection,
} from '../../../src/server/demultiplexer/index.js';
import {
  createMemoryPair,
  deadlinesOf,
  VirtualClock,
  type MemorySocket,
  type ConnectionAddresses,
} from '../../../src/transport/index.js';
import { FarEnd } from '../http/far-end.js';
import { settled } from '../transport/sockets.js';

/** A connection that came to a route, and what it got to read. */
export class Routed {
  readonly name: string;
  readonly socket: Duplex;
  readonly connection: RoutedConnection;
  text = '';
  ended = false;

  constructor(name: string, socket: Duplex, connection: RoutedConnection) {
    this.name = name;
    this.socket = socket;
    this.connection = connection;
    socket.on('error', () => undefined);
    socket.on('end', () => {
      this.ended = true;
    });
    socket.on('data', (chunk: Buffer) => {
      this.text += chunk.toString('latin1');
    });
  }
}

/** One connection that is looked at, over memory and in virtual time. Without options all protocols have a route. */
export class LookedAt extends FarEnd {
  readonly clock = new VirtualClock();
  readonly demultiplexer: PortDemultiplexer;
  readonly near: MemorySocket;
  readonly routed: Routed[] = [];
  readonly refused: [HTTPSessionError, ConnectionAddresses][] = [];

  constructor(options: PortDemultiplexerOptions = {}, addresses?: ConnectionAddresses) {
    const pair = createMemoryPair();
    super(pair.client);
    this.near = pair.server;
    this.demultiplexer = new PortDemultiplexer({
      ...('http' in options ? {} : { http: this.#route('http') }),
      http2: this.#route('http2'),
      tls: this.#route('tls'),
      fallback: this.#route('fallback'),
      clock: this.clock,
      onRefused: (error, ends) => {
        this.refused.push([error, ends]);
      },
      ...options,
    });
    this.demultiplexer.accept(this.near, addresses);
  }

  #route(name: string) {
    return (socket: Duplex, connection: RoutedConnection): void => {
      this.routed.push(new Routed(name, socket, connection));
    };
  }

  /** The one route that the connection came to, and what it read there. */
  get outcome(): readonly [string, string] | undefined {
    const [first, ...others] = this.routed;
    if (others.length > 0) throw new Error('the connection was routed twice');
    return first === undefined ? undefined : [first.name, first.text];
  }

  /** Sends in pieces that end at the cuts; the peer sees each before the next one is sent. */
  async sendCut(bytes: Buffer, cuts: readonly number[]): Promise<this> {
    for (const [index, end] of [...cuts, bytes.length].entries()) {
      await this.send(bytes.subarray(index === 0 ? 0 : cuts[index - 1], end));
    }
    return this;
  }

  /** Lets time pass, and everything happen that this causes. */
  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await settled();
  }

  /** What is left of the recognition. */
  get leftOvers(): unknown {
    const { near } = this;
    return {
      pending: this.demultiplexer.pendingConnections,
      deadlines: deadlinesOf(this.clock).armedCount,
      destroyed: near.destroyed,
    };
  }
}

/** What is left of a connection that was closed. */
export const NOTHING_LEFT = { pending: 0, deadlines: 0, destroyed: true };
