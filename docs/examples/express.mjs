// Express with sessions: a drain that loses no request, and errors that say what happened on the connection.
import { once } from 'node:events';
import http from 'node:http';

import express from 'express';
import { HTTPClientSession } from 'http-session-machine';
import { supervise } from 'http-session-machine/node';

const app = express();
app.get('/', (_request, response) => {
  response.send('Hello from Express');
});
app.get('/slow', (_request, response) => {
  setTimeout(() => response.send('Finished during the drain'), 50);
});

const server = http.createServer(app);
const supervisor = supervise(server);
server.listen(0, '127.0.0.1');
await once(server, 'listening');

const client = new HTTPClientSession('127.0.0.1', server.address().port);
console.log(await (await client.request()).text());

const slow = client.request({ path: '/slow' });
while (supervisor.counts().activities.active === 0) await new Promise((resolve) => setImmediate(resolve));
const drained = supervisor.drain();
const response = await slow;
console.log(await response.text(), `(Connection: ${response.get('Connection')})`);
const { finished, aborted } = await drained;
console.log({ finished, aborted });
