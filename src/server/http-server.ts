import { SERVER_EVENTS, serverMachine, type ServerEvent } from '../../machines/index.js';
import { Chart, nameOf, startChartActor, type ChartActor, type Implementation } from '../chart/index.js';
import { TIMEOUTS } from '../constants.js';
import { reportFault } from '../diagnostics.js';
import { AbortedError, InvalidStateError } from '../errors/index.js';
import { checkTimeout } from '../session/address.js';
import { HTTPServerSession, type RequestHandler } from '../session/index.js';
import {
  Deadline,
  deadlinesOf,
  Listener,
  systemClock,
  type Clock,
  type ListenTarget,
  type SocketAddress,
  type Transport,
} from '../transport/index.js';
import type { DrainOptions, DrainReport, HTTPServerParams } from './server-params.js';

const LOOPBACK = '127.0.0.1';

const serverChart = new Chart(serverMachine, SERVER_EVENTS);

const implementation: Implementation<HTTPServer, ServerEvent> = {
  actions: {
    stopAccepting: (server) => {
      server.stopAccepting();
    },
    drainSessions: (server) => {
      server.drainSessions();
    },
    abortSessions: (server) => {
      server.abortSessions();
    },
  },
  services: {},
  transitioned: () => undefined,
  failed: (_server, error) => {
    reportFault('implementation', error);
  },
};

/**
 * A server: accepts connections and serves each as a session. POCO: `HTTPServer`.
 *
 * Its life is the server chart: idle, listening, draining, stopped; a stopped server may listen again.
 */
export class HTTPServer implements AsyncDisposable {
  readonly #handler: RequestHandler;
  readonly #params: HTTPServerParams;
  readonly #clock: Clock;
  readonly #actor: ChartActor;
  readonly #sessions = new Set<HTTPServerSession>();
  #listener: Listener | null = null;
  /** Counts attempts to listen, and their ends: what an earlier one brings about is of no interest any more. */
  #attempt = 0;
  #listenerClosed: Promise<void> = Promise.resolve();
  #drain: Drain | null = null;

  /** @throws TypeError, RangeError for malformed parameters. */
  constructor(handler: RequestHandler, params: HTTPServerParams = {}) {
    if (typeof handler !== 'function') throw new TypeError('a server needs a handler function');
    // Malformed parameters are to fail here, not with the first connection.
    new HTTPServerSession(null, params).dispose();
    this.#handler = handler;
    this.#params = params;
    this.#clock = params.clock ?? systemClock;
    this.#actor = startChartActor(serverChart, implementation, this);
  }

