// Every fetch of a program over one client, in two lines: pooled, with caps, and with errors that say what happened.
import { HTTPServer } from 'http-session-machine';
import { HTTPClient } from 'http-session-machine/client';

const server = new HTTPServer(async (request, response) => {
  if (request.path === '/slow')
    await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
  else response.setContentType('application/json').end(JSON.stringify({ path: request.path }));
});
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
const origin = `http://127.0.0.1:${port}`;
const fetchBefore = globalThis.fetch;

// The two lines. They also reach the libraries that call the global fetch.
const client = new HTTPClient({ maxConnections: 4, maxQueued: 100, receiveTimeout: 200 });
globalThis.fetch = client.fetch;

const responses = await Promise.all([1, 2, 3, 4, 5, 6].map((id) => fetch(`${origin}/users/${id}`)));
const users = await Promise.all(responses.map((response) => response.json()));
console.log(users.length, users.at(-1));

const [{ opened, reused }] = client.stats.pools;
console.log('connections opened:', opened, 'and reused:', reused);

// What the standard reports as "fetch failed" has our error as its cause.
try {
  await fetch(`${origin}/slow`);
} catch (error) {
  const { code, timer, replay } = error.cause;
  console.log(error.message, '-', code, timer, replay);
}

globalThis.fetch = fetchBefore;
await client.drain();
await server.stop();
