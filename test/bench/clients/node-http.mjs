import { Agent, request } from 'node:http';

import { outcome, upload } from './client.mjs';

/** @typedef {(target: import('node:http').RequestOptions) => Promise<import('./client.mjs').Outcome>} Exchange */

/** @type {Exchange} */
const get = (target) =>
  new Promise((resolve, reject) => {
    const outgoing = request({ ...target, path: '/' }, async (response) => {
      const chunks = [];
      for await (const chunk of response) chunks.push(chunk);
      resolve(outcome(response.statusCode ?? 0, Buffer.concat(chunks)));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });

/**
 * What a user of node:http would write; docs/benchmarks.md shows these functions. With `fresh` the agent keeps no
 * connections.
 *
 * @type {Record<string, Exchange>}
 */
export const EXCHANGES = {
  get,
  fresh: get,
  upload: (target) =>
    new Promise((resolve, reject) => {
      const outgoing = request({ ...target, method: 'POST', path: '/upload' }, async (response) => {
        const chunks = [];
        for await (const chunk of response) chunks.push(chunk);
        resolve(outcome(response.statusCode ?? 0, Buffer.concat(chunks)));
      });
      outgoing.on('error', reject);
      upload().pipe(outgoing);
    }),
};

/**
 * @param {import('./client.mjs').Plan} plan
 * @returns {import('./client.mjs').Client}
 */
export function open({ port, connections, task }) {
  const agent = new Agent({ keepAlive: task !== 'fresh', maxSockets: connections });
  const target = { host: '127.0.0.1', port, agent };
  return {
    requests: new Array(connections).fill(() => EXCHANGES[task](target)),
    close: () => agent.destroy(),
  };
}
