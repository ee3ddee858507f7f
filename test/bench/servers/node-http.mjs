import { createServer } from 'node:http';

import { HANDLERS } from '../handlers/node-http.mjs';
import { listening } from './server.mjs';

/** @param {import('./server.mjs').Plan} plan */
export const listen = ({ answer }) => {
  const handler = HANDLERS[answer];
  if (handler === undefined) throw new Error(`node:http cannot answer ${answer}`);
  return listening(createServer({ keepAliveTimeout: 60_000 }, handler));
};
