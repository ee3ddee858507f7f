import { once } from 'node:events';
import net from 'node:net';
import type { Duplex } from 'node:stream';

import { InvalidStateError, TimeoutError, type HTTPSessionError } from '../../../src/errors/index.js';
import {
  HTTPClientSession,
  HTTPServerSession,
  type DetachedSocket,
  type HTTPSession,
} from '../../../src/session/index.js';
import { settled } from '../transport/sockets.js';
import { until } from '../transport/until.js';

/*
 * The steps of test/poco/sequences.txt, carried out by a session of this package over TCP. test/poco/driver.cpp does the
 * same with POCO's.
 */

const TIMEOUT = 60;
const EARLY = 150;

/** An error in the words that the two sides share. */
function nameOf(error: unknown): string {
  if (error instanceof TimeoutError) return 'timeout';
  if (error instanceof InvalidStateError)
    return error.state.startsWith('connected.') ? 'refused' : 'no-socket';
  const { code, message } = error as HTTPSessionError;
  if (message === 'own') return 'own';
  return code === 'ERR_HTTP_SESSION_RESET' ? 'reset' : code;
}

const quoted = (bytes: Uint8Array): string => `'${Buffer.from(bytes).toString('latin1')}'`;

type Answer = Uint8Array | string | number | boolean | undefined;

type Step = (value: string) => unknown;

/** One sequence, on a session of its own. */
export class Sequence {
  readonly #listener: net.Server;
  #session!: HTTPSession;
  #peer!: net.Socket;
  #detached: DetachedSocket | null = null;

  private constructor(listener: net.Server) {
    this.#listener = listener;
  }

  /** The answers to a sequence of steps, joined by spaces. */
  static async answers(steps: string): Promise<string> {
    const listener = net.createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const sequence = new Sequence(listener);
    const answers: string[] = [];
    for (const step of steps.split(' ')) {
      const answer = await sequence.#ask(step);
      if (answer !== '') answers.push(answer);
    }
    sequence.#end();
    return answers.join(' ');
  }

  #end(): void {
    this.#session.dispose();
    this.#detached?.socket.destroy();
    (this.#peer as net.Socket | undefined)?.destroy();
    this.#listener.close();
  }

  async #ask(step: string): Promise<string> {
    const colon = step.indexOf(':');
    const name = colon === -1 ? step : step.slice(0, colon);
    const perform = this.#steps[name];
    if (perform === undefined) throw new Error(`unknown step ${name}`);
    try {
      const answer = (await perform(colon === -1 ? '' : step.slice(colon + 1))) as Answer;
      if (answer instanceof Uint8Array) return quoted(answer);
      return String(answer ?? '');
    } catch (error) {
      return nameOf(error);
    }
  }

  readonly #steps: Readonly<Record<string, Step>> = {
    client: () => {
      this.#session = new HTTPClientSession();
      this.#session.setReceiveTimeout(TIMEOUT);
    },
    server: async () => {
      const [near] = await this.#opened(() => net.connect({ ...this.#address, allowHalfOpen: true }));
      this.#session = new HTTPServerSession(near, { receiveTimeout: TIMEOUT });
    },
    connect: async () => {
      const accepted = once(this.#listener, 'connection');
      await this.#session.connect(this.#address);
      this.#peer = this.#quiet(((await accepted) as [net.Socket])[0]);
    },
    peer: (text) => this.#send(Buffer.from(text, 'latin1')),
    hex: (digits) => this.#send(Buffer.from(digits, 'hex')),
    flood: (length) => this.#send(Buffer.alloc(Number(length), 'x')),
    fin: async () => {
      this.#peer.end();
      await until(() => this.#near.readableEnded);
    },
    rst: async () => {
      this.#peer.resetAndDestroy();
      const near = this.#near;
      await until(() => near.destroyed);
    },
    'sent?': async () => {
      await until(() => this.#peer.readableLength > 0);
      return (this.#peer.read() as Buffer | null) ?? Buffer.alloc(0);
    },
    get: () => this.#session.get(),
    peek: () => this.#session.peek(),
    read: (length) => this.#session.read(Number(length)),
    receive: (length) => this.#session.receive(Number(length)),
    refill: () => this.#session.refill(),
    write: (text) => this.#session.write(text),
    buffered: () => this.#session.buffered(),
    connected: () => this.#session.connected(),
    close: () => {
      this.#session.close();
    },
    abort: () => {
      this.#session.abort();
    },
    fail: () => {
      this.#session.setException(new Error('own'));
    },
    clear: () => {
      this.#session.clearException();
    },
    'exception?': () => {
      const exception = this.#session.networkException();
      return exception === null ? 'none' : nameOf(exception);
    },
    'keepAlive?': () => this.#session.getKeepAlive(),
    keepAlive: (value) => {
      this.#session.setKeepAlive(value === 'true');
    },
    'timeout?': () => this.#session.getTimeout(),
    timeout: (ms) => {
      this.#session.setReceiveTimeout(Number(ms));
    },
    timed: async () => {
      const begun = performance.now();
      await this.#session.get().catch(() => undefined);
      return performance.now() - begun < EARLY ? 'early' : 'late';
    },
    detach: () => {
      this.#detached = this.#session.detachSocket();
    },
    reattach: () => {
      const { socket, head } = this.#detached as DetachedSocket;
      this.#session.attachSocket(socket, head);
    },
    own: () => {
      this.#session.attachSocket(this.#session.socket() as Duplex);
    },
  };

  get #address(): { host: string; port: number } {
    return { host: '127.0.0.1', port: (this.#listener.address() as net.AddressInfo).port };
  }

  get #near(): net.Socket {
    return (this.#session.socket() ?? this.#detached?.socket) as net.Socket;
  }

  /** Opens a connection whose accepted end is the session's. */
  async #opened(open: () => net.Socket): Promise<[net.Socket]> {
    const accepted = once(this.#listener, 'connection');
    this.#peer = this.#quiet(open());
    return (await accepted) as [net.Socket];
  }

  #quiet(peer: net.Socket): net.Socket {
    return peer.on('error', () => undefined);
  }

  async #send(bytes: Buffer): Promise<void> {
    const near = this.#near;
    const all = near.bytesRead + bytes.length;
    this.#peer.write(bytes);
    await until(() => near.bytesRead >= all);
    await settled();
  }
}
