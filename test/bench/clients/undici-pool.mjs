import { Pool } from 'undici';

import { exchange } from './undici-exchange.mjs';

/**
 * One `Pool` with as many connections as there are requests at once.
 *
 * @param {{ port: number, path: string, connections: number }} plan
 */
export function open({ port, path, connections }) {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections });
  return {
    requests: new Array(connections).fill(() => exchange(pool, path)),
    close: () => pool.close(),
  };
}
