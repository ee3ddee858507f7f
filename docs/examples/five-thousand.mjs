// Five thousand requests at once: 128 connections carry them, the rest waits in order, and the queue has a bound.
import { HTTPServer } from 'http-session-machine';
import { HTTPClient } from 'http-session-machine/client';

let connections = 0;
const server = new HTTPServer(async (request, response) => {
  connections = Math.max(connections, server.currentConnections);
  await new Promise((resolve) => setTimeout(resolve, 5));
  response.end(request.path);
});
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
const origin = `http://127.0.0.1:${port}`;

const client = new HTTPClient();
const bodies = await Promise.all(
  Array.from({ length: 5_000 }, async (_, id) => (await client.request(`${origin}/${id}`)).text()),
);
const right = bodies.filter((body, id) => body === `/${id}`).length;
console.log(right, 'answers over', connections, 'connections');
await client.drain();

// With a bound, what does not fit is refused at once, and nothing of it was sent.
const bounded = new HTTPClient({ maxConnections: 8, maxQueued: 100 });
const outcomes = await Promise.allSettled(
  Array.from({ length: 5_000 }, async (_, id) => (await bounded.request(`${origin}/${id}`)).text()),
);
const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
console.log(outcomes.length - refused.length, 'answered,', refused.length, 'refused');
console.log(refused[0].code, refused[0].replay);

await bounded.drain();
await server.stop();
