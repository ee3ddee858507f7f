import type { Server } from 'node:http';
import https from 'node:https';

import type { HTTPServer } from '../../../server/index.js';
import type { HTTPServerSession } from '../../../session/index.js';
import { watchSockets } from './socket-events.js';

/** The listener of node:http, which is its parser. */
const PARSER = 'connectionListener';

type Taker = (...values: unknown[]) => void;

/**
 * Puts sessions in the place of the parser of a server of node:http. Where the server listens again, they are new ones:
 * those before may still drain.
 */
export class Takeover {
  readonly #server: Server;
  readonly #open: () => HTTPServer;
  readonly #event: 'connection' | 'secureConnection';
  /** The listener of the sessions that take connections now. */
  #taker: unknown = null;
  #sessions: HTTPServer;
  /** Those before that still drain. */
  readonly #draining = new Set<HTTPServer>();

  /** @param open - makes the sessions. */
  constructor(server: Server, open: () => HTTPServer) {
    this.#server = server;
    this.#open = open;
    this.#event = server instanceof https.Server ? 'secureConnection' : 'connection';
    this.#sessions = this.#take();
    watchSockets(server, this.#event);
    server.prependListener('listening', () => {
      if (!this.#sessions.is('listening')) this.#takeAgain();
    });
  }

  /** Every live session, those that drain while the server listens again included. */
  *live(): Iterable<HTTPServerSession> {
    for (const { sessions } of [...this.#draining, this.#sessions]) yield* [...sessions];
  }

  #takeAgain(): void {
    const before = this.#sessions;
    this.#sessions = this.#take();
    if (!before.is('serving')) return;
    this.#draining.add(before);
    // It joins the drain that has begun.
    void before.drain().then(() => this.#draining.delete(before));
  }

  /** The sessions that take connections now, or took the last ones. */
  get sessions(): HTTPServer {
    return this.#sessions;
  }

  #take(): HTTPServer {
    const server = this.#server;
    const event = this.#event;
    const sessions = this.#open();
    const others = server
      .rawListeners(event)
      .filter((listener) => listener.name !== PARSER && listener !== this.#taker);
    server.removeAllListeners(event);
    sessions.attachPrepared(server);
    this.#taker = server.rawListeners(event)[0];
    for (const listener of others) server.on(event, listener as Taker);
    return sessions;
  }
}
