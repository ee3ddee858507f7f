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
  honoEcho: { method: 'post', path: '/echo', handler: async (c) => c.body(await c.req.arrayBuffer()) },
};

export function createApp() {
  const app = new Hono();
  for (const { method, path, handler } of Object.values(ROUTES)) app[method](path, handler);
  return app;
}
