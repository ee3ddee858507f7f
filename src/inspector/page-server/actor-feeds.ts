import { INSPECTION } from '../model/inspection-limits.js';
import type { HTTPServerRequest, HTTPServerResponse } from '../../session/index.js';
import type { Clock } from '../../transport/index.js';
import type { InspectionModel } from '../model/inspection-model.js';
import { StatelyReader } from '../model/stately-reader.js';
import { MessageRoom } from './websocket/partial-message.js';
import { flawOfHandshake, ReportingSocket } from './websocket/reporting-socket.js';

/** Receives the reports of other programs over WebSockets, as `createWebSocketInspector` of `@statelyai/inspect` sends them. */
export class ActorFeeds {
  readonly #model: InspectionModel;
  readonly #clock: Clock;
  readonly #room = new MessageRoom();
  readonly #open = new Set<ReportingSocket>();
  #count = 0;

  constructor(model: InspectionModel, clock: Clock) {
    this.#model = model;
    this.#clock = clock;
  }

  /** Accepts the connection of a program, or refuses it. */
  accept(request: HTTPServerRequest, response: HTTPServerResponse): void {
    const flaw =
      this.#open.size >= INSPECTION.maxTellers.value
        ? {
            status: 503,
            why: `Too many programs report already (limit ${String(INSPECTION.maxTellers.value)}).`,
          }
        : flawOfHandshake(request);
    if (flaw !== null) {
      response.status = flaw.status;
      if (flaw.status === 426) response.set('Upgrade', 'websocket').set('Sec-WebSocket-Version', '13');
      response.setContentType('text/plain; charset=utf-8');
      response.end(`${flaw.why}\n`);
      return;
    }
    const reader = new StatelyReader(this.#model, `p${String(++this.#count)}/`);
    const listener = {
      message: (data: Buffer) => {
        const message = parsed(data);
        if (message === undefined) this.#model.drop();
        else reader.read(message);
      },
      dropped: () => {
        this.#model.drop();
      },
      closed: () => {
        this.#open.delete(socket);
        reader.gone();
      },
    };
    const socket = ReportingSocket.accept(request, response, listener, {
      room: this.#room,
      clock: this.#clock,
    });
    this.#open.add(socket);
  }

  /** Tells the programs that the page goes. */
  close(): void {
    for (const socket of this.#open) socket.leave();
  }
}

function parsed(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
