import { setTimeout } from 'node:timers/promises';

import { HTTPServer } from '../server/http-server.js';
import type { HTTPServerRequest, HTTPServerResponse, HTTPSession, RequestHandler } from '../session/index.js';

/** Size of the response to `GET /big`, in bytes. */
export const BIG_BYTES = 67_108_864;

const BIG_PIECE = Buffer.alloc(65_536, 'http-session-machine ');

/** Milliseconds between two reads of `POST /slow-read`, and the most pauses for one request. */
const READ_PAUSE = 5;
const MAX_READ_PAUSES = 1_000;

/** The longest that `GET /slow?seconds=N` waits. */
const MOST_SECONDS = 60;

/** Resolves after the time between two reads of `POST /slow-read`. */
export type Pause = () => Promise<void>;

/** The sessions that `GET /sessions` shows. */
export type SessionRegister = () => Iterable<HTTPSession>;

/** Handlers by method. `HEAD` is served by the handler of `GET`: the response omits the body itself. */
type Route = Readonly<Partial<Record<'GET' | 'POST', RequestHandler>>>;

/** The routes of `http-session serve`, as one handler. */
export function routesOver(
  sessions: SessionRegister,
  pause: Pause = () => setTimeout(READ_PAUSE),
): RequestHandler {
  const routes = new Map<string, Route>([
    ['/', { GET: greet }],
    ['/headers', { GET: showFields }],
    ['/json', { GET: showJson }],
    ['/big', { GET: sendBig }],
    ['/204', { GET: answerWith(204) }],
    ['/304', { GET: answerWith(304) }],
    ['/slow', { GET: answerLate }],
    ['/sessions', { GET: (_request, response) => sendJson(response, [...sessions()]) }],
    ['/echo', { POST: echo }],
    ['/sink', { POST: (request, response) => countBytes(request, response) }],
    ['/slow-read', { POST: (request, response) => countBytes(request, response, pause) }],
  ]);
  return (request, response) => {
    const route = routes.get(request.path);
    if (route === undefined) {
      refuse(response, 404);
      return;
    }
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const handler = method === 'GET' || method === 'POST' ? route[method] : undefined;
    if (handler !== undefined) return handler(request, response);
    response.set('Allow', route.GET === undefined ? 'POST' : 'GET, HEAD');
    refuse(response, 405);
  };
}

function greet(_request: HTTPServerRequest, response: HTTPServerResponse): void {
  response.setContentType('text/plain');
  response.end('Hello, world!');
}

function showFields(request: HTTPServerRequest, response: HTTPServerResponse): void {
  sendJson(response, request.message.toObject());
}

function showJson(_request: HTTPServerRequest, response: HTTPServerResponse): void {
  sendJson(response, { message: 'Hello, world!' });
}

function answerWith(status: number): RequestHandler {
  return (_request, response) => {
    response.status = status;
    response.end();
  };
}

/** Answers after some seconds, or not at all if the client has gone by then. */
async function answerLate(request: HTTPServerRequest, response: HTTPServerResponse): Promise<void> {
  const { searchParams } = new URL(request.uri, 'http://slow');
  const seconds = Number(searchParams.get('seconds') ?? '1');
  const ms = Math.min(Math.max(seconds || 0, 0), MOST_SECONDS) * 1_000;
  try {
    await setTimeout(ms, undefined, { signal: request.signal });
    greet(request, response);
  } catch (error) {
    // The client has gone.
    if (!request.signal.aborted) throw error;
  }
}

async function sendBig(request: HTTPServerRequest, response: HTTPServerResponse): Promise<void> {
  response.setContentType('application/octet-stream').setContentLength(BIG_BYTES);
  if (request.method !== 'HEAD') {
    for (let sent = 0; sent < BIG_BYTES; sent += BIG_PIECE.length) await response.write(BIG_PIECE);
  }
  response.end();
}

async function echo(request: HTTPServerRequest, response: HTTPServerResponse): Promise<void> {
  const mediaType = request.get('Content-Type');
  if (mediaType !== undefined) response.setContentType(mediaType);
  if (request.bodyLength >= 0) response.setContentLength(request.bodyLength);
  for await (const piece of request) await response.write(piece);
  response.end();
}

/** Reads a body and answers with its length. Pauses between reads slow the client down. */
async function countBytes(
  request: HTTPServerRequest,
  response: HTTPServerResponse,
  pause?: Pause,
): Promise<void> {
  let bytes = 0;
  let pauses = 0;
  for await (const piece of request) {
    bytes += piece.length;
    if (pause !== undefined && pauses++ < MAX_READ_PAUSES) await pause();
  }
  sendJson(response, { bytes });
}

function sendJson(response: HTTPServerResponse, value: unknown): void {
  response.setContentType('application/json');
  response.end(JSON.stringify(value));
}

function refuse(response: HTTPServerResponse, status: number): void {
  response.status = status;
  response.setContentType('text/plain');
  response.end(`${String(status)} ${response.message.reason}\n`);
}

/** A listening server of the routes. */
export interface ServedRoutes {
  readonly server: HTTPServer;
  readonly host: string;
  readonly port: number;
  /** `http://HOST:PORT`, with the requested host. */
  readonly url: string;
}

/** A server of the routes that does not listen yet, and what makes it. */
export function routesServer(): {
  readonly server: HTTPServer;
  readonly open: (host: string, port: number) => Promise<ServedRoutes>;
} {
  const server: HTTPServer = new HTTPServer(routesOver(() => server.sessions));
  const open = async (host: string, port: number): Promise<ServedRoutes> => {
    try {
      const address = await server.listen({ host, port });
      const name = host.includes(':') ? `[${host}]` : host;
      return { server, host, port: address.port, url: `http://${name}:${String(address.port)}` };
    } catch (error) {
      throw new Error(`cannot serve: ${(error as Error).message}`, { cause: error });
    }
  };
  return { server, open };
}

/** Serves the routes. @throws Error, with the system's error as its cause, if the address cannot be used */
export function listenOn(host: string, port: number): Promise<ServedRoutes> {
  return routesServer().open(host, port);
}
