import type { ServerEvent, ServerTag } from '../../machines/server.events.js';
import type { ServerState } from '../../machines/server.states.js';
import { SERVER_TABLE } from '../../machines/server.table.js';
import {
  Chart,
  guardedActor,
  OwnedWalk,
  type ChartActor,
  type ChartEdge,
  type Implementation,
} from '../chart/index.js';
import { reportFault } from '../diagnostics.js';
import { InvalidStateError } from '../errors/index.js';
import type { Clock } from '../transport/index.js';
import type { DrainOptions, DrainReport } from './drain-report.js';
import { drainReason, DrainRun, drainTimes, refuseEarlyDeadline, type DrainTimes } from './drain.js';
import { ConnectionRegistry, type LiveConnection } from './registry.js';

/** What a server shows of its state: that of its chart without the sub-states. */
export type ServerPhase = TopOf<ServerState>;

type TopOf<TName extends string> = TName extends `${infer Top}.${string}` ? Top : TName;

/** What differs between servers: how they stop accepting, and what else they must end. */
export interface LivingServer<TConnection> {
  /** Closes every port; resolves when the ports are free. */
  stopAccepting(): Promise<void>;
  /** The server is full. */
  pauseAccepting?(): void;
  /** The server is no longer full. */
  resumeAccepting?(): void;
  /** Ends what a drain does not wait for, such as handshakes in progress. */
  abandon?(): void;
  /** Aborts connections that are no sessions yet. */
  abortPending?(): void;
  /** The socket of a connection is closed. */
  connectionGone?(connection: TConnection): void;
}

const chart = new Chart(SERVER_TABLE);

/** What the names in the server chart do: one table for all servers. */
const implementation: Implementation<ServerLife, ServerEvent> = {
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
    closeIdleSessions: (life) => {
      life.closeIdleSessions();
    },
    abortSessions: (life) => {
      life.abortSessions();
    },
  },
  services: {},
  transitioned: (life, edge) => {
    life.transitioned(edge);
  },
  failed: (_life, error) => {
    reportFault('implementation', error);
  },
};

/** Runs the server chart, with the registry of connections and the drain. */
export class ServerLife<TConnection extends LiveConnection = LiveConnection> {
  readonly registry: ConnectionRegistry<TConnection>;
  readonly #server: LivingServer<TConnection>;
  readonly #clock: Clock;
  readonly #walk: OwnedWalk<ServerLife, ServerEvent>;
  #closed: Promise<void> = Promise.resolve();
  #drain: DrainRun<TConnection> | null = null;
  /** Made when the signal is first asked for; one for each time that the server serves. */
  #drainController: AbortController | null = null;

  constructor(server: LivingServer<TConnection>, clock: Clock) {
    this.#server = server;
    this.#clock = clock;
    this.registry = new ConnectionRegistry({
      handedOver: (connection) => {
        if (this.is('ending')) this.#drain?.handedOver(connection);
      },
      gone: (connection) => {
        this.#server.connectionGone?.(connection);
        this.#drain?.gone(connection);
        this.#checkGone();
      },
    });
    this.#walk = new OwnedWalk(chart, implementation, this as unknown as ServerLife);
  }

  /** The XState actor of the server. */
  get actor(): ChartActor {
    return guardedActor(this.#walk.actor);
  }

  /** The state, without its sub-state: `idle`, `listening`, `draining` or `stopped`. */
  get state(): ServerPhase {
    return this.#walk.node.name.split('.', 1)[0] as ServerPhase;
  }

  /** Whether the state has a tag. */
  is(tag: ServerTag): boolean {
    return this.#walk.is(tag);
  }

  send(type: ServerEvent['type']): void {
    this.#walk.send({ type });
  }

  /** Sends a command. @throws InvalidStateError when it is illegal in the present state. */
  command(call: string, type: ServerEvent['type']): void {
    this.permit(call, type);
    this.send(type);
  }

  /** @throws InvalidStateError when an event is illegal in the present state. */
  permit(call: string, type: ServerEvent['type']): void {
    if (!this.#walk.permits(type)) throw new InvalidStateError(call, this.state);
  }

  /** Asks a registered connection to end if a drain is in progress. */
  joined(connection: TConnection): void {
    if (this.registry.live.has(connection)) this.#drain?.add(connection);
  }

  /** See `HTTPServer.drainSignal`. */
  get drainSignal(): AbortSignal {
    if (this.#drainController === null) {
      this.#drainController = new AbortController();
      if (this.is('ending')) this.#drainController.abort(drainReason());
    }
    return this.#drainController.signal;
  }

  /** See `HTTPServer.drain`. */
  async drain(options: DrainOptions): Promise<DrainReport> {
    const times = drainTimes(options);
    refuseEarlyDeadline(times);
    const { report } = this.#drain ?? this.#begin(times);
    const result = await report;
    await this.#closed;
    return result;
  }

  #begin(times: DrainTimes): DrainRun<TConnection> {
    const drain = new DrainRun(this, this.#clock, times);
    this.#drain = drain;
    this.send('server.drain');
    if (times.after === undefined) this.send('drain.confirmed');
    else {
      void times.after.then(() => {
        // Another drain may have begun meanwhile.
        if (this.#drain === drain) this.send('drain.confirmed');
      });
    }
    this.#checkGone();
    return drain;
  }

  /** See `HTTPServer.stop`. */
  async stop(): Promise<void> {
    this.send('server.stop');
    await this.#closed;
  }

  /** A TLS handshake is over without a connection. */
  handshakesChanged(): void {
    this.#checkGone();
  }

  /** A handshake may bring a request that is on its way, like a connection without one: for the grace, it counts. */
  #checkGone(awaitsHandshakes = this.is('reading') || !this.is('ending')): void {
    if (this.#drain === null || this.registry.live.size > 0) return;
    if (awaitsHandshakes && this.registry.handshakes.size > 0) return;
    if (this.is('serving')) this.send('sessions.gone');
    else this.#finish();
  }

  #finish(): void {
    this.#drain?.finish();
    this.#drain = null;
  }

  // ---- what the chart does -------------------------------------------------------------------------------------------

  stopAccepting(): void {
    this.#closed = this.#server.stopAccepting();
    // A handshake in progress may bring a request, and a drain waits for requests.
    void this.#closed
      .then(() => this.#drain?.report)
      .then(() => {
        this.#server.abandon?.();
      });
  }

  pauseAccepting(): void {
    this.#server.pauseAccepting?.();
  }

  resumeAccepting(): void {
    this.#server.resumeAccepting?.();
  }

  drainSessions(): void {
    this.#drain?.askAll();
  }

  closeIdleSessions(): void {
    this.#drain?.endAll();
    this.#checkGone(false);
  }

  abortSessions(): void {
    this.#drain?.abortAll();
    this.#server.abandon?.();
    this.#server.abortPending?.();
    for (const connection of [...this.registry.live]) this.registry.abort(connection);
  }

  transitioned(edge: ChartEdge): void {
    const wasEnding = edge.source.tags.has('ending');
    if (edge.target.tags.has('ending') !== wasEnding) {
      if (wasEnding) this.#drainController = null;
      else this.#drainController?.abort(drainReason());
    }
    this.#drain?.transitioned(edge);
    if (!edge.target.tags.has('serving') && this.registry.live.size === 0) this.#finish();
  }
}
