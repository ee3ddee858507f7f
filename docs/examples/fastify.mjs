// Fastify with sessions. Fastify creates its own server, so supervise it in the factory. A second `supervise` of that
// server returns the same supervisor.
import http from 'node:http';

import fastify from 'fastify';
import { HTTPClientSession } from 'http-session-machine';
import { supervise } from 'http-session-machine/node';

const app = fastify({
  serverFactory: (handler) => {
    const server = http.createServer(handler);
    supervise(server);
    return server;
  },
});
app.get('/', async () => ({ from: 'Fastify' }));
await app.listen({ port: 0, host: '127.0.0.1' });

const client = new HTTPClientSession('127.0.0.1', app.server.address().port);
console.log(await (await client.request()).text());

const supervisor = supervise(app.server);
console.log(supervisor.state, supervisor.currentConnections);
const { finished, aborted } = await supervisor.drain({ grace: 50 });
console.log({ finished, aborted });
await app.close();
