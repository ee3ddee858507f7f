import fastify from 'fastify';

import { FILE_BYTES, HELLO, USER } from '../workloads.mjs';

/*
 * What a user of Fastify would write for the same answers.
 */

const FILE = Buffer.alloc(FILE_BYTES, 'f');
const findUser = async () => USER;

/** @type {Record<string, import('fastify').RouteHandlerMethod>} */
export const HANDLERS = {
  hello: (request, reply) => {
    reply.type('text/plain').send(HELLO);
  },
  json: async () => await findUser(),
};

/** @type {Record<string, { method: 'get' | 'post', path: string, handler: import('fastify').RouteHandlerMethod }>} */
export const ROUTES = {
  fastifyHello: { method: 'get', path: '/', handler: async () => HELLO },
  fastifyJson: { method: 'get', path: '/json', handler: async () => USER },
  fastifyFile: { method: 'get', path: '/file', handler: async () => FILE },
  fastifyPost: {
    method: 'post',
    path: '/users',
    handler: async (request) => ({ name: /** @type {typeof USER} */ (request.body).name }),
  },
};

/** @param {import('fastify').FastifyServerOptions} options */
export function createApp(options) {
  const app = fastify(options);
  for (const { method, path, handler } of Object.values(ROUTES)) app[method](path, handler);
  return app;
}
