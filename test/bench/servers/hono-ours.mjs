import { createApp } from '../handlers/hono.mjs';

/** @param {import('./server.mjs').Plan} plan */
export async function listen({ library }) {
  const { HTTPServer } = await library.load('.');
  const { toRequestHandler } = await library.load('./fetch');
  const server = new HTTPServer(toRequestHandler(createApp().fetch), { keepAliveTimeout: 60_000 });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  return { port, close: () => server.stop() };
}
