import { createServer } from 'node:http';

import { HANDLERS } from '../handlers/node-http.mjs';
import { listening } from './server.mjs';

/** A listener of node:http on our sessions. @param {import('./server.mjs').Plan} plan */
export async function listen({ answer, library }) {
  const { onSessions } = await library.load('./node');
  return listening(onSessions(createServer({ keepAliveTimeout: 60_000 }, HANDLERS[answer])));
}
