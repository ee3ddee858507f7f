import { Client } from 'undici';

import { exchange } from './undici-exchange.mjs';

/**
 * One `Client` for each connection; with `fresh` one for each request.
 *
 * @param {{ port: number, path: string, connections: number, fresh: boolean }} plan
 */
export function open({ port, path, connections, fresh }) {
  const origin = `http://127.0.0.1:${port}`;
  if (fresh) {
    const once = async () => {
      const client = new Client(origin);
      const outcome = await exchange(client, path);
      await client.close();
      return outcome;
    };
    return { requests: new Array(connections).fill(once), close: () => undefined };
  }

  const clients = Array.from({ length: connections }, () => new Client(origin));
  return {
    requests: clients.map((client) => () => exchange(client, path)),
    close: () => Promise.all(clients.map((client) => client.close())),
  };
}
