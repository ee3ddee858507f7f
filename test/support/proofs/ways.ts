import { once } from 'node:events';
import http, { type Server, type ServerOptions } from 'node:http';
import type net from 'node:net';

import express, { type Express } from 'express';

import { onSessions, supervise } from '../../../src/adapters/node/index.js';
import type { HTTPServerParams } from '../../../src/server/index.js';

/** A listening server with an Express application. */
export interface Running {
  readonly server: Server;
  readonly port: number;
  drain(): Promise<unknown>;
  stop(): Promise<void>;
}

/** A way to put sessions under an Express application: its settings are those of node:http, beside those of sessions. */
export interface Way {
  readonly name: 'onSessions' | 'supervise';
  serve(
    routes: (app: Express) => unknown,
    settings?: ServerOptions,
    params?: HTTPServerParams,
  ): Promise<Running>;
}

async function running(server: Server, drain: () => Promise<unknown>): Promise<Running> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    const closed = server.listening ? once(server, 'close') : undefined;
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { server, port: (server.address() as net.AddressInfo).port, drain, stop };
}

function application(routes: (app: Express) => unknown): Express {
  const app = express();
  // Express writes what a handler throws to standard error otherwise.
  app.set('env', 'test');
  routes(app);
  return app;
}

/** Both ways. */
export const WAYS: readonly Way[] = [
  {
    name: 'onSessions',
    serve(routes, settings = {}, params = {}) {
      const server = onSessions(http.createServer(settings, application(routes)), params);
      return running(server, () => server.drain());
    },
  },
  {
    name: 'supervise',
    serve(routes, settings = {}) {
      const server = http.createServer(settings, application(routes));
      const supervisor = supervise(server);
      return running(server, () => supervisor.drain());
    },
  },
];
