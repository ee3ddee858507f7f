import type { Duplex } from 'node:stream';

import type { TunnelAction, TunnelEvent, TunnelTag } from '../../../machines/client/tunnel.events.js';
import { tunnelMachine } from '../../../machines/client/tunnel.machine.js';
import type { TunnelState } from '../../../machines/client/tunnel.states.js';
import { TUNNEL_TABLE } from '../../../machines/client/tunnel.table.js';
import { bindMachine } from '../../chart/actors.js';
import { Chart, OwnedWalk, type ChartActor, type Implementation } from '../../chart/index.js';
import { reportFault } from '../../diagnostics.js';
import { InvalidStateError, type HTTPSessionError } from '../../errors/index.js';
import { MessageHeader } from '../../protocol/index.js';
import {
  HTTPClientSession,
  HTTPSClientSession,
  quietly,
  testify,
  type HTTPClientResponse,
  type HTTPClientSessionOptions,
} from '../../session/index.js';
import { Deadline, deadlinesOf, type TLSOptions } from '../../transport/index.js';
import type { Opening } from '../pool/session-opener.js';
import { normalizedHost } from './no-proxy.js';
import { answerChallenge } from '../credentials/answer-challenge.js';
import { ProxyAuthentication } from './proxy-authentication.js';
import type { ProxyRoute } from './proxy-route.js';
import { portOf } from '../pool/request-target.js';
import { authority } from './proxy-server.js';
import { tunnelFailure, tunnelRefusal, tunnelTimeout, type TunnelPlace } from './tunnel-errors.js';
import type { TunnelOptions, TunnelTarget } from './tunnel-options.js';

const chart = new Chart(TUNNEL_TABLE);
bindMachine(chart, tunnelMachine);

const implementation: Implementation<Tunnel, TunnelEvent> = {
  actions: {
    dialProxy: (tunnel) => {
      tunnel.dialProxy();
    },
    secureProxy: (tunnel) => {
      tunnel.secureProxy();
    },
    sendConnect: (tunnel) => {
      tunnel.sendConnect();
    },
    enterTunnel: (tunnel) => {
      tunnel.enterTunnel();
    },
    secureOrigin: (tunnel) => {
      tunnel.secureOrigin();
    },
    handOver: (tunnel) => {
      tunnel.handOver();
    },
    reportFailure: (tunnel) => {
      tunnel.reportFailure();
    },
    reportTimeout: (tunnel) => {
      tunnel.reportTimeout();
    },
    dropConnection: (tunnel) => {
      tunnel.dropConnection();
    },
  } satisfies Record<TunnelAction, (tunnel: Tunnel) => void>,
  services: {},
  transitioned: () => undefined,
  failed: (tunnel, error) => {
    reportFault('implementation', error);
    tunnel.fail(error);
  },
};

/** The answer to a challenge is read away up to here; after a longer one another connection is opened. */
const MAX_CHALLENGE_BYTES = 65_536;

/** One deadline limits the whole tunnel, so the sessions of its stages have none of their own. */
const UNLIMITED = {
  connectTimeout: 0,
  sendTimeout: 0,
  receiveTimeout: 0,
  headTimeout: 0,
  keepAliveTimeout: 0,
};

/** Opens one session through a proxy. Walks the tunnel chart; each stage is a session over the socket of the one before. */
export class Tunnel {
  readonly #route: ProxyRoute;
  readonly #target: TunnelTarget;
  readonly #options: TunnelOptions;
  readonly #opening: Opening;
  readonly #host: string;
  readonly #port: number;
  readonly #authentication: ProxyAuthentication;
  readonly #walk: OwnedWalk<Tunnel, TunnelEvent>;
  readonly #deadline: Deadline<Tunnel>;
  /** The session of the stage in progress. */
  #session: HTTPClientSession | null = null;
  /** The socket between two stages, and below the TLS of one. */
  #socket: Duplex | null = null;
  /** Bytes that came behind the answer to CONNECT. */
  #head: Buffer = Buffer.alloc(0);
  #failure: unknown = null;
  #refusal: HTTPClientResponse | null = null;

