import { outcome } from './client.mjs';

/**
 * What a user of `fetch` would write; docs/benchmarks.md shows these functions.
 *
 * @type {Record<string, (origin: string, init?: any) => Promise<import('./client.mjs').Outcome>>}
 */
export const EXCHANGES = {
  get: async (origin, init) => {
    const response = await fetch(`${origin}/`, init);
    return outcome(response.status, new Uint8Array(await response.arrayBuffer()));
  },
};

/**
 * The `fetch` of Node.js over the Agent of the undici in it, which has no bound for its connections.
 *
 * @param {import('./client.mjs').Plan} plan
 * @returns {import('./client.mjs').Client}
 */
export function open({ port, connections, task }) {
  const origin = `http://127.0.0.1:${port}`;
  return {
    requests: new Array(connections).fill(() => EXCHANGES[task](origin)),
    // Its connections end with those of the server.
    close: () => undefined,
  };
}
