import { Client } from 'undici';

import { outcome, upload } from './client.mjs';

/**
 * What a user of undici would write; docs/benchmarks.md shows these functions.
 *
 * @type {Record<string, (client: any) => Promise<import('./client.mjs').Outcome>>}
 */
export const EXCHANGES = {
  get: async (client) => {
    const { statusCode, body } = await client.request({ method: 'GET', path: '/' });
    return outcome(statusCode, await body.bytes());
  },
  upload: async (client) => {
    const { statusCode, body } = await client.request({ method: 'POST', path: '/upload', body: upload() });
    return outcome(statusCode, await body.bytes());
  },
  fresh: async (origin) => {
    const client = new Client(origin);
    const { statusCode, body } = await client.request({ method: 'GET', path: '/' });
    const bytes = await body.bytes();
    await client.close();
    return outcome(statusCode, bytes);
  },
};

/**
 * One `Client` for each connection; with `fresh` one for each request.
 *
 * @param {import('./client.mjs').Plan} plan
 * @returns {import('./client.mjs').Client}
 */
export function open({ port, connections, task }) {
  const origin = `http://127.0.0.1:${port}`;
  if (task === 'fresh') {
    const request = () => EXCHANGES['fresh'](origin);
    return { requests: new Array(connections).fill(request), close: () => undefined };
  }
  const clients = Array.from({ length: connections }, () => new Client(origin));
  return {
    requests: clients.map((client) => () => EXCHANGES[task](client)),
    close: () => Promise.all(clients.map((client) => client.close())),
  };
}
