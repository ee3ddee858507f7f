import { Pool } from 'undici';

import { EXCHANGES } from './undici-client.mjs';

/**
 * One `Pool` for all requests.
 *
 * @param {import('./client.mjs').Plan} plan
 * @returns {import('./client.mjs').Client}
 */
export function open({ port, connections, atOnce = connections, task }) {
  if (task === 'fresh') throw new Error('a pool keeps its connections');
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections });
  return {
    requests: new Array(atOnce).fill(() => EXCHANGES[task](pool)),
    close: () => pool.close(),
  };
}
