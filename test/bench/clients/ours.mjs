import { outcome, upload } from './client.mjs';

const HOST = '127.0.0.1';

/** What a user of this package would write; docs/benchmarks.md shows these functions. */
export const EXCHANGES = {
  get: async (/** @type {any} */ session) => {
    const response = await session.request({ path: '/' });
    return outcome(response.status, await response.bytes());
  },
  upload: async (/** @type {any} */ session) => {
    const response = await session.request({ method: 'POST', path: '/upload', body: upload() });
    return outcome(response.status, await response.bytes());
  },
  fresh: async (/** @type {any} */ HTTPClientSession, /** @type {number} */ port) => {
    const session = new HTTPClientSession(HOST, port);
    const response = await session.request({ path: '/' });
    const body = await response.bytes();
    session.close();
    return outcome(response.status, body);
  },
};

/**
 * A session for each connection; with `fresh` one for each request.
 *
 * @param {import('./client.mjs').Plan} plan
 * @returns {Promise<import('./client.mjs').Client>}
 */
export async function open({ port, connections, task, library }) {
  const { HTTPClientSession } = await library.load('.');
  if (task === 'fresh') {
    const request = () => EXCHANGES.fresh(HTTPClientSession, port);
    return { requests: new Array(connections).fill(request), close: () => undefined };
  }
  const sessions = Array.from({ length: connections }, () => new HTTPClientSession(HOST, port));
  return {
    requests: sessions.map((session) => () => EXCHANGES[task](session)),
    close: () => sessions.forEach((session) => session.close()),
  };
}
