// Koa on sessions: a client that leaves in the middle of a download is an error that says what happened.
import { once } from 'node:events';
import http from 'node:http';
import { Readable } from 'node:stream';

import { HTTPClientSession } from 'http-session-machine';
import { onSessions } from 'http-session-machine/node';
import Koa from 'koa';

const app = new Koa();
// Koa would print the same error.
app.silent = true;

app.use(async (context) => {
  if (context.path === '/numbers') {
    context.req.on('error', (/** @type {any} */ { code, cause }) => {
      const { endedBy, request } = cause.testimony;
      console.log('server:', code, endedBy, request.target);
    });
    context.body = Readable.from(numbers());
  } else {
    context.body = { from: 'Koa' };
  }
});

async function* numbers() {
  for (let number = 1; ; number++) {
    yield `${number}\n`;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const server = onSessions(http.createServer(app.callback()));
server.listen(0, '127.0.0.1');
await once(server, 'listening');

const client = new HTTPClientSession('127.0.0.1', server.address().port);
console.log(await (await client.request()).text());

const response = await client.request({ path: '/numbers' });
const first = await response.body.read();
console.log(response.get('Transfer-Encoding'), first.toString().startsWith('1\n'));
client.abort();

// Waits until the session has seen the reset.
await server.drain();
console.log(server.sessions.state);
