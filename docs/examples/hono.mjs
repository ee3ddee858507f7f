// Hono on this server: routes, a body that is streamed both ways, and a signal that says when nobody listens any more.
import { Hono } from 'hono';
import { HTTPClientSession, HTTPServer } from 'http-session-machine';
import { toRequestHandler } from 'http-session-machine/fetch';

/** @type {Hono<{ Bindings: import('http-session-machine/fetch').FetchContext }>} */
const app = new Hono();

app.get('/hello/:name', (c) => c.text(`Hello, ${c.req.param('name')} at ${c.env.clientAddress.address}!`));

// The body of the request is the body of the response: a piece is on its way back before the next one is there.
app.post('/echo', (c) => new Response(c.req.raw.body));

// Events without an end: only the client can end them, and when it has gone the stream is cancelled.
app.get('/events', (c) => {
  const { signal } = c.req.raw;
  signal.addEventListener('abort', () => {
    console.log('server: nobody listens:', signal.reason.code, signal.reason.testimony.endedBy);
  });
  const events = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('data: you are connected\n\n')),
    cancel: (reason) => console.log('server: cancelled for that reason:', reason === signal.reason),
  });
  return c.body(events, { headers: { 'Content-Type': 'text/event-stream' } });
});

const server = new HTTPServer(toRequestHandler(app.fetch));
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
const client = new HTTPClientSession('127.0.0.1', port);

const hello = await client.request({ path: '/hello/world' });
console.log(hello.status, await hello.text());

// This upload sends a piece, and the next one only when the first is back.
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

// Waits for the session, which has to hear of the reset first.
await server.drain();
console.log(server.state);
