// The routes of `http-session serve` as an Express application on sessions: `node serve.mjs [PORT]`.
import http from 'node:http';
import { pathToFileURL } from 'node:url';

import express from 'express';
import { onSessions } from 'http-session-machine/node';

const BIG_BYTES = 67_108_864;
const BIG_PIECE = Buffer.alloc(65_536, 'http-session-machine ');
const READ_PAUSE = 5;

const pause = () => new Promise((resolve) => setTimeout(resolve, READ_PAUSE));

function sendText(response, mediaType, text) {
  response.setHeader('Content-Type', mediaType);
  // Without it, node:http closes the connection of a client of HTTP/1.0.
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}

function sendJSON(response, value) {
  sendText(response, 'application/json', JSON.stringify(value));
}

function refuse(response, status) {
  response.statusCode = status;
  sendText(response, 'text/plain', `${String(status)} ${http.STATUS_CODES[status]}\n`);
}

function greet(_request, response) {
  sendText(response, 'text/plain', 'Hello, world!');
}

function answerWith(status) {
  return (_request, response) => {
    response.status(status).end();
  };
}

function sendBig(request, response) {
  response.setHeader('Content-Type', 'application/octet-stream');
  response.setHeader('Content-Length', BIG_BYTES);
  let left = request.method === 'HEAD' ? 0 : BIG_BYTES;
  const more = () => {
    while (left > 0) {
      left -= BIG_PIECE.length;
      if (!response.write(BIG_PIECE)) return void response.once('drain', more);
    }
    response.end();
  };
  more();
}

function echo(request, response) {
  const { 'content-type': mediaType, 'content-length': length } = request.headers;
  if (mediaType !== undefined) response.setHeader('Content-Type', mediaType);
  if (length !== undefined) response.setHeader('Content-Length', length);
  request.pipe(response);
}

function countBytes(between) {
  return async (request, response) => {
    let bytes = 0;
    for await (const piece of request) {
      bytes += piece.length;
      await between?.();
    }
    sendJSON(response, { bytes });
  };
}

/**
 * @param {() => Iterable<unknown>} sessions - what `GET /sessions` shows.
 * @param {(request: import('node:http').IncomingMessage) => void} [see] - is called with each request.
 */
export function routesApp(sessions, see = () => undefined) {
  const app = express();
  app.disable('x-powered-by').enable('case sensitive routing').enable('strict routing');
  app.use((request, _response, next) => {
    see(request);
    next();
  });
  const routes = {
    '/': ['get', greet],
    '/headers': ['get', (request, response) => sendJSON(response, request.headers)],
    '/json': ['get', (_request, response) => sendJSON(response, { message: 'Hello, world!' })],
    '/big': ['get', sendBig],
    '/204': ['get', answerWith(204)],
    '/304': ['get', answerWith(304)],
    '/sessions': ['get', (_request, response) => sendJSON(response, [...sessions()])],
    '/echo': ['post', echo],
    '/sink': ['post', countBytes()],
    '/slow-read': ['post', countBytes(pause)],
  };
  for (const [path, [method, handler]] of Object.entries(routes)) {
    app
      .route(path)
      [method](handler)
      .all((_request, response) => {
        response.setHeader('Allow', method === 'get' ? 'GET, HEAD' : 'POST');
        refuse(response, 405);
      });
  }
  app.use((_request, response) => {
    refuse(response, 404);
  });
  return app;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const app = routesApp(() => server.sessions.sessions);
  const server = onSessions(http.createServer({ keepAliveTimeout: 65_000 }, app));
  server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
    console.log(`listening on http://127.0.0.1:${String(server.address().port)}`);
  });
  process.once('SIGTERM', () => void server.drain());
}
