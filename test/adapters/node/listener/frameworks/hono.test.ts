import http from 'node:http';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';

import {
  createAdaptorServer,
  getRequestListener,
  upgradeWebSocket,
  type WebSocketServerLike,
} from '@hono/node-server';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { streamSSE } from 'hono/streaming';
import { WebSocketServer } from 'ws';

import { fromRequestListener, onSessions } from '../../../../../src/adapters/node/index.js';
import { expectNothingUncaught } from '../../../../support/http/uncaught.js';
import { describeLoads } from '../../../../support/node/framework-loads.js';
import { listening, served } from '../../../../support/node/on-loopback.js';
import type { Stage } from '../../../../support/node/stage.js';

function appOn(stage: Stage): Hono {
  const app = new Hono();
  app.get('/hello', (c) => c.text('hello'));
  app.post('/json', async (c) => {
    const received: unknown = await c.req.json().catch(() => {
      throw new HTTPException(400);
    });
    return c.json({ received });
  });
  app.post('/upload', async (c) => {
    const body = c.req.raw.body as ReadableStream<Uint8Array>;
    return c.json(await stage.received(body));
  });
  app.get('/download', () => new Response(Readable.toWeb(stage.endless()) as ReadableStream<Uint8Array>));
  app.get('/events', (c) =>
    streamSSE(c, async (events) => {
      const left = new Promise<void>((resolve) => events.onAbort(resolve));
      await events.writeSSE({ data: '1' });
      await left;
      stage.report('left');
    }),
  );
  app.get('/slow', async (c) => c.text(await stage.slow()));
  app.get(
    '/socket',
    upgradeWebSocket(() => ({
      onMessage: (event, socket) => socket.send((event as { data: ArrayBuffer }).data),
    })),
  );
  return app;
}

expectNothingUncaught();

describeLoads('Hono', (stage) => {
  const sockets = new WebSocketServer({ noServer: true }) as unknown as WebSocketServerLike;
  const server = createAdaptorServer({ fetch: appOn(stage).fetch, websocket: { server: sockets } });
  return listening(onSessions(server as http.Server));
});

describeLoads(
  'Hono by its request listener',
  (stage) => {
    const listener = getRequestListener(appOn(stage).fetch);
    return listening(onSessions(http.createServer((...exchange) => void listener(...exchange))), stage);
  },
  { isVariant: true },
);

describeLoads(
  'Hono on HTTPServer by its request listener',
  (stage) => served(fromRequestListener(getRequestListener(appOn(stage).fetch))),
  { hasSockets: false, isVariant: true },
);
