import { once } from 'node:events';
import type http from 'node:http';
import { type Server } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';

import type { ServerOnSessions } from '../../../src/adapters/node/index.js';
import { HTTPServer } from '../../../src/server/index.js';
import type { RequestHandler } from '../../../src/session/index.js';
import { certificate } from '../transport/sockets.js';
import type { LoadedApp } from './framework-loads.js';
import type { Stage } from './stage.js';

/** A server of node:https with the certificate of the tests. */
export function secureServer(listener: http.RequestListener): https.Server {
  return https.createServer(certificate, listener);
}

/** The port of a server that listens. */
export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** Lets a server on sessions listen; with a stage it has WebSockets beside its requests. */
export async function listening(server: ServerOnSessions<Server>, stage?: Stage): Promise<LoadedApp> {
  if (stage !== undefined) echoWebSockets(server, stage);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const isSecure = server instanceof https.Server;
  return { port: portOf(server), isSecure, sessions: server.sessions, close: () => closed(server) };
}

/** Answers upgrades with WebSockets that send back what they get. */
export function echoWebSockets(server: Server, { sockets }: Stage): void {
  server.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (accepted) => sockets.emit('connection', accepted, request));
  });
}

/** Closes a server by its own method. */
export function closed(server: Server): Promise<unknown> {
  return new Promise((resolve) => server.close(resolve));
}

/** Serves a handler with a server of this package. */
export async function served(handler: RequestHandler): Promise<LoadedApp> {
  const sessions = new HTTPServer(handler);
  const { port } = await sessions.listen({ host: '127.0.0.1', port: 0 });
  return { port, sessions, close: () => sessions.drain() };
}
