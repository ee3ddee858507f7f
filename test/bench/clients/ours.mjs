import { outcome, upload } from './client.mjs';

/**
 * What a user of this package would write; docs/benchmarks.md shows these functions.
 *
 * @type {Record<string, (session: any) => Promise<import('./client.mjs').Outcome>>}
 */
export const EXCHANGES = {
  get: async (session) => {
    const response = await session.request({ path: '/' });
    return outcome(response.status, await response.bytes());
  },
  upload: async (session) => {
    const response = await session.request({ method: 'POST', path: '/upload', body: upload() });
    return outcome(response.status, await response.bytes());
  },
  fresh: async ({ HTTPClientSession, port }) => {
    const session = new HTTPClientSession('127.0.0.1', port);
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
    const request = () => EXCHANGES['fresh']({ HTTPClientSession, port });
    return { requests: new Array(connections).fill(request), close: () => undefined };
  }
  const sessions = Array.from({ length: connections }, () => new HTTPClientSession('127.0.0.1', port));
  return {
    requests: sessions.map((session) => () => EXCHANGES[task](session)),
    close: () => sessions.forEach((session) => session.close()),
  };
}
