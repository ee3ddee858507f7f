import { EXCHANGES } from './undici-fetch.mjs';

/**
 * The `fetch` of Node.js over the dispatcher of an `HTTPClient`.
 *
 * @param {import('./client.mjs').Plan} plan
 * @returns {Promise<import('./client.mjs').Client>}
 */
export async function open({ port, connections, task, library }) {
  const { HTTPClient } = await library.load('./client');
  const { toDispatcher } = await library.load('./undici');
  const client = new HTTPClient({ maxConnections: connections });
  const init = { dispatcher: toDispatcher(client) };
  const origin = `http://127.0.0.1:${port}`;
  return {
    requests: new Array(connections).fill(() => EXCHANGES[task](origin, init)),
    close: () => client.destroy(),
  };
}
