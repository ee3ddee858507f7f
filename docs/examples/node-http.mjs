// Sessions for an existing node:http server: with one line it drains, counts and reports.
import { once } from 'node:events';
import http from 'node:http';

import { HTTPClientSession } from 'http-session-machine';
import { supervise } from 'http-session-machine/node';

const server = http.createServer((request, response) => {
  response.end(`Hello from ${request.url}`);
});
const supervisor = supervise(server);

server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address();

const client = new HTTPClientSession('127.0.0.1', port);
console.log(await (await client.request({ path: '/node' })).text());

const [session] = supervisor.sessions;
console.log(session.state, supervisor.counts().activities.idle);
console.log(session.history.map(({ event }) => event)[1]);

// Your program would do this on SIGTERM.
const { finished, aborted, sessions } = await supervisor.drain({ grace: 50 });
console.log({ finished, aborted }, sessions[0].was, sessions[0].outcome);
console.log(supervisor.state, session.state);
