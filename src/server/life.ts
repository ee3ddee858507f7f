import { SERVER_EVENTS, type ServerEvent } from '../../machines/server.events.js';
import { serverMachine } from '../../machines/server.machine.js';
import { Chart, nameOf, startChartActor, type ChartActor, type Implementation } from '../chart/index.js';
import { reportFault } from '../diagnostics.js';
import { InvalidStateError } from '../errors/index.js';
import type { Clock } from '../transport/index.js';
import { ConnectionRegistry, type LiveConnection } from './registry.js';
import type { DrainOptions, DrainReport } from './drain-report.js';
import { DrainRun, drainTimes } from './drain.js';

/** What differs between servers: how they stop accepting, and what else they have to end. */
export interface LivingServer<TConnection> {
  /** Closes every port; resolves when they are free. */
  stopAccepting(): Promise<void>;
  /** The server is full, and then it is not any more. */
  pauseAccepting(): void;
  resumeAccepting(): void;
  /** Everything ends now. */
  abandon(): void;
  /** The socket of a connection is closed. */
  connectionGone(connection: TConnection): void;
}

const chart = new Chart(serverMachine, SERVER_EVENTS);

/** What the names in the server chart do; one table for all servers, whatever they serve. */
const implementation: Implementation<ServerActions, ServerEvent> = {
  actions: {
    stopAccepting: (life) => {
      life.stopAccepting();
    },
    pauseAccepting: (life) => {
      life.pauseAccepting();
    },
    resumeAccepting: (life) => {
      life.resumeAccepting();
    },
    drainSessions: (life) => {
      life.drainSessions();
    },
    abortSessions: (life) => {
      life.abortSessions();
    },
  },
  services: {},
  transitioned: () => undefined,
  failed: (_life, error) => {
    reportFault('implementation', error);
  },
};

interface ServerActions {
  stopAccepting(): void;
  pauseAccepting(): void;
  resumeAccepting(): void;
  drainSessions(): void;
  abortSessions(): void;
}

/** The life of a server by its chart, with the register of its connections and its drain. */
export class ServerLife<TConnection extends LiveConnection> implements ServerActions {
  readonly actor: ChartActor;
  readonly registry: ConnectionRegistry<TConnection>;
  readonly #server: LivingServer<TConnection>;
  readonly #clock: Clock;
  #closed: Promise<void> = Promise.resolve();
  #drain: DrainRun<TConnection> | null = null;

  constructor(server: LivingServer<TConnection>, clock: Clock) {
    this.#server = server;
    this.#clock = clock;
    this.registry = new ConnectionRegistry({
      handedOver: (connection) => this.#drain?.handedOver(connection),
      gone: (connection) => {
        this.#server.connectionGone(connection);
        this.#drain?.gone(connection);
        if (this.#drain !== null) this.#checkGone();
      },
    });
    this.actor = startChartActor(chart, implementation, this as ServerActions);
  }

  /** The state with its sub-state: `listening.full`. */
  get stateName(): string {
    return nameOf(this.actor.getSnapshot() as never);
  }

  /** The state: `idle`, `listening`, `draining` or `stopped`. */
  get state(): string {
    return this.stateName.split('.', 1)[0] as string;
  }

  /** Whether that is the state. Asked for every connection: no name is the beginning of another. */
  is(state: 'idle' | 'listening' | 'draining' | 'stopped'): boolean {
    return this.stateName.startsWith(state);
  }

  send(type: ServerEvent['type']): void {
    this.actor.send({ type });
  }

  /** Sends a command. @throws InvalidStateError when it is illegal in the present state. */
  command(call: string, type: ServerEvent['type']): void {
    this.permit(call, type);
    this.send(type);
  }

  /** @throws InvalidStateError when an event is illegal in the present state. */
  permit(call: string, type: ServerEvent['type']): void {
    if (!chart.permits(this.actor.getSnapshot() as never, type))
      throw new InvalidStateError(call, this.state);
  }

  /** A connection that was registered is being served: a drain in progress asks it to come to its end as well. */
  joined(connection: TConnection): void {
    if (this.registry.live.has(connection)) this.#drain?.add(connection);
  }

  /** See `HTTPServer.drain`. */
  async drain(options: DrainOptions): Promise<DrainReport> {
    const times = drainTimes(options);
    if (this.#drain === null) {
      this.#drain = new DrainRun(this.registry, this.#clock, times, () => {
        void this.stop();
      });
      this.send('server.drain');
      this.#checkGone();
    }
    const result = await this.#drain.report;
    await this.#closed;
    this.#drain = null;
    return result;
  }

  /** See `HTTPServer.stop`. */
  async stop(): Promise<void> {
    this.send('server.stop');
    this.#checkGone();
    await this.#closed;
  }

  #checkGone(): void {
    if (this.registry.live.size > 0) return;
    if (this.is('draining')) this.send('sessions.gone');
    if (this.is('stopped')) this.#drain?.finish();
  }

  stopAccepting(): void {
    this.#closed = this.#server.stopAccepting();
    // Handshakes in progress may end in a request, and a drain waits for requests.
    void this.#closed
      .then(() => this.#drain?.report)
      .then(() => {
        this.#server.abandon();
      });
  }

  pauseAccepting(): void {
    this.#server.pauseAccepting();
  }

  resumeAccepting(): void {
    this.#server.resumeAccepting();
  }

  drainSessions(): void {
    this.#drain?.begin();
  }

  abortSessions(): void {
    this.#drain?.aborting();
    this.#server.abandon();
    for (const connection of [...this.registry.live]) this.registry.abort(connection);
  }
}
