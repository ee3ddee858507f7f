import http from 'node:http';
import { json } from 'node:stream/consumers';

import Koa, { type Context } from 'koa';

import { onSessions } from '../../../../../src/adapters/node/index.js';
import { expectNothingUncaught } from '../../../../support/http/uncaught.js';
import { describeLoads } from '../../../../support/node/framework-loads.js';
import { listening } from '../../../../support/node/on-loopback.js';
import type { Stage } from '../../../../support/node/stage.js';

type Route = (context: Context) => unknown;

function routesOf(stage: Stage): Readonly<Record<string, Route>> {
  return {
    'GET /hello': () => 'hello',
    'POST /json': async (context) => {
      try {
        return { received: await json(context.req) };
      } catch {
        return context.throw(400);
      }
    },
    'POST /upload': (context) => stage.received(context.req),
    'GET /download': () => stage.endless(),
    'GET /events': (context) => {
      context.type = 'text/event-stream';
      return stage.events();
    },
    'GET /slow': () => stage.slow(),
  };
}

function appOn(stage: Stage): Koa {
  const routes = routesOf(stage);
  const app = new Koa();
  // It would print that clients left.
  app.silent = true;
  app.use(async (context) => {
    const route = routes[`${context.method} ${context.path}`];
    if (route !== undefined) context.body = await route(context);
  });
  return app;
}

expectNothingUncaught();

describeLoads('Koa', (stage) => {
  const callback = appOn(stage).callback();
  return listening(onSessions(http.createServer((...exchange) => void callback(...exchange))), stage);
});
