import { createServer } from 'node:http';

import { HANDLERS } from '../handlers/node-http.mjs';
import { listening } from './server.mjs';

/** A server of node:http with a supervisor. @param {import('./server.mjs').Plan} plan */
export async function listen({ answer, library }) {
  const { supervise } = await library.load('./node');
  const server = createServer({ keepAliveTimeout: 60_000 }, HANDLERS[answer]);
  supervise(server);
  return listening(server);
}
