import { once } from 'node:events';
import http from 'node:http';

import httpProxy from '@fastify/http-proxy';
import fastify from 'fastify';
import { createProxyServer } from 'http-proxy-3';

import { onSessions, type ServerOnSessions } from '../../../../../src/adapters/node/index.js';
import { expectNothingUncaught } from '../../../../support/http/uncaught.js';
import { expressOn } from '../../../../support/node/express-app.js';
import { describeLoads, type LoadedApp } from '../../../../support/node/framework-loads.js';
import { closed, echoWebSockets, listening, loaded, portOf } from '../../../../support/node/on-loopback.js';
import type { Stage } from '../../../../support/node/stage.js';

type Server = http.Server | ServerOnSessions<http.Server>;

/** A proxy in front of an Express application; one of the two is on sessions, or both. */
async function proxied(stage: Stage, proxyOf: (server: Server) => Server, appOf: (server: Server) => Server) {
  const backend = appOf(http.createServer(expressOn(stage)));
  echoWebSockets(backend, stage);
  backend.listen(0, '127.0.0.1');
  await once(backend, 'listening');
  const agent = new http.Agent({ keepAlive: true });
  const proxy = createProxyServer({ target: { host: '127.0.0.1', port: portOf(backend) }, agent });
  // Of clients that left.
  proxy.on('error', (_error, _request, response) => response.destroy());
  const front = proxyOf(
    http.createServer((request, response) => {
      proxy.web(request, response);
    }),
  );
  front.on('upgrade', (request, socket, head) => proxy.ws(request, socket, head));
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  return { backend, front, agent };
}

const asItIs = (server: Server): Server => server;

async function inFront(stage: Stage): Promise<LoadedApp> {
  const { backend, front, agent } = await proxied(stage, asItIs, onSessions);
  const close = async (): Promise<void> => {
    await closed(backend);
    await closed(front);
    agent.destroy();
  };
  return { ...loaded(backend), port: portOf(front), close };
}

async function behind(stage: Stage, appOf: (server: Server) => Server): Promise<LoadedApp> {
  const { backend, front, agent } = await proxied(stage, onSessions, appOf);
  const close = async (): Promise<void> => {
    await closed(front);
    agent.destroy();
    await closed(backend);
  };
  return { ...loaded(front), close };
}

/** Fastify on sessions that passes all on to Express on sessions. */
async function fastifyInFront(stage: Stage): Promise<LoadedApp> {
  const backend = await listening(onSessions(http.createServer(expressOn(stage))), stage);
  const app = fastify({
    forceCloseConnections: false,
    return503OnClosing: false,
    serverFactory: (handler) => onSessions(http.createServer(handler)),
  });
  await app.register(httpProxy, {
    upstream: `http://127.0.0.1:${backend.port}`,
    websocket: true,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const close = async (): Promise<void> => {
    await app.close();
    // Its client keeps a connection.
    for (const session of [...backend.sessions.sessions]) session.abort();
    await backend.close();
  };
  return { ...loaded(app.server), close };
}

expectNothingUncaught();

// The agent of the proxy has one connection for both, as long as they do not come at a time.
describeLoads('http-proxy-3 in front of sessions', inFront, { takesCrossing: false });

describeLoads('http-proxy-3 on sessions', (stage) => behind(stage, asItIs));

describeLoads('http-proxy-3 on sessions in front of sessions', (stage) => behind(stage, onSessions), {
  isVariant: true,
});

describeLoads('@fastify/http-proxy on sessions in front of sessions', fastifyInFront);
