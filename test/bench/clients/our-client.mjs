import { outcome, upload } from './client.mjs';

/**
 * What a user of this package would write; docs/benchmarks.md shows these functions.
 *
 * @type {Record<string, (client: any, origin: string) => Promise<import('./client.mjs').Outcome>>}
 */
export const EXCHANGES = {
  get: async (client, origin) => {
    const response = await client.request(`${origin}/`);
    return outcome(response.status, await response.bytes());
  },
  upload: async (client, origin) => {
    const response = await client.request(`${origin}/upload`, { method: 'POST', body: upload() });
    return outcome(response.status, await response.bytes());
  },
};

/**
 * One `HTTPClient` for all requests.
 *
 * @param {import('./client.mjs').Plan} plan
 * @returns {Promise<import('./client.mjs').Client>}
 */
export async function open({ port, connections, atOnce = connections, task, library }) {
  if (task === 'fresh') throw new Error('a client keeps its connections');
  const { HTTPClient } = await library.load('./client');
  const client = new HTTPClient({
    maxConnections: connections,
    maxTotalConnections: connections,
    maxIdleConnections: connections,
    maxQueued: atOnce,
  });
  const origin = `http://127.0.0.1:${port}`;
  return {
    requests: new Array(atOnce).fill(() => EXCHANGES[task](client, origin)),
    close: () => client.destroy(),
  };
}
