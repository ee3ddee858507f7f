import type { IncomingMessage } from 'node:http';

import type { RawData, WebSocket, WebSocketServer } from 'ws';

import { INSPECTION } from '../../constants.js';
import type { HTTPServerRequest, HTTPServerResponse } from '../../session/index.js';
import type { InspectionModel } from '../model/inspection-model.js';
import { StatelyReader } from '../model/stately-reader.js';

/** Receives the reports of other programs over WebSockets, as `createWebSocketInspector` of `@statelyai/inspect` sends them. */
export class ActorFeeds {
  readonly #model: InspectionModel;
  readonly #sockets: Promise<WebSocketServer | null>;
  #count = 0;

  constructor(model: InspectionModel) {
    this.#model = model;
    this.#sockets = loadWebSockets();
    // `isReady` and `accept` report it.
    this.#sockets.catch(() => undefined);
  }

  /** Whether programs can report: whether `ws` is installed. */
  async isReady(): Promise<boolean> {
    return (await this.#sockets) !== null;
  }

  /** Accepts the connection of a program. */
  async accept(request: HTTPServerRequest, response: HTTPServerResponse): Promise<void> {
    const sockets = await this.#sockets;
    if (sockets === null) {
      response.status = 501;
      response.end('The package ws is not installed.\n');
      return;
    }
    const { socket, head, signal } = response.upgrade();
    // The request has the members of node:http that `ws` reads.
    sockets.handleUpgrade(request as unknown as IncomingMessage, socket, head, (accepted) => {
      this.#listen(accepted);
      signal.addEventListener('abort', () => {
        accepted.terminate();
      });
    });
  }

  #listen(socket: WebSocket): void {
    const reader = new StatelyReader(this.#model, `p${String(++this.#count)}/`);
    socket.on('message', (data: RawData) => {
      const message = parsed(data as Buffer);
      if (message === undefined) this.#model.drop();
      else reader.read(message);
    });
    // `close` follows.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      reader.gone();
    });
  }
}

/** The optional peer `ws`; `null` where it is not installed. */
async function loadWebSockets(): Promise<WebSocketServer | null> {
  try {
    const { WebSocketServer } = await import('ws');
    return new WebSocketServer({ noServer: true, maxPayload: INSPECTION.maxMessageBytes.value });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}

/** By default `ws` delivers a message as one buffer. */
function parsed(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
