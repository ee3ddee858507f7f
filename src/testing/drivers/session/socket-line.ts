import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';

import { HTTPServerSession, type HTTPServerSessionOptions } from '../../../session/index.js';
import {
  Listener,
  openTransport,
  type Transport,
  type SocketAddress,
  type TLSOptions,
} from '../../../transport/index.js';
import type { Journey } from '../driver.js';
import { eventually, PATIENCE, settled } from '../patience.js';
import { FarEnd } from './far-end.js';
import type { CreateSession, ReadyPair, SessionLine, SessionLines } from './session-line.js';

/** The certificate that a driver's own server shows, in PEM. */
export interface ServerCertificate {
  /** The certificate, self-signed or not: the driver's client trusts it. */
  readonly cert: string | Buffer;
  /** Its key. */
  readonly key: string | Buffer;
}

/** More than the system buffers between two of its sockets in one turn of the event loop. */
const FLOOD = Buffer.alloc(8 * 1024 * 1024);

/** A session that connects over TLS, and behaves as one of a server else. */
class SecureServerSession extends HTTPServerSession {
  readonly #tls: TLSOptions;

  constructor(options: HTTPServerSessionOptions, tls: TLSOptions) {
    super(null, options);
    this.#tls = tls;
  }

  override tlsOptionsFor(): TLSOptions {
    return this.#tls;
  }
}

/** The harbour of all socket lines of a driver: listens on loopback, and finds the far end of a connection. */
class Harbour {
  readonly tls: TLSOptions | undefined;
  readonly #listener: Listener;
  readonly #accepted: Map<number, Duplex>;

  private constructor(listener: Listener, accepted: Map<number, Duplex>, tls: TLSOptions | undefined) {
    this.#listener = listener;
    this.#accepted = accepted;
    this.tls = tls;
  }

  static async open(certificate: ServerCertificate | undefined): Promise<Harbour> {
    const accepted = new Map<number, Duplex>();
    const target = { host: '127.0.0.1', port: 0 };
    const listener = await Listener.open(
      certificate === undefined ? target : { ...target, tls: { ...certificate } },
      {
        accepted: (transport) => {
          const port = transport.remoteAddress?.port ?? 0;
          const { socket } = transport.release();
          // Connections that nobody asks for, such as those that were given up, must not stay.
          socket
            .on('error', () => undefined)
            .on('close', () => {
              if (accepted.get(port) === socket) accepted.delete(port);
            });
          accepted.set(port, socket);
        },
        failed: () => undefined,
      },
    );
    return new Harbour(
      listener,
      accepted,
      certificate && { ca: certificate.cert, checkServerIdentity: () => undefined },
    );
  }

  get address(): { readonly host: string; readonly port: number } {
    const { address, port } = this.#listener.address as SocketAddress;
    return { host: address, port };
  }

  /** The far end of a connection, by the port of its near end. */
  async farEndOf(near: Duplex, journey: Journey): Promise<FarEnd> {
    const { localPort = 0 } = near as { localPort?: number };
    if (!(await eventually(() => this.#accepted.has(localPort))))
      throw new Error('no connection was accepted');
    const socket = this.#accepted.get(localPort) as Duplex;
    this.#accepted.delete(localPort);
    return new FarEnd(socket, () => resetSocket(socket), journey.wire);
  }

  async close(): Promise<void> {
    await this.#listener.close();
    this.#listener.abandon();
    for (const socket of this.#accepted.values()) socket.destroy();
  }
}

/** Closes with RST; of a TLS connection, that is its socket below. */
function resetSocket(socket: Duplex): void {
  const raw = ((socket as { _parent?: Duplex })._parent ?? socket) as Duplex & { resetAndDestroy?(): void };
  if (!raw.destroyed) raw.resetAndDestroy?.();
  socket.destroy();
}

/** Connections of the system. Where to connect to in vain is a Unix socket that does not exist. */
class SocketSessionLine implements SessionLine {
  readonly needsWriteToNoticeReset = true;
  readonly patience = PATIENCE;
  readonly createSession: CreateSession;
  readonly #harbour: Harbour;
  readonly #journey: Journey;
  readonly #pairs: ReadyPair[] = [];
  #connecting: Promise<void> = Promise.resolve();

  constructor(harbour: Harbour, createSession: CreateSession, journey: Journey) {
    const { tls } = harbour;
    this.createSession =
      tls === undefined ? createSession : (options) => new SecureServerSession(options, tls);
    this.#harbour = harbour;
    this.#journey = journey;
  }

  get tellsAborts(): boolean {
    return this.#harbour.tls === undefined;
  }

  /** Opens what the path will need: later, waiting for it would let the system go on. */
  async prepare(): Promise<void> {
    for (const { event } of this.#journey.path.steps) {
      if (event === 'socket.attach') this.#pairs.push(await this.#openPair());
    }
  }

  takePair(): ReadyPair {
    const pair = this.#pairs.shift();
    if (pair === undefined) throw new Error('the path has more attachments than were prepared');
    return pair;
  }

  connect(session: HTTPServerSession, succeeds: boolean): void {
    const { address } = this.#harbour;
    const nowhere = { path: join(tmpdir(), `nobody-${randomBytes(6).toString('hex')}.sock`) };
    this.#connecting = session.connect(succeeds ? address : nowhere);
    this.#connecting.catch(() => undefined);
  }

  async connected(session: HTTPServerSession): Promise<FarEnd> {
    await this.#connecting;
    return this.#harbour.farEndOf(session.socket() as Duplex, this.#journey);
  }

  async refused(): Promise<void> {
    await this.#connecting.catch(() => undefined);
  }

  async overfill(session: HTTPServerSession, far: FarEnd): Promise<void> {
    const near = session.socket() as Duplex;
    await eventually(() => near.writableLength === 0);
    far.pause();
    await settled();
    session.write(FLOOD).catch(() => undefined);
  }

  release(_session: HTTPServerSession, far: FarEnd): void {
    far.resume();
  }

  stop(): void {
    for (const { near, far } of this.#pairs) {
      near.destroy();
      far.destroy();
    }
  }

  async #openPair(): Promise<ReadyPair> {
    const { address, tls } = this.#harbour;
    const transport = await new Promise<Transport>((resolve, reject) => {
      openTransport(address, tls === undefined ? { shared: false } : { tls }, resolve, reject);
    });
    const { socket } = transport.release();
    return { near: socket, far: await this.#harbour.farEndOf(socket, this.#journey) };
  }
}

/** What lines over sockets are made with. */
export interface SocketLinesOptions {
  /** Makes the session; not over TLS, where it has to trust the certificate. */
  readonly createSession: CreateSession;
  /** Makes the lines ones of TLS. */
  readonly certificate?: ServerCertificate | undefined;
}

/** Lines over TCP, or over TLS. They share a listening socket on loopback, opened when first needed. */
export function socketLines({ createSession, certificate }: SocketLinesOptions): SessionLines {
  let harbour: Promise<Harbour> | null = null;
  return {
    open: async (journey) => {
      const open = await (harbour ??= Harbour.open(certificate));
      const line = new SocketSessionLine(open, createSession, journey);
      await line.prepare();
      return line;
    },
    close: async () => {
      const open = harbour;
      harbour = null;
      await (await open)?.close();
    },
  };
}
