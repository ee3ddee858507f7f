import { Agent, get } from 'node:http';

/**
 * `http.get` with an agent that keeps connections; with `fresh` without one.
 *
 * @param {{ port: number, path: string, connections: number, fresh: boolean }} plan
 */
export function open({ port, path, connections, fresh }) {
  const agent = new Agent({ keepAlive: !fresh, maxSockets: connections });
  const options = { host: '127.0.0.1', port, path, agent };
  const exchange = () =>
    new Promise((resolve, reject) => {
      const request = get(options, (response) => {
        /** @type {Buffer[]} */
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => {
          const body = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
          resolve({ status: response.statusCode, length: body.length });
        });
      });
      request.on('error', reject);
    });
  return { requests: new Array(connections).fill(exchange), close: () => agent.destroy() };
}
