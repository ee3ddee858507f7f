import http, { type RequestListener, type Server } from 'node:http';

import { onSessions, type ServerOnSessions } from '../../../src/adapters/node/index.js';
import type { HTTPServerParams } from '../../../src/server/index.js';
import type { HTTPServerSession } from '../../../src/session/index.js';
import { createMemoryPair, VirtualClock } from '../../../src/transport/index.js';
import { FarEnd } from '../http/far-end.js';
import { settled } from '../transport/sockets.js';

/** One connection to a server of node:http on sessions, over memory and in virtual time; the far end is a raw client. */
export class ListenerServed extends FarEnd {
  readonly clock: VirtualClock;
  readonly server: ServerOnSessions<Server>;
  readonly session: HTTPServerSession;

  constructor(listener: RequestListener, params: HTTPServerParams = {}) {
    const clock = new VirtualClock(1_700_000_000_000);
    const pair = createMemoryPair({ clock });
    super(pair.client);
    this.clock = clock;
    this.server = onSessions(http.createServer(listener), { clock, ...params });
    this.session = this.server.sessions.serve(pair.server);
  }

  override async send(data: string | Uint8Array): Promise<this> {
    await super.send(data);
    return this.#streamed();
  }

  override async fin(): Promise<this> {
    await super.fin();
    return this.#streamed();
  }

  /** Streams of node:http take a few turns of the event loop. */
  async #streamed(): Promise<this> {
    for (let turn = 0; turn < 3; turn++) await settled();
    return this;
  }

  /** Lets time pass, and everything happen that this causes. */
  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await settled();
  }
}
