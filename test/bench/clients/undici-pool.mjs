import { Pool } from 'undici';

import { EXCHANGES } from './undici-client.mjs';

/**
 * One `Pool` with as many connections as there are requests at once.
 *
 * @param {import('./client.mjs').Plan} plan
 * @returns {import('./client.mjs').Client}
 */
export function open({ port, connections, task }) {
  if (task === 'fresh') throw new Error('a pool keeps its connections');
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections });
  return {
    requests: new Array(connections).fill(() => EXCHANGES[task](pool)),
    close: () => pool.close(),
  };
}
