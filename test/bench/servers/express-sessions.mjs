import { createServer } from 'node:http';

import { createApp } from '../handlers/express.mjs';
import { listening } from './server.mjs';

/** Express on our sessions. @param {import('./server.mjs').Plan} plan */
export async function listen({ library }) {
  const { onSessions } = await library.load('./node');
  return listening(onSessions(createServer({ keepAliveTimeout: 60_000 }, createApp())));
}
