// Fastify on sessions, by its server factory. `close()` answers what is in flight.
import { once } from 'node:events';
import http from 'node:http';

import fastify from 'fastify';
import { HTTPClientSession } from 'http-session-machine';
import { onSessions } from 'http-session-machine/node';

const app = fastify({
  serverFactory: (handler) => onSessions(http.createServer(handler)),
  // Otherwise Fastify closes idle connections at once, although a request may be on its way. A session waits a second.
  forceCloseConnections: false,
});
app.get('/', async () => ({ from: 'Fastify' }));
app.get('/slow', async () => {
  await new Promise((resolve) => setTimeout(resolve, 50));
  return { finished: 'while closing' };
});
await app.listen({ port: 0, host: '127.0.0.1' });

const client = new HTTPClientSession('127.0.0.1', app.server.address().port);
console.log(await (await client.request()).text());

const asked = once(app.server, 'request');
const slow = client.request({ path: '/slow' });
await asked;
const closed = app.close();
const response = await slow;
console.log(await response.text(), `(Connection: ${response.get('Connection')})`);
await closed;
console.log(client.state);
