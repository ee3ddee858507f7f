// Hono on this server: routes, a body that streams both ways, and a signal that aborts when the client is gone.
import { Hono } from 'hono';
import { HTTPClientSession, HTTPServer } from 'http-session-machine';
import { toRequestHandler } from 'http-session-machine/fetch';

/** @type {Hono<{ Bindings: import('http-session-machine/fetch').FetchContext }>} */
const app = new Hono();

app.get('/hello/:name', (c) => c.text(`Hello, ${c.req.param('name')} at ${c.env.clientAddress.address}!`));

// The request body is the response body: each piece goes back before the next one arrives.
app.post('/echo', (c) => new Response(c.req.raw.body));

// Endless events: only the client can end them. When it is gone, the stream is cancelled.
app.get('/events', (c) => {
  const { signal } = c.req.raw;
  signal.addEventListener('abort', () => {
    console.log('server: the client is gone:', signal.reason.code, signal.reason.testimony.endedBy);
  });
  const events = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('data: you are connected\n\n')),
    cancel: (reason) =>
      console.log('server: the stream was cancelled with the same reason:', reason === signal.reason),
  });
  return c.body(events, { headers: { 'Content-Type': 'text/event-stream' } });
});

const server = new HTTPServer(toRequestHandler(app.fetch));
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
const client = new HTTPClientSession('127.0.0.1', port);

const hello = await client.request({ path: '/hello/world' });
console.log(hello.status, await hello.text());

// This upload sends each piece only after the one before it has come back.
let isBack = () => {};
async function* upload() {
  for (const piece of ['one', 'two', 'three']) {
    const back = new Promise((resolve) => (isBack = () => resolve(undefined)));
    console.log('sent', piece);
    yield piece;
    await back;
  }
}
const echo = await client.request({ method: 'POST', path: '/echo', body: upload() });
for await (const piece of echo) {
  console.log('back', piece.toString());
  isBack();
}

const events = await client.request({ path: '/events' });
const first = await events.body.read();
console.log(events.get('Content-Type'), first?.toString().trim());
client.abort();

// Waits until the session has seen the reset.
await server.drain();
console.log(server.state);
