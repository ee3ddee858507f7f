import { createApp } from '../handlers/fastify.mjs';

/** The application with several routes. */
export const listen = () => serve({ keepAliveTimeout: 60_000 });

/** @param {import('fastify').FastifyServerOptions} options */
export async function serve(options) {
  const app = createApp(options);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = /** @type {import('node:net').AddressInfo} */ (app.server.address());
  return { port, close: () => app.close() };
}
