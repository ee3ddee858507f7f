import { HTTPServer } from '../../../src/server/index.js';
import type { HTTPServerSession, RequestHandler } from '../../../src/session/index.js';
import { createMemoryPair, VirtualClock, type MemorySocket } from '../../../src/transport/index.js';
import { faultsOf } from '../../support/http/faults.js';
import { settled } from '../../support/transport/sockets.js';

/** One connection to our server: what was sent to it, and what the server made of that. */
class Run {
  readonly #socket: MemorySocket;
  readonly #session: HTTPServerSession;
  /** Requests that were read to their end. */
  readonly #requests: string[] = [];
  #text = '';
  #isEnded = false;
  #beforeFin: readonly string[] = [];

  constructor(server: HTTPServer, clock: VirtualClock, runs: Map<number, Run>) {
    const pair = createMemoryPair({ clock });
    runs.set(pair.client.localPort, this);
    this.#socket = pair.client;
    this.#socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1');
    });
    this.#socket.on('end', () => {
      this.#isEnded = true;
    });
    // Whoever sends more after it has asked for the end is reset.
    this.#socket.on('error', () => undefined);
    this.#session = server.serve(pair.server);
  }

  read(method: string, target: string, body: string): void {
    this.#requests.push(`${method} ${target}${body === '' ? '' : ` ${JSON.stringify(body)}`}`);
  }

  send(bytes: Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  fin(): void {
    this.#beforeFin = this.#events();
    if (!this.#socket.destroyed) this.#socket.fin();
  }

  /** The statuses of all responses, and the end of the connection. */
  #events(): string[] {
    // A server may leave 100 Continue out when content is there already, and so it depends on the segments.
    const statuses = [...this.#text.matchAll(/^HTTP\/1\.1 (?!100)(\d{3}) /gm)].map(
      ([, status]) => status as string,
    );
    return this.#isEnded ? [...statuses, 'close'] : statuses;
  }

  /** All that happened, in one line; `FIN` is that of the client. */
  get log(): string {
    const later = this.#events().slice(this.#beforeFin.length);
    const faults = faultsOf(this.#session).map(({ error }) => `fault ${String(error)}`);
    const end = this.#session.matches('connected') ? ['not closed'] : [];
    return [...this.#requests, ...this.#beforeFin, 'FIN', ...later, ...end, ...faults].join(', ');
  }
}

/** Our server, over memory and in virtual time. */
export class Bed {
  readonly #clock = new VirtualClock(1_700_000_000_000);
  readonly #runs = new Map<number, Run>();
  readonly #server: HTTPServer;

  constructor() {
    const handler: RequestHandler = async (request, response) => {
      const run = this.#runs.get(request.clientAddress()?.port ?? 0) as Run;
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece);
      run.read(request.method, request.uri, Buffer.concat(pieces).toString('latin1'));
      // No tunnels here; any 2xx would be one.
      if (request.method === 'CONNECT') response.status = 405;
      response.end('ok\n');
    };
    this.#server = new HTTPServer(handler, { clock: this.#clock });
  }

  /** Makes a connection for each input, sends its segments one after another, and gives the logs in order. */
  async logs(inputs: readonly (readonly Buffer[])[]): Promise<string[]> {
    const runs = inputs.map(() => new Run(this.#server, this.#clock, this.#runs));
    const turns = Math.max(...inputs.map((segments) => segments.length));
    for (let turn = 0; turn < turns; turn++) {
      for (const [index, run] of runs.entries()) {
        const segment = inputs[index]?.[turn];
        if (segment !== undefined) run.send(segment);
      }
      await settled();
    }
    for (const run of runs) run.fin();
    await settled();
    this.#runs.clear();
    return runs.map(({ log }) => log);
  }
}
