// Express on sessions: one line in front of `listen()`, and a shutdown that loses no request.
import { once } from 'node:events';
import http from 'node:http';

import express from 'express';
import { HTTPClientSession } from 'http-session-machine';
import { onSessions } from 'http-session-machine/node';

const app = express();
app.get('/', (_request, response) => {
  response.send('Hello from Express');
});
app.get('/slow', (_request, response) => {
  setTimeout(() => response.send('Finished during the drain'), 50);
});

const server = onSessions(http.createServer(app));
server.listen(0, '127.0.0.1');
await once(server, 'listening');

const client = new HTTPClientSession('127.0.0.1', server.address().port);
console.log(await (await client.request()).text());

const asked = once(server, 'request');
const slow = client.request({ path: '/slow' });
await asked;
// Your program would do this on SIGTERM.
const drained = server.drain();
const response = await slow;
console.log(await response.text(), `(Connection: ${response.get('Connection')})`);
const { finished, aborted } = await drained;
console.log({ finished, aborted });
