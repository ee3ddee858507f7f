import { pipeline } from 'node:stream';

import express, { type Express } from 'express';

import type { Stage } from './stage.js';

/** An Express application with the routes of the loads. */
export function expressOn(stage: Stage): Express {
  const app = express();
  app.get('/hello', (_request, response) => {
    response.send('hello');
  });
  app.post('/json', express.json(), (request, response) => {
    response.json({ received: request.body as unknown });
  });
  app.post('/upload', async (request, response) => {
    response.json(await stage.received(request));
  });
  app.get('/download', (_request, response) => {
    pipeline(stage.endless(), response, () => undefined);
  });
  app.get('/events', (_request, response) => {
    response.type('text/event-stream').write('data: 1\n\n');
    response.on('close', () => stage.report('left'));
  });
  app.get('/slow', async (_request, response) => {
    response.send(await stage.slow());
  });
  app.use(((error, _request, response, _next) => {
    response.status((error as { status: number }).status).send('refused');
  }) as express.ErrorRequestHandler);
  return app;
}
