import { HTTPServer, type HTTPServerParams } from '../../../src/server/index.js';
import type { HTTPServerResponse, RequestHandler } from '../../../src/session/index.js';
import { createMemoryPair, VirtualClock } from '../../../src/transport/index.js';
import { FarEnd } from '../http/far-end.js';

/** A server that listens, with connections over memory. */
export class Draining {
  readonly clock = new VirtualClock(1_700_000_000_000);
  readonly server: HTTPServer;

  constructor(handler: RequestHandler, params: HTTPServerParams = {}) {
    this.server = new HTTPServer(handler, { clock: this.clock, ...params });
  }

  static async listening(handler: RequestHandler): Promise<Draining> {
    const draining = new Draining(handler);
    await draining.server.listen();
    return draining;
  }

  /** A connection that has sent something. */
  async connection(request = ''): Promise<FarEnd> {
    const pair = createMemoryPair();
    this.server.serve(pair.server);
    return new FarEnd(pair.client).send(request);
  }
}

/** A handler whose answers the test gives. */
export function held(): { readonly handler: RequestHandler; readonly responses: HTTPServerResponse[] } {
  const responses: HTTPServerResponse[] = [];
  return {
    responses,
    handler: (_request, response) => {
      responses.push(response);
    },
  };
}
