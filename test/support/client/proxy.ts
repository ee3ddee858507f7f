import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Duplex } from 'node:stream';

import { HTTPSessionError } from '../../../src/errors/index.js';
import type { Opening, SessionOpener } from '../../../src/client/pool/session-opener.js';
import type { HTTPClientSession } from '../../../src/session/index.js';
import { certificate } from '../transport/sockets.js';

/** What a proxy was asked. */
export interface Asked {
  readonly line: string;
  readonly fields: http.IncomingHttpHeaders;
}

/** How a proxy of the tests behaves. */
export interface ProxyBehaviour {
  /** Whether it is spoken to over TLS. */
  readonly secure?: boolean;
  /** The only value of Proxy-Authorization that it takes. */
  readonly wants?: string;
  /** The fields of its 407, `Proxy-Authenticate` first. */
  readonly challenge?: Readonly<Record<string, string>>;
  /** Answers CONNECT in its place. */
  readonly connect?: (socket: Duplex, asked: Asked) => void;
}

/** A proxy on a loopback port: it forwards, tunnels, and writes down what it sees. */
export class TestProxy implements AsyncDisposable {
  readonly asked: Asked[] = [];
  /** Every byte that it has got, as latin1. */
  seen = '';
  readonly #server: http.Server;
  readonly #sockets = new Set<net.Socket>();
  /** How many connections it has accepted. */
  accepted = 0;
  readonly #behaviour: ProxyBehaviour;

  constructor(behaviour: ProxyBehaviour = {}) {
    this.#behaviour = behaviour;
    this.#server = behaviour.secure === true ? https.createServer(certificate) : http.createServer();
    this.#server.on('connection', (socket: net.Socket) => {
      this.accepted++;
      this.#keep(socket);
    });
    this.#server.on(behaviour.secure === true ? 'secureConnection' : 'connection', (socket: net.Socket) => {
      const push = socket.emit.bind(socket);
      socket.emit = (event: string | symbol, ...args: unknown[]): boolean => {
        if (event === 'data') this.seen += (args[0] as Buffer).toString('latin1');
        return push(event, ...args);
      };
    });
    this.#server.on('connect', (request: http.IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#tunnel(request, socket, head);
    });
    this.#server.on('request', (request: http.IncomingMessage, response: http.ServerResponse) => {
      this.#forward(request, response);
    });
  }

  async listen(): Promise<this> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    return this;
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  /** The connections that are open. */
  get open(): number {
    return this.#sockets.size;
  }

  #keep(socket: net.Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
  }

  #note(request: http.IncomingMessage): Asked {
    const asked = { line: `${String(request.method)} ${String(request.url)}`, fields: request.headers };
    this.asked.push(asked);
    return asked;
  }

  #isWelcome({ fields }: Asked): boolean {
    const { wants } = this.#behaviour;
    return wants === undefined || fields['proxy-authorization'] === wants;
  }

  get #challenge(): Readonly<Record<string, string>> {
    return this.#behaviour.challenge ?? { 'Proxy-Authenticate': 'Basic realm="proxy"' };
  }

  #tunnel(request: http.IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => undefined);
    const asked = this.#note(request);
    if (this.#behaviour.connect !== undefined) {
      this.#behaviour.connect(socket, asked);
      // Otherwise it would not notice that the client has left.
      socket.on('end', () => socket.end()).resume();
      return;
    }
    if (!this.#isWelcome(asked)) {
      const fields = Object.entries(this.#challenge).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.end(
        `HTTP/1.1 407 Proxy Authentication Required\r\n${fields.join('')}Connection: close\r\nContent-Length: 2\r\n\r\nno`,
      );
      return;
    }
    const { hostname, port } = new URL(`http://${String(request.url)}`);
    const upstream = net.connect(Number(port === '' ? 80 : port), hostname.replace(/[[\]]/g, ''), () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      socket.on('data', (chunk: Buffer) => (this.seen += chunk.toString('latin1')));
      socket.pipe(upstream).pipe(socket);
    });
    this.#keep(upstream);
    upstream.on('close', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
  }

  #forward(request: http.IncomingMessage, response: http.ServerResponse): void {
    const asked = this.#note(request);
    if (!this.#isWelcome(asked)) {
      request.resume();
      response.writeHead(407, this.#challenge).end('no');
      return;
    }
    const { host, hostname, port, pathname, search } = new URL(String(request.url));
    const { 'proxy-authorization': _ours, ...headers } = request.headers;
    const upstream = http.request(
      {
        host: hostname,
        port,
        path: `${pathname}${search}`,
        method: request.method,
        headers: { ...headers, host },
        agent: false,
      },
      (answer) => {
        const { connection: _hop, ...fields } = answer.headers;
        response.writeHead(Number(answer.statusCode), fields);
        answer.pipe(response);
      },
    );
    upstream.on('error', () => response.destroy());
    request.pipe(upstream);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Opens one session of an opener. */
export function openSession(
  opener: SessionOpener<HTTPClientSession>,
  connectTimeout = 10_000,
): Promise<HTTPClientSession> {
  return new Promise((resolve, reject) => {
    const opening: Opening<HTTPClientSession> = { connectTimeout, opened: resolve, failed: reject };
    opener.open(opening);
  });
}

/** The error that a promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<HTTPSessionError> {
  const error = await promise.then(
    () => new Error('it did not reject'),
    (reason: unknown) => reason,
  );
  if (error instanceof HTTPSessionError) return error;
  throw error;
}
