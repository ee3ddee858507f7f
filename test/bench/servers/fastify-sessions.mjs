import { createServer } from 'node:http';

import { serve } from './fastify-app.mjs';

/** Fastify on our sessions. @param {import('./server.mjs').Plan} plan */
export async function listen({ library }) {
  const { onSessions } = await library.load('./node');
  return serve({
    serverFactory: (handler) => onSessions(createServer({ keepAliveTimeout: 60_000 }, handler)),
  });
}
