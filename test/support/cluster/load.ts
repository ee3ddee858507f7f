import { EventEmitter, once } from 'node:events';

import { HTTPClientSession, HTTPSessionError } from '../../../src/index.js';

/** No client goes on for ever. */
const MAX_ORDERS = 100_000;

/** How many clients there are, where they send, and whether each keeps its connection or makes one for every order. */
export interface LoadOptions {
  readonly path?: string;
  readonly clients?: number;
  readonly keepAlive?: boolean;
}

/** Clients that send numbered orders, one after the other, until they are told to end or nobody listens any more. */
export class Load {
  /** Numbers of the orders that were answered. */
  readonly answered: string[] = [];
  /** Every order that was not, with the reason. */
  readonly failed: string[] = [];
  /** Clients that found nobody to connect to: nothing was sent, and they gave up. */
  refused = 0;
  readonly #port: number;
  readonly #path: string;
  readonly #progress = new EventEmitter();
  readonly #clients: Promise<unknown>;
  #isEnding = false;

  constructor(port: number, { clients = 4, keepAlive = true, path = '/orders' }: LoadOptions = {}) {
    this.#port = port;
    this.#path = path;
    const names = Array.from({ length: clients }, (_, index) => `client ${String(index)}`);
    this.#clients = Promise.all(names.map((name) => this.#run(name, keepAlive)));
  }

  /** Resolves once so many more orders were answered. */
  async progress(count: number): Promise<void> {
    const goal = this.answered.length + count;
    while (this.answered.length < goal) await once(this.#progress, 'answered');
  }

  /** Ends all clients after the order in progress. */
  async end(): Promise<this> {
    this.#isEnding = true;
    return await this.ended();
  }

  /** Resolves when all clients have ended. */
  async ended(): Promise<this> {
    await this.#clients;
    return this;
  }

  async #run(name: string, keepAlive: boolean): Promise<void> {
    const session = new HTTPClientSession('127.0.0.1', this.#port, { keepAlive, receiveTimeout: 15_000 });
    for (let number = 0; number < MAX_ORDERS && !this.#isEnding; number++) {
      const order = `${name} order ${String(number)}`;
      try {
        await this.#send(session, order);
      } catch (error) {
        if (error instanceof HTTPSessionError && error.code === 'ERR_HTTP_SESSION_CONNECT') {
          this.refused++;
          break;
        }
        this.failed.push(`${order}: ${String(error)}`);
        session.reset();
      }
    }
    session.dispose();
  }

  async #send(session: HTTPClientSession, order: string): Promise<void> {
    const response = await session.request({ method: 'POST', path: this.#path, body: order });
    await response.text();
    if (response.status !== 200) throw new Error(`status ${String(response.status)}`);
    this.answered.push(order);
    this.#progress.emit('answered');
  }
}
