// A server with a few routes, a streamed echo, and a shutdown that finishes the request in progress.
import { HTTPClientSession, HTTPServer } from 'http-session-machine';

const server = new HTTPServer(async (request, response) => {
  switch (`${request.method} ${request.path}`) {
    case 'GET /':
      response.setContentType('text/plain').end('Hello!');
      break;
    case 'POST /echo':
      // Piece by piece: a client that sends faster than it reads has to wait, and nothing piles up here.
      for await (const piece of request) await response.write(piece);
      response.end();
      break;
    case 'POST /json': {
      const value = await request.json({ maxBytes: 1024 });
      response.setContentType('application/json').end(JSON.stringify({ received: value }));
      break;
    }
    default:
      response.status = 404;
      response.end('Not found');
  }
});
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });

const client = new HTTPClientSession('127.0.0.1', port);
const hello = await client.request();
console.log(hello.status, await hello.text());
const echo = await client.request({ method: 'POST', path: '/echo', body: 'one, two, three' });
console.log(echo.status, await echo.text());
const json = await client.request({ method: 'POST', path: '/json', body: '{"n":1}' });
console.log(json.status, await json.text());
const missing = await client.request({ path: '/nothing' });
console.log(missing.status, await missing.text());

// A program of its own would do this on SIGTERM. Busy connections answer first; on idle ones a request may be on its
// way, so they are read for a moment longer.
console.log(server.state, server.sessions.size);
const { finished, aborted } = await server.drain({ grace: 50 });
console.log({ finished, aborted });
console.log(server.state, server.sessions.size);
