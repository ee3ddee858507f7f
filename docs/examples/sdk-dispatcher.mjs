// An SDK that takes `fetchOptions`: its calls run over your client, and nothing else in the program changes.
import { HTTPServer } from 'http-session-machine';
import { HTTPClient } from 'http-session-machine/client';
import { toDispatcher } from 'http-session-machine/undici';

/** The SDK of an API, as many are written: it calls fetch, and hands your options on. */
class OrdersSDK {
  #url;
  #fetchOptions;

  constructor({ url, fetchOptions = {} }) {
    this.#url = url;
    this.#fetchOptions = fetchOptions;
  }

  async create(order) {
    const response = await fetch(`${this.#url}/orders`, {
      ...this.#fetchOptions,
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(order),
    });
    return await response.json();
  }
}

const server = new HTTPServer(async (request, response) => {
  const order = Object.assign({ id: 7 }, await request.json());
  response.setContentType('application/json').end(JSON.stringify(order));
});
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });

// A model may think for ten minutes before the first byte, and a connection is not kept for longer than a minute.
const client = new HTTPClient({ receiveTimeout: 600_000, connectionAge: 60_000 });
const sdk = new OrdersSDK({
  url: `http://127.0.0.1:${port}`,
  fetchOptions: { dispatcher: toDispatcher(client) },
});

console.log(await sdk.create({ apples: 2 }));
console.log(await sdk.create({ pears: 3 }));
const [{ opened, reused }] = client.stats.pools;
console.log('opened', opened, 'reused', reused);

await client.drain();
await server.stop();
