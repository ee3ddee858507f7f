import { once } from 'node:events';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';

import { HTTPSessionError } from '../../../src/errors/index.js';
import { HTTPServer } from '../../../src/server/index.js';
import type { HTTPServerRequest, HTTPServerResponse, HTTPServerSession } from '../../../src/session/index.js';
import { createMemoryPair, VirtualClock } from '../../../src/transport/index.js';
import { faultsOf } from '../http/faults.js';
import { certificate } from '../transport/sockets.js';
import { Far, settledInKernel, settledInMemory, type Settle } from './far.js';
import type { HandlerState } from './handler-states.js';

/** What connections of a server run over. */
export type ServerLine = 'memory' | 'TCP' | 'TLS';

/** How the handler ends, once it is where its state wants it. */
export type Ending = 'throws' | 'rejects' | 'waits';

/** What a handler throws. */
export const OWN = new Error('thrown by the handler');

/** One connection of a server, whose handler is in a state. */
export class HandlerStage {
  readonly clock = new VirtualClock(1_700_000_000_000);
  readonly settle: Settle;
  readonly server: HTTPServer;
  readonly #state: HandlerState;
  readonly #ending: Ending;
  far!: Far;
  session!: HTTPServerSession;
  #request: HTTPServerRequest | null = null;
  #reason: unknown = null;
  #isThere = false;

  private constructor(line: ServerLine, state: HandlerState, ending: Ending) {
    this.settle = line === 'memory' ? settledInMemory : settledInKernel;
    this.#state = state;
    this.#ending = ending;
    this.server = new HTTPServer((request, response) => this.#handle(request, response), {
      clock: this.clock,
    });
  }

  /** A server with one connection, on which the request of a state has arrived. */
  static async open(line: ServerLine, state: HandlerState, ending: Ending): Promise<HandlerStage> {
    const stage = new HandlerStage(line, state, ending);
    stage.far = new Far(await stage.#connect(line), stage.settle);
    await stage.settle(() => stage.server.sessions.size > 0);
    [stage.session] = stage.server.sessions as Iterable<HTTPServerSession> as unknown as [HTTPServerSession];
    await stage.far.send(state.request);
    await stage.settle(() => stage.#isThere);
    return stage;
  }

  async #connect(line: ServerLine): Promise<Duplex> {
    if (line === 'memory') {
      const pair = createMemoryPair({ clock: this.clock });
      this.server.serve(pair.server);
      return pair.client;
    }
    await this.server.listen(
      line === 'TCP' ? { port: 0, host: '127.0.0.1' } : { port: 0, host: '127.0.0.1', tls: certificate },
    );
    const { port } = this.server.address as { port: number };
    const socket = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
    await once(socket, 'connect');
    if (line === 'TCP') return socket;
    const secure = tls.connect({ socket, ca: certificate.cert, checkServerIdentity: () => undefined });
    await once(secure, 'secureConnect');
    return secure;
  }

  #handle(request: HTTPServerRequest, response: HTTPServerResponse): void | Promise<void> {
    this.#request = request;
    request.signal.addEventListener('abort', () => {
      this.#reason = request.signal.reason;
    });
    const arrival = this.#state.enter(request, response);
    this.#isThere = true;
    if (this.#ending === 'throws') {
      Promise.resolve(arrival).catch(() => undefined);
      throw OWN;
    }
    if (this.#ending === 'rejects') {
      return Promise.resolve(arrival).then(() => {
        throw OWN;
      });
    }
    return Promise.resolve(arrival).then(
      () =>
        new Promise<void>((resolve) =>
          request.signal.addEventListener('abort', () => {
            resolve();
          }),
        ),
    );
  }

  /** What has become of it, in the columns of the table. */
  outcome(): Readonly<Record<string, string>> {
    const reason = this.#reason;
    const statuses = [...this.far.text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
    const { testimony, code = '' } = (
      reason instanceof HTTPSessionError ? reason : {}
    ) as Partial<HTTPSessionError>;
    return {
      answers: statuses.join(', ') || '-',
      reported:
        faultsOf(this.session)
          .map(({ where }) => where)
          .join(', ') || '-',
      signal:
        reason === null ? '-' : `${code.replace('ERR_HTTP_SESSION_', '')} ${String(testimony?.endedBy)}`,
      request:
        reason === null
          ? '-'
          : `${String(testimony?.request?.number)}: ${String(testimony?.request?.target)}`,
      then: this.session.state,
      connection: this.far.end,
    };
  }

  /** Whether the handler was called. */
  get isCalled(): boolean {
    return this.#request !== null;
  }

  async close(): Promise<void> {
    this.session.dispose();
    this.far.socket.destroy();
    await this.server.stop();
  }
}
