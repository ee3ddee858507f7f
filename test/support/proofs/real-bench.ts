import { once } from 'node:events';
import net from 'node:net';
import { setImmediate as nextLoopTurn } from 'node:timers/promises';

import { transitions, type TransitionMessage } from '../../../src/diagnostics.js';
import { HTTPServer, type DrainOptions, type HTTPServerParams } from '../../../src/server/index.js';
import type { HTTPServerSession } from '../../../src/session/index.js';
import { CEILINGS, isDrainTimer, type ServerTimerName } from '../generate/timer-facts.js';
import { SERVER_TIMERS } from '../generate/timers.js';
import { until } from '../transport/until.js';
import { SCENARIOS, ScenarioHandler, type Bench } from './timer-scenarios.js';

const PIECE = 65_536;
/** More than the kernels of both sides hold. */
const AT_ONCE = 512;

/** A connection over TCP on the loopback, in real time. */
export class RealBench implements Bench, AsyncDisposable {
  readonly server: HTTPServer;
  readonly #scenarios = new ScenarioHandler(PIECE, AT_ONCE);
  readonly #drain: DrainOptions;
  readonly #reads: boolean;
  /** When the server accepted the connection, in milliseconds of `performance.now()`. */
  acceptedAt = 0;
  session!: HTTPServerSession;
  socket!: net.Socket;
  /** What the client has received, as latin1 text. */
  text = '';
  isReset = false;
  /** The connection is over for the client. */
  isOver = false;

  /** One timer is set, and all others are off. */
  private constructor(name: ServerTimerName, value: number, params: HTTPServerParams) {
    const others = SERVER_TIMERS.filter((other) => !isDrainTimer(other) && !CEILINGS.includes(other));
    const timers = {
      ...Object.fromEntries(others.map((other) => [other, 0])),
      ...(isDrainTimer(name) ? {} : { [name]: value }),
    };
    this.server = new HTTPServer(this.#scenarios.handle, { timers, maxQueuedOutput: 0, ...params });
    this.#drain = name === 'grace' ? { grace: value, deadline: 0 } : { grace: 0, deadline: value };
    this.#reads = SCENARIOS[name].isStalled !== true;
  }

  /** A server with one timer set, and a client that has connected to it. */
  static async connected(
    name: ServerTimerName,
    value: number,
    params: HTTPServerParams = {},
  ): Promise<RealBench> {
    const bench = new RealBench(name, value, params);
    const { port } = await bench.server.listen();
    const accepted = (message: unknown): void => {
      const { role, event } = message as TransitionMessage;
      if (role === 'server' && event === 'socket.attach') bench.acceptedAt = performance.now();
    };
    transitions.subscribe(accepted);
    bench.socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    bench.#watch();
    await until(() => bench.server.sessions.size > 0);
    transitions.unsubscribe(accepted);
    bench.session = [...bench.server.sessions][0] as HTTPServerSession;
    return bench;
  }

  #watch(): void {
    const { socket } = this;
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.isReset ||= error.code === 'ECONNRESET';
    });
    for (const event of ['end', 'close'] as const) {
      socket.on(event, () => {
        this.isOver = true;
      });
    }
    if (this.#reads) this.read();
  }

  /** Sends, and waits until the server has it. */
  async send(data: string): Promise<void> {
    const { core } = this.session;
    const bytesIn = core.bytesIn + data.length;
    this.socket.write(data, 'latin1');
    await until(() => core.bytesIn >= bytesIn || this.isOver);
  }

  async takePiece(): Promise<void> {
    this.text += (this.socket.read() as Buffer | null)?.toString('latin1') ?? '';
    await nextLoopTurn();
  }

  read(): void {
    this.socket.on('data', (chunk: Buffer) => {
      this.text += chunk.toString('latin1');
    });
  }

  async fin(): Promise<void> {
    this.socket.end();
    await once(this.socket, 'close');
  }

  answer(): Promise<void> {
    return this.#scenarios.answer();
  }

  drain(): void {
    void this.server.drain(this.#drain);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await this.server.stop();
  }
}
