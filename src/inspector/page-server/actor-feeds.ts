import { parsedWithin } from '../model/bounded-json.js';
import { INSPECTION } from '../model/inspection-limits.js';
import type { HTTPServerRequest, HTTPServerResponse } from '../../session/index.js';
import type { Clock } from '../../transport/index.js';
import type { InspectionModel } from '../model/inspection-model.js';
import type { Loss } from '../model/shapes.js';
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
        const message = parsedWithin(data.toString('utf8'));
        if (message === undefined) this.#model.drop('unreadable');
        else reader.read(message);
      },
      dropped: (why: Loss) => {
        this.#model.drop(why);
      },
      closed: () => {
        this.#open.delete(socket);
        leave(reader);
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

/** How many actors end at once with their program, before other work gets its turn. */
const ENDED_AT_ONCE = 1_000;

function leave(reader: StatelyReader): void {
  if (reader.gone(ENDED_AT_ONCE)) setImmediate(leave, reader);
}