  /** The state of the server: `idle`, `listening`, `draining` or `stopped`. */
  get state(): string {
    return nameOf(this.#actor.getSnapshot() as never);
  }

  /** The XState actor of the server. Treat it as read-only. */
  get actor(): ChartActor {
    return this.#actor;
  }

  /** The live sessions. */
  get sessions(): ReadonlySet<HTTPServerSession> {
    return this.#sessions;
  }

  /** Where the server listens; a path for Unix domain sockets, `null` when it does not. POCO: `port`. */
  get address(): SocketAddress | string | null {
    return this.#listener?.address ?? null;
  }

  /**
   * Listens on a TCP port (0 picks a free one) or a Unix domain socket; resolves with the address. POCO: `start`.
   *
   * @throws InvalidStateError when listening already; AbortedError when stopped meanwhile; the system's error when the
   * address cannot be used.
   */
  async listen(target: ListenTarget = { port: 0 }): Promise<SocketAddress> {
    if (!serverChart.permits(this.#actor.getSnapshot() as never, 'server.listen')) {
      throw new InvalidStateError('listen()', this.state);
    }
    this.#send('server.listen');
    const attempt = ++this.#attempt;
    const listener = await this.#open(target, attempt);
    if (attempt !== this.#attempt) {
      await listener.close();
      throw new AbortedError('the server was stopped while the port was being opened');
    }
    this.#listener = listener;
    const { address } = listener;
    return typeof address === 'object' && address !== null
      ? address
      : { address: address ?? '', family: 'unix', port: 0 };
  }

  async #open(target: ListenTarget, attempt: number): Promise<Listener> {
    const failed = (): void => {
      if (attempt === this.#attempt) this.#send('listener.failed');
    };
    try {
      return await Listener.open('path' in target ? target : { ...target, host: target.host ?? LOOPBACK }, {
        accepted: (transport) => {
          // A connection that was made while a stop was on its way has nobody to answer it.
          if (attempt === this.#attempt) this.serve(transport);
          else transport.destroy();
        },
        failed,
      });
    } catch (error) {
      failed();
      throw error;
    }
  }

  /** Serves a connection as one of this server's sessions, wherever it comes from. */
  serve(connection: Transport | ConstructorParameters<typeof HTTPServerSession>[0]): HTTPServerSession {
    const session = new RegisteredSession(this, connection, this.#params);
    session.serve(this.#handler);
    this.#sessions.add(session);
    if (this.#drain !== null) session.drain();
    return session;
  }

  /**
   * Stops accepting and lets every session finish: idle connections close, active ones answer the request in
   * progress with `Connection: close`. Resolves when the last one is gone. POCO: `stop`.
   *
   * @throws RangeError for a malformed deadline; nothing has changed then.
   */
  async drain(options: DrainOptions = {}): Promise<DrainReport> {
    if (this.#drain === null) {
      const timeout = checkTimeout(options.deadline ?? TIMEOUTS.drainTimeout.value, 'a deadline');
      this.#drain = new Drain();
      this.#send('server.drain');
      const deadline = new Deadline<HTTPServer>(deadlinesOf(this.#clock), this, abortLeftOvers);
      deadline.arm(timeout);
      void this.#drain.report.then(() => {
        deadline.disarm();
      });
      this.#checkGone();
    }
    const { report } = this.#drain;
    const result = await report;
    await this.#listenerClosed;
    this.#drain = null;
    return result;
  }

  /** Stops at once: what is in progress is aborted. POCO: `stopAll(true)`. */
  async stop(): Promise<void> {
    this.#send('server.stop');
    this.#checkGone();
    await this.#listenerClosed;
  }

  /** Drains. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
  }

  #send(type: ServerEvent['type']): void {
    this.#actor.send({ type });
  }

  #checkGone(): void {
    if (this.#sessions.size > 0) return;
    if (this.state === 'draining') this.#send('sessions.gone');
    if (this.state === 'stopped') this.#drain?.finish();
  }

  /** @internal */
  sessionLeft(session: HTTPServerSession): void {
    if (!this.#sessions.delete(session)) return;
    this.#drain?.count();
    if (this.#drain !== null) this.#checkGone();
  }

  /** @internal */
  stopAccepting(): void {
    this.#attempt++;
    if (this.#listener === null) return;
    this.#listenerClosed = this.#listener.close();
    this.#listener = null;
  }

  /** @internal */
  drainSessions(): void {
    for (const session of [...this.#sessions]) session.drain();
  }

  /** @internal */
  abortSessions(): void {
    this.#drain?.aborting();
    for (const session of [...this.#sessions]) session.abort();
  }
}

function abortLeftOvers(server: HTTPServer): void {
  void server.stop();
}

/** A session that tells its server when it has left the connected states. */
class RegisteredSession extends HTTPServerSession {
  readonly #server: HTTPServer;

  constructor(
    server: HTTPServer,
    connection: ConstructorParameters<typeof HTTPServerSession>[0],
    params: HTTPServerParams,
  ) {
    super(null, params);
    this.#server = server;
    if (connection !== undefined && connection !== null) this.attach(connection);
  }

  override left(): void {
    this.#server.sessionLeft(this);
  }
}

/** One drain in progress: what it waits for, and what it will report. */
class Drain {
  readonly report: Promise<DrainReport>;
  #resolve!: (report: DrainReport) => void;
  #finished = 0;
  #aborted = 0;
  #isAborting = false;

  constructor() {
    this.report = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  aborting(): void {
    this.#isAborting = true;
  }

  count(): void {
    if (this.#isAborting) this.#aborted++;
    else this.#finished++;
  }

  finish(): void {
    this.#resolve({ finished: this.#finished, aborted: this.#aborted });
  }
}
