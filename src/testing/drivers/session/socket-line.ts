import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';

import { HTTPServerSession, type HTTPServerSessionOptions } from '../../../session/index.js';
import {
  Listener,
  openTransport,
  type SocketAddress,
  type TLSOptions,
  type Transport,
} from '../../../transport/index.js';
import type { Journey } from '../driver.js';
import { eventually, PATIENCE, settled } from '../patience.js';
import { FarEnd, type CreateSession, type ReadyPair, type SessionLine, type SessionLines } from './line.js';

/** The certificate that a driver's own server shows, in PEM. */
export interface ServerCertificate {
  /** The certificate, self-signed or not: the driver's client trusts it. */
  readonly cert: string | Buffer;
  /** Its key. */
  readonly key: string | Buffer;
}

/** More than the system buffers between two of its sockets in one turn of the event loop. */
const FLOOD = Buffer.alloc(8 * 1024 * 1024);

/** A session that connects over TLS; in all else it is a server's. */
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

/** Closes with RST; of a TLS connection, that is its socket below. */
function resetSocket(socket: Duplex): void {
  const raw = ((socket as { _parent?: Duplex })._parent ?? socket) as Duplex & { resetAndDestroy?(): void };
  if (!raw.destroyed) raw.resetAndDestroy?.();
  socket.destroy();
}

/** Lines over TCP, or over TLS with a certificate. They share a listening socket on loopback, opened when first needed. */
export class SocketSessionLines implements SessionLines {
  readonly tls: TLSOptions | undefined;
  readonly createSession: CreateSession;
  readonly #certificate: ServerCertificate | undefined;
  #listener: Promise<Listener> | null = null;
  /** Far ends of connections by the port of the near end. */
  readonly #accepted = new Map<number, Duplex>();
  address = { host: '', port: 0 };

  /** @param createSession - not used over TLS, where the session has to trust the certificate. */
  constructor(createSession: CreateSession, certificate?: ServerCertificate) {
    const tls = certificate && { ca: certificate.cert, checkServerIdentity: () => undefined };
    this.tls = tls;
    this.createSession =
      tls === undefined ? createSession : (options) => new SecureServerSession(options, tls);
    this.#certificate = certificate;
  }

  async open(journey: Journey): Promise<SessionLine> {
    const tls = this.#certificate;
    this.#listener ??= Listener.open(
      { host: '127.0.0.1', port: 0, ...(tls && { tls: { ...tls } }) },
      { accepted: (transport) => this.#accept(transport), failed: () => undefined },
    );
    const { address, port } = (await this.#listener).address as SocketAddress;
    this.address = { host: address, port };
    const line = new SocketSessionLine(this, journey);
    await line.prepare();
    return line;
  }

  #accept(transport: Transport): void {
    const port = transport.remoteAddress?.port ?? 0;
    const { socket } = transport.release();
    // Connections that are never asked for, such as those that were given up, must not stay.
    socket
      .on('error', () => undefined)
      .on('close', () => {
        if (this.#accepted.get(port) === socket) this.#accepted.delete(port);
      });
    this.#accepted.set(port, socket);
  }

  async farEndOf(near: Duplex, { wire }: Journey): Promise<FarEnd> {
    const { localPort = 0 } = near as { localPort?: number };
    if (!(await eventually(() => this.#accepted.has(localPort))))
      throw new Error('no connection was accepted');
    const socket = this.#accepted.get(localPort) as Duplex;
    this.#accepted.delete(localPort);
    return new FarEnd(socket, () => resetSocket(socket), wire);
  }

  async close(): Promise<void> {
    const listener = await this.#listener;
    this.#listener = null;
    await listener?.close();
    listener?.abandon();
    for (const socket of this.#accepted.values()) socket.destroy();
  }
}

/** Connections of the system. */
class SocketSessionLine implements SessionLine {
  readonly needsWriteToNoticeReset = true;
  readonly patience = PATIENCE;
  readonly createSession: CreateSession;
  readonly #lines: SocketSessionLines;
  readonly #journey: Journey;
  readonly #pairs: ReadyPair[] = [];
  /** Bytes may have waited there: Node.js then takes RST for FIN (Linux). */
  readonly #stalled = new WeakSet<FarEnd>();
  #connecting: Promise<void> = Promise.resolve();

  constructor(lines: SocketSessionLines, journey: Journey) {
    this.createSession = lines.createSession;
    this.#lines = lines;
    this.#journey = journey;
  }

  /** Opens what the path will need: waiting for it later would let the system go on. */
  async prepare(): Promise<void> {
    const { address, tls } = this.#lines;
    for (const { event } of this.#journey.path.steps) {
      if (event !== 'socket.attach') continue;
      const transport = await new Promise<Transport>((resolve, reject) => {
        openTransport(address, tls === undefined ? { shared: false } : { tls }, resolve, reject);
      });
      const near = transport.release().socket;
      this.#pairs.push({ near, far: await this.#lines.farEndOf(near, this.#journey) });
    }
  }

  takePair(): ReadyPair {
    const pair = this.#pairs.shift();
    if (pair === undefined) throw new Error('the path has more attachments than were prepared');
    return pair;
  }

  connect(session: HTTPServerSession, succeeds: boolean): void {
    const nowhere = { path: join(tmpdir(), `nobody-${randomBytes(6).toString('hex')}.sock`) };
    this.#connecting = session.connect(succeeds ? this.#lines.address : nowhere);
    this.#connecting.catch(() => undefined);
  }

  async connected(session: HTTPServerSession): Promise<FarEnd> {
    await this.#connecting;
    return this.#lines.farEndOf(session.socket() as Duplex, this.#journey);
  }

  async refused(): Promise<void> {
    await this.#connecting.catch(() => undefined);
  }

  async overfill(session: HTTPServerSession, far: FarEnd): Promise<void> {
    const near = session.socket() as Duplex;
    await eventually(() => near.writableLength === 0);
    this.#stalled.add(far);
    far.socket.pause();
    await settled();
    session.write(FLOOD).catch(() => undefined);
  }

  release(_session: HTTPServerSession, far: FarEnd): void {
    far.socket.resume();
  }

  tellsAborts(far: FarEnd): boolean {
    return this.#lines.tls === undefined && !this.#stalled.has(far);
  }

  stop(): void {
    for (const { near, far } of this.#pairs) {
      near.destroy();
      far.socket.destroy();
    }
  }
}
