import { once } from 'node:events';

import { createInspectorServer } from '@statelyai/inspect/server';
import { WebSocket, WebSocketServer } from 'ws';

import { freePort } from '../transport/sockets.js';
import { until } from '../transport/until.js';

/** A message of Stately's protocol, as it comes over the wire. */
export interface WireMessage {
  readonly type: string;
  readonly sessionId: string;
  readonly rootId?: string;
  readonly parentId?: string;
  readonly name?: string;
  readonly definition?: string;
  readonly snapshot: { readonly status: string; readonly value?: unknown };
  readonly event?: { readonly type: string };
}

/** Stately's own relay server, and somebody who watches there. */
export class Relay implements Disposable {
  readonly port: number;
  readonly messages: WireMessage[] = [];
  /** What came over the wire, each message as its text. */
  readonly texts: string[] = [];
  readonly #server: { stop(): void };
  readonly #watcher: WebSocket;

  private constructor(port: number, server: { stop(): void }, watcher: WebSocket) {
    this.port = port;
    this.#server = server;
    this.#watcher = watcher;
    watcher.on('message', (data: Buffer) => {
      this.texts.push(data.toString());
      this.messages.push(JSON.parse(data.toString()) as WireMessage);
    });
  }

  static async open(port?: number): Promise<Relay> {
    const where = port ?? (await freePort());
    const server = createInspectorServer({ port: where, autoOpen: false });
    for (;;) {
      const watcher = new WebSocket(`ws://127.0.0.1:${String(where)}`);
      const relay = new Relay(where, server, watcher);
      try {
        await once(watcher, 'open');
        return relay;
      } catch {
        watcher.terminate();
      }
    }
  }

  get url(): string {
    return `ws://127.0.0.1:${String(this.port)}`;
  }

  /** The actors that were announced, by their names. */
  get names(): readonly (string | undefined)[] {
    return this.messages.filter(({ type }) => type === '@xstate.actor').map(({ name }) => name);
  }

  async heard(done: (messages: readonly WireMessage[]) => boolean): Promise<void> {
    await until(() => done(this.messages));
  }

  /** Ends the server and every connection to it. */
  [Symbol.dispose](): void {
    this.#watcher.terminate();
    this.#server.stop();
  }
}

/** Somebody who listens in place of a relay server, and can leave: Stately's own keeps the connections it has. */
export class Listener implements Disposable {
  readonly messages: WireMessage[] = [];
  readonly #server: WebSocketServer;

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on('connection', (socket) => {
      socket.on('message', (data: Buffer) => {
        this.messages.push(JSON.parse(data.toString()) as WireMessage);
      });
    });
  }

  static async open(port: number): Promise<Listener> {
    const server = new WebSocketServer({ port, host: '127.0.0.1' });
    await once(server, 'listening');
    return new Listener(server);
  }

  [Symbol.dispose](): void {
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
  }
}
