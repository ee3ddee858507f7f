import { HANDLERS } from '../handlers/ours.mjs';

/** @param {import('./server.mjs').Plan} plan */
export async function listen({ answer, library }) {
  const { HTTPServer } = await library.load('.');
  const server = new HTTPServer(HANDLERS[answer], { keepAliveTimeout: 60_000 });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  return { port, close: () => server.stop() };
}
