import { createApp } from '../handlers/hono.mjs';

/**
 * With `Response` replaced, as the peer does it by itself. A commit that does not know the option does without.
 *
 * @param {import('./server.mjs').Plan} plan
 */
export async function listen({ library }) {
  const { fetchContextOf } = await library.load('./fetch');
  return serve(library, fetchContextOf === undefined ? {} : { replaceGlobals: true });
}

/**
 * @param {import('../harness/library.mjs').Library} library
 * @param {object} options Of `toRequestHandler`.
 */
export async function serve(library, options) {
  const { HTTPServer } = await library.load('.');
  const { toRequestHandler } = await library.load('./fetch');
  const handler = toRequestHandler(createApp().fetch, options);
  const server = new HTTPServer(handler, { keepAliveTimeout: 60_000 });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  return { port, close: () => server.stop() };
}
