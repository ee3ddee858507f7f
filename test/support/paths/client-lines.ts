import { once } from 'node:events';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';

import { NetworkError } from '../../../src/errors/index.js';
import { Connector } from '../../../src/session/core/connector.js';
import type { SessionCore } from '../../../src/session/core/session-core.js';
import {
  HTTPClientSession,
  HTTPSClientSession,
  type HTTPClientSessionOptions,
} from '../../../src/session/index.js';
import { testify } from '../../../src/session/core/testify.js';
import { TimeoutError } from '../../../src/errors/index.js';
import { createMemoryPair, Transport, type ClockTimer } from '../../../src/transport/index.js';
import { certificate, freePort } from '../transport/sockets.js';
import { Far, settledInKernel, settledInMemory, type Settle } from './far.js';

/** How a connection comes about: as usual, never, or with a refusal. */
export type Connecting = 'succeeds' | 'hangs' | 'is refused';

/** What connections of a client run over. */
export interface ClientLine {
  readonly name: 'memory' | 'TCP' | 'TLS';
  readonly settle: Settle;
  /** A client whose connections end here. */
  client(connecting: Connecting, options: HTTPClientSessionOptions): Promise<HTTPClientSession>;
  /** The far end of the next connection of that client. */
  accepted(): Promise<Far>;
  /** Whether there is a connection that nobody has asked for. */
  readonly hasAccepted: boolean;
  close(): Promise<void>;
}

/** A connector in memory, whose outcome is decided beforehand. */
class MemoryConnector extends Connector {
  readonly #connecting: Connecting;
  readonly #timeout: number;
  readonly #connected: (far: Duplex) => void;
  #timer: ClockTimer | null = null;
  #core: SessionCore | null = null;

  constructor(connecting: Connecting, timeout: number, connected: (far: Duplex) => void) {
    super({ path: '' }, {}, timeout);
    this.#connecting = connecting;
    this.#timeout = timeout;
    this.#connected = connected;
  }

  override start(core: SessionCore): void {
    this.#core = core;
    this.#timer = core.clock.setTimeout(() => {
      const exception = testify(core, new TimeoutError('connect', this.#timeout), 'timeout');
      core.notify({ type: 'deadline.expired', timer: 'connect', exception });
    }, this.#timeout);
    if (this.#connecting === 'hangs') return;
    queueMicrotask(() => {
      if (this.#connecting === 'succeeds') this.#open(core);
      else this.#refuse(core);
    });
  }

  override stop(): void {
    if (this.#timer !== null) this.#core?.clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #refuse(core: SessionCore): void {
    const error = testify(core, new NetworkError('refused', { code: 'ERR_HTTP_SESSION_CONNECT' }));
    core.notify({ type: 'xstate.error.actor.connector', error });
  }

  #open(core: SessionCore): void {
    if (this.#timer === null) return;
    const pair = createMemoryPair({ clock: core.clock, highWaterMark: 16_384 });
    this.#connected(pair.server);
    core.notify({ type: 'xstate.done.actor.connector', output: new Transport(pair.client) });
  }
}

/** Connections in memory: nothing happens that a test did not bring about. */
export class MemoryClientLine implements ClientLine {
  readonly name = 'memory';
  readonly settle = settledInMemory;
  readonly #waiting: Duplex[] = [];

  client(connecting: Connecting, options: HTTPClientSessionOptions): Promise<HTTPClientSession> {
    this.#waiting.length = 0;
    const session = new HTTPClientSession('test', 80, options);
    // Everything but the connector is the product: what connects over TCP is exchanged where it is put.
    Object.defineProperty(session.core, 'connector', {
      configurable: true,
      get: () => connector,
      set: () => undefined,
    });
    const connector = new MemoryConnector(connecting, session.getConnectTimeout(), (far) => {
      this.#waiting.push(far.on('error', () => undefined));
    });
    return Promise.resolve(session);
  }

  get hasAccepted(): boolean {
    return this.#waiting.length > 0;
  }

  async accepted(): Promise<Far> {
    await this.settle(() => this.hasAccepted);
    const far = this.#waiting.shift();
    if (far === undefined) throw new Error('the client has not connected');
    return new Far(far, this.settle, false);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Connections of the kernel, over loopback. */
export class SocketClientLine implements ClientLine {
  readonly name: 'TCP' | 'TLS';
  readonly settle = settledInKernel;
  readonly #server: net.Server;
  /** Takes connections of TLS and never says anything: they stay in the handshake. */
  readonly #mute = net.createServer({ allowHalfOpen: true });
  readonly #waiting: net.Socket[] = [];
  readonly #sockets: net.Socket[] = [];

  private constructor(name: 'TCP' | 'TLS') {
    this.name = name;
    const options = { allowHalfOpen: true, noDelay: true };
    this.#server =
      name === 'TCP' ? net.createServer(options) : tls.createServer({ ...certificate, ...options });
    const keep = (socket: net.Socket): unknown => this.#sockets.push(socket.on('error', () => undefined));
    const take = (socket: net.Socket): unknown => this.#waiting.push(socket.on('error', () => undefined));
    this.#server.on('connection', keep).on(name === 'TCP' ? 'connection' : 'secureConnection', take);
    this.#server.on('tlsClientError', () => undefined);
    this.#mute.on('connection', keep).on('connection', take);
  }

  static async open(name: 'TCP' | 'TLS'): Promise<SocketClientLine> {
    const line = new SocketClientLine(name);
    for (const server of [line.#server, line.#mute]) {
      await once(server.listen(0, '127.0.0.1'), 'listening');
    }
    return line;
  }

  async client(connecting: Connecting, options: HTTPClientSessionOptions): Promise<HTTPClientSession> {
    this.#waiting.length = 0;
    const isMute = connecting === 'hangs' && this.name === 'TLS';
    const { port } = (isMute ? this.#mute : this.#server).address() as net.AddressInfo;
    const to = connecting === 'is refused' ? await freePort() : port;
    if (this.name === 'TCP') return new HTTPClientSession('127.0.0.1', to, options);
    return new HTTPSClientSession('127.0.0.1', to, {
      ...options,
      tls: { ca: certificate.cert, checkServerIdentity: () => undefined },
    });
  }

  get hasAccepted(): boolean {
    return this.#waiting.length > 0;
  }

  async accepted(): Promise<Far> {
    await this.settle(() => this.hasAccepted);
    // A reset that comes right after the handshake is an ordinary end to a TLS socket of Node.js.
    await this.settle();
    const far = this.#waiting.shift();
    if (far === undefined) throw new Error('the client has not connected');
    return new Far(far, this.settle, false);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    for (const server of [this.#server, this.#mute]) {
      server.close();
      await once(server, 'close');
    }
  }
}
