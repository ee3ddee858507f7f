// One session, several requests, one connection, and what happens when the server closes it in between.
import { HTTPClientSession, HTTPServer } from 'http-session-machine';

const server = new HTTPServer((request, response) => response.end(request.path), {
  // The server closes the connection after two requests.
  maxKeepAliveRequests: 2,
});
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });

const session = new HTTPClientSession('127.0.0.1', port, { keepAliveTimeout: 4_000 });
session.on('transition', ({ from, to }) => console.log(`  ${from} -> ${to}`));

for (const path of ['/first', '/second', '/third']) {
  const response = await session.request({ path });
  console.log(await response.text(), session.exchangeState);
}

// An idle connection is watched: the session sees the server's FIN immediately, not on the next request.
await server.drain();
await session.waitFor('closed');
console.log(session.state, session.networkException());