  constructor(route: ProxyRoute, target: TunnelTarget, options: TunnelOptions, opening: Opening) {
    this.#route = route;
    this.#target = target;
    this.#options = options;
    this.#opening = opening;
    this.#host = normalizedHost(target.url.hostname);
    this.#port = portOf(target.url);
    const request = { method: 'CONNECT', uri: this.#authority };
    this.#authentication = new ProxyAuthentication(
      route.server(),
      request,
      options.answer ?? answerChallenge,
    );
    this.#walk = new OwnedWalk<Tunnel, TunnelEvent>(chart, implementation, this);
    this.#deadline = new Deadline<Tunnel>(deadlinesOf(options.clock), this, (tunnel) => {
      tunnel.#send('deadline.expired');
    });
    this.#deadline.arm(opening.connectTimeout);
    this.dialProxy();
  }

  /** The state in the tunnel chart, dotted. */
  get state(): TunnelState {
    return this.#walk.node.name as TunnelState;
  }

  is(tag: TunnelTag): boolean {
    return this.#walk.is(tag);
  }

  /** The XState actor, for inspectors. */
  get actor(): ChartActor {
    return this.#walk.actor;
  }

  /** Gives up; no socket is left, and the opening hears nothing any more. */
  cancel(): void {
    this.#send('tunnel.cancel');
  }

  // ---- the stages ----------------------------------------------------------------------------------------------------

  /** @internal */
  dialProxy(): void {
    const { host, port, isSecure } = this.#route.server();
    this.#socket = null;
    this.#stage(
      () => this.#connected(new HTTPClientSession(host, port, this.#stageOptions()), host, port),
      () => (isSecure ? 'proxy.dialled' : 'proxy.connected'),
    );
  }

  /** @internal */
  secureProxy(): void {
    const server = this.#route.server();
    const { host, port } = server;
    this.#stage(
      () => {
        this.#socket = this.#detach().socket;
        const secured = this.#securedSession(host, port, server.tls(), this.#stageOptions());
        return this.#connected(secured, host, port);
      },
      () => 'proxy.connected',
    );
  }

  /** @internal */
  sendConnect(): void {
    const server = this.#route.server();
    const headers = new MessageHeader(server.headers());
    this.#authentication.addTo(headers);
    const session = this.#session as HTTPClientSession;
    // Without a retry of the session's own: a proxy that closes is a fault that shows.
    refuseToConnect(session, 'the proxy has closed the connection');
    this.#stage(
      () => session.request({ method: 'CONNECT', path: this.#authority, headers }),
      (response) => this.#answered(response),
    );
  }

  #answered(response: HTTPClientResponse): TunnelEvent['type'] | Promise<TunnelEvent['type']> {
    const { status } = response;
    if (status >= 200 && status < 300) {
      this.#authentication.accepted();
      return 'tunnel.opened';
    }
    const mayAnswer = status === 407 && !this.is('answering');
    if (mayAnswer && this.#authentication.answerTo(response.message)) return this.#challenged(response);
    this.#refusal = response;
    return 'proxy.refused';
  }

  /** Whether the connection can take the second request; another one is opened otherwise. */
  async #challenged(response: HTTPClientResponse): Promise<TunnelEvent['type']> {
    const session = this.#session;
    try {
      if (response.message.getKeepAlive()) await response.bytes({ maxBytes: MAX_CHALLENGE_BYTES });
      if (response.body.complete && session?.connected() === true) return 'challenge.kept';
    } catch {
      // What is left of the connection is dropped, as below.
    }
    session?.dispose();
    return 'challenge.closed';
  }

  /** @internal */
  enterTunnel(): void {
    try {
      const { socket, head } = this.#detach();
      this.#socket = socket;
      this.#head = head;
    } catch (error) {
      // The proxy has closed the connection right behind its answer.
      this.fail(error);
      return;
    }
    this.#send(this.#target.url.protocol === 'https:' ? 'origin.secure' : 'origin.connected');
  }

  /** @internal */
  secureOrigin(): void {
    const { session: options, tlsSessions } = this.#options;
    const { tls, ...plain } = options;
    const resumed = tlsSessions?.get(this.#target.key);
    const secure = resumed === undefined ? tls : { session: resumed, ...tls };
    this.#stage(
      () => {
        // What the origin has sent already belongs to TLS.
        if (this.#head.length > 0) this.#socket?.unshift(this.#head);
        const secured = this.#securedSession(this.#host, this.#port, secure ?? {}, plain);
        secured.setConnectTimeout(0);
        return this.#connected(secured, this.#host, this.#port);
      },
      () => 'origin.connected',
    );
  }

  /** @internal */
  handOver(): void {
    this.#deadline.disarm();
    let session: HTTPClientSession;
    try {
      session = this.#finalSession();
    } catch (error) {
      // A factory of the user's may throw.
      this.#failure = error;
      this.dropConnection();
      this.reportFailure();
      return;
    }
    this.#session = null;
    this.#socket = null;
    refuseToConnect(session, 'the tunnel is closed; open another one');
    this.#options.tlsSessions?.keepFrom(session.socket(), this.#target.key);
    this.#opening.opened(session);
  }

  #finalSession(): HTTPClientSession {
    const { sessions, session: options } = this.#options;
    const secured = this.#session;
    if (secured !== null && sessions === undefined) return secured;
    const { tls: _tls, ...plain } = options;
    const made =
      sessions?.createClientSession(this.#target.url) ?? new HTTPClientSession(this.#host, this.#port, plain);
    if (secured === null) made.attachSocket(this.#socket as Duplex, this.#head);
    else {
      const { socket, head } = this.#detach();
      made.attachSocket(socket, head);
    }
    return made;
  }

  // ---- the ends ------------------------------------------------------------------------------------------------------

  /** @internal */
  dropConnection(): void {
    this.#deadline.disarm();
    this.#session?.dispose();
    this.#socket?.destroy();
  }

  /** @internal */
  reportFailure(): void {
    const place = this.#place;
    const refusal = this.#refusal;
    this.#report(refusal === null ? tunnelFailure(place, this.#failure) : tunnelRefusal(place, refusal));
  }

  /** @internal */
  reportTimeout(): void {
    this.#report(tunnelTimeout(this.#place, this.#opening.connectTimeout), 'timeout');
  }

  #report(error: HTTPSessionError, endedBy: 'timeout' | null = null): void {
    const core = this.#session?.core;
    // Nothing of a request was sent: it waits for the session that was not opened.
    const about = { request: null, replay: 'safe', headSent: false, responseBegun: false } as const;
    if (core !== undefined) testify(core, error, endedBy ?? core.endedBy, about);
    this.#opening.failed(error);
  }

  get #place(): TunnelPlace {
    return { chart, state: this.state, proxy: this.#route.proxy, origin: this.#authority };
  }

  // ---- what stages have in common --------------------------------------------------------------------------------------

  get #authority(): string {
    return authority(this.#host, this.#port);
  }

  #stageOptions(): HTTPClientSessionOptions {
    const { tls: _tls, ...plain } = this.#options.session;
    return { ...plain, ...UNLIMITED };
  }

  #securedSession(
    host: string,
    port: number,
    tls: TLSOptions,
    options: HTTPClientSessionOptions,
  ): HTTPSClientSession {
    return new HTTPSClientSession(host, port, {
      ...options,
      tls: { ...tls, socket: this.#socket } as TLSOptions,
    });
  }

  #connected(session: HTTPClientSession, host: string, port: number): Promise<void> {
    this.#session = session;
    return session.connect({ host, port });
  }

  /** Takes the socket out of the session of the stage before, which is over. */
  #detach(): { readonly socket: Duplex; readonly head: Buffer } {
    const session = this.#session as HTTPClientSession;
    this.#session = null;
    const detached = session.detachSocket();
    session.dispose();
    return detached;
  }

  /** Runs a stage; the event that it leads to, or its failure, comes in a later turn. */
  #stage<TResult>(
    run: () => Promise<TResult>,
    next: (result: TResult) => TunnelEvent['type'] | Promise<TunnelEvent['type']>,
  ): void {
    const staged = async (): Promise<void> => {
      const type = await next(await run());
      this.#send(type);
    };
    staged().catch((error: unknown) => {
      this.fail(error);
    });
  }

  /** @internal */
  fail(error: unknown): void {
    this.#failure = error;
    this.#send('attempt.failed');
  }

  #send(type: TunnelEvent['type']): void {
    this.#walk.send({ type });
    if (this.is('over')) this.#walk.look?.end();
  }
}

/**
 * A session that came through a tunnel must never connect by itself: it would go past the proxy. The way to its socket is the
 * tunnel alone.
 */
export function refuseToConnect(session: HTTPClientSession, reason: string): void {
  const connect = (): Promise<never> =>
    quietly(Promise.reject(new InvalidStateError('connect()', session.state, reason)));
  Object.defineProperty(session, 'connect', { value: connect, configurable: true });
}
