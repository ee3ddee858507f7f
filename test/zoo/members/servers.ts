import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

import express from 'express';
import fastify from 'fastify';

import { toRequestListener } from '../../../src/adapters/node/index.js';
import { HTTPServer } from '../../../src/server/index.js';
import type { RequestHandler } from '../../../src/session/index.js';
import { NODE, versionOf, type OpenServer, type ServerMember } from './member.js';

const HELLO = 'Hello!';

/** Timers of node:http: all that it has, and how often it looks whether they have expired. */
function nodeTimers(timers?: number): http.ServerOptions {
  if (timers === undefined) return {};
  return {
    headersTimeout: timers,
    requestTimeout: timers,
    keepAliveTimeout: timers,
    connectionsCheckingInterval: 50,
  };
}

async function listening(server: http.Server): Promise<OpenServer> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: async () => {
      server.close().closeAllConnections();
      await once(server, 'close');
    },
  };
}

const answerOnNode: http.RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => response.end(request.method === 'POST' ? Buffer.concat(chunks) : HELLO));
};

const answer: RequestHandler = async (request, response) => {
  response.end(request.method === 'POST' ? await request.bytes() : HELLO);
};

function expressApp(): http.RequestListener {
  const app = express();
  app.get('/', (_request, response) => response.send(HELLO));
  app.post('/echo', express.text({ limit: '1mb' }), (request, response) => response.send(request.body));
  // What it prints about clients that break off is no concern of ours.
  app.set('env', 'test');
  return app;
}

async function openFastify(timers?: number): Promise<OpenServer> {
  const { keepAliveTimeout, requestTimeout, ...options } = nodeTimers(timers);
  const app = fastify({
    forceCloseConnections: true,
    ...(timers === undefined ? {} : { keepAliveTimeout, requestTimeout, http: options }),
  } as object);
  app.get('/', () => HELLO);
  app.post('/echo', (request) => request.body);
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
}

async function openOwn(timers?: number): Promise<OpenServer> {
  const server = new HTTPServer(
    answer,
    timers === undefined
      ? {}
      : { timeout: timers, keepAliveTimeout: timers, receiveTimeout: timers, timers: { continue: timers } },
  );
  await server.listen({ port: 0, host: '127.0.0.1' });
  return { port: (server.address as AddressInfo).port, close: () => server.stop() };
}

const OWN = versionOf('http-session-machine');
const NODE_SETTING = '`http.createServer()`, everything by default';

/** The servers of the zoo. */
export const SERVERS: readonly ServerMember[] = [
  { name: 'HTTPServer', version: OWN, setting: 'everything by default', open: openOwn },
  {
    name: 'node:http',
    version: NODE,
    setting: NODE_SETTING,
    open: (timers) => listening(http.createServer(nodeTimers(timers), answerOnNode)),
  },
  {
    name: 'Express',
    version: versionOf('express'),
    setting: `${NODE_SETTING}; \`express.text()\` reads bodies`,
    open: (timers) => listening(http.createServer(nodeTimers(timers), expressApp())),
  },
  {
    name: 'Fastify',
    version: versionOf('fastify'),
    setting: 'everything by default; its own parser of text reads bodies',
    open: openFastify,
  },
  {
    name: 'toRequestListener',
    version: OWN,
    setting: 'a handler of HTTPServer behind `http.createServer()`',
    open: (timers) => listening(http.createServer(nodeTimers(timers), toRequestListener(answer))),
  },
];
