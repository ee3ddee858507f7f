import fastify from 'fastify';

import { HANDLERS } from '../handlers/fastify.mjs';

/** @param {import('./server.mjs').Plan} plan */
export async function listen({ answer }) {
  const app = fastify({ keepAliveTimeout: 60_000 });
  app.get('/*', HANDLERS[answer]);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = /** @type {import('node:net').AddressInfo} */ (app.server.address());
  return { port, close: () => app.close() };
}
