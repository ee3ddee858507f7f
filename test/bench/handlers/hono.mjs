import { Hono } from 'hono';

import { HELLO, USER } from '../workloads.mjs';

/*
 * One application for every contestant that runs Hono. docs/benchmarks.md shows its routes.
 */

/** @type {Record<string, { method: 'get' | 'post', path: string, handler: import('hono').Handler }>} */
export const ROUTES = {
  honoText: { method: 'get', path: '/', handler: (c) => c.text(HELLO) },
  honoJson: { method: 'get', path: '/json', handler: (c) => c.json(USER) },
  honoParams: {
    method: 'get',
    path: '/users/:user/posts/:post',
    handler: (c) => c.text(`post ${c.req.param('post')} of user ${c.req.param('user')}`),
  },
  honoEcho: { method: 'post', path: '/echo', handler: (c) => new Response(c.req.raw.body) },
  honoEchoText: { method: 'post', path: '/echo-text', handler: async (c) => c.text(await c.req.text()) },
};

export function createApp() {
  const app = new Hono();
  for (const { method, path, handler } of Object.values(ROUTES)) app[method](path, handler);
  return app;
}
