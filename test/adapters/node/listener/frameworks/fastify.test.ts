import http from 'node:http';
import type { Readable } from 'node:stream';

import fastify, { type FastifyHttpOptions, type FastifyInstance } from 'fastify';

import { onSessions } from '../../../../../src/adapters/node/index.js';
import { expectNothingUncaught } from '../../../../support/http/uncaught.js';
import { describeLoads, type LoadedApp } from '../../../../support/node/framework-loads.js';
import { echoWebSockets, loaded } from '../../../../support/node/on-loopback.js';
import type { Stage } from '../../../../support/node/stage.js';

type Options = Pick<FastifyHttpOptions<http.Server>, 'forceCloseConnections' | 'return503OnClosing'>;

async function started(stage: Stage, options: Options = {}): Promise<LoadedApp> {
  const app = fastify({
    ...options,
    serverFactory: (handler) => onSessions(http.createServer(handler)),
  });
  addRoutes(app, stage);
  echoWebSockets(app.server, stage);
  await app.listen({ host: '127.0.0.1', port: 0 });
  return { ...loaded(app.server), close: () => app.close() };
}

function addRoutes(app: FastifyInstance, stage: Stage): void {
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => {
    done(null, payload);
  });
  app.get('/hello', () => 'hello');
  app.post('/json', (request) => ({ received: request.body }));
  app.post('/upload', (request) => stage.received(request.body as Readable));
  app.get('/download', (_request, reply) => reply.type('text/plain').send(stage.endless()));
  app.get('/events', (_request, reply) => reply.type('text/event-stream').send(stage.events()));
  app.get('/slow', () => stage.slow());
}

expectNothingUncaught();

// By default Fastify closes the idle connections itself when it closes.
describeLoads('Fastify', (stage) => started(stage), { takesCrossing: false, isPatient: true });

describeLoads(
  'Fastify that leaves idle connections to the drain',
  (stage) => started(stage, { forceCloseConnections: false }),
  { statusWhileClosing: 503, isPatient: true },
);

describeLoads(
  'Fastify that answers while it closes',
  (stage) => started(stage, { forceCloseConnections: false, return503OnClosing: false }),
  { isVariant: true },
);
