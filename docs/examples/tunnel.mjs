// A proxy for CONNECT: once the handler has the socket, bytes run in both directions and HTTP is over.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { pipeline } from 'node:stream/promises';

import { HTTPClientSession, HTTPServer } from 'http-session-machine';

// What is behind the proxy: it says back what it hears.
const origin = createServer((socket) => socket.pipe(socket));
await once(origin.listen(0, '127.0.0.1'), 'listening');
const allowed = `127.0.0.1:${origin.address().port}`;

const proxy = new HTTPServer(async (request, response) => {
  if (request.method !== 'CONNECT' || request.uri !== allowed) {
    response.status = 403;
    response.end('Only to the origin, and only by CONNECT.');
    return;
  }
  const { hostname, port } = new URL(`tcp://${request.uri}`);
  const upstream = connect(Number(port), hostname);
  try {
    await once(upstream, 'connect');
  } catch {
    response.status = 502;
    response.end('The origin cannot be reached.');
    return;
  }
  // Answers 200 and gives up the socket in one step.
  const { socket, head, signal } = response.switchProtocol();
  if (head.length > 0) upstream.write(head);
  // Either side may end first, and either may be reset; `signal` asks for an end when the server drains.
  await Promise.allSettled([pipeline(socket, upstream, { signal }), pipeline(upstream, socket, { signal })]);
});
const { port } = await proxy.listen({ host: '127.0.0.1', port: 0 });

const session = new HTTPClientSession('127.0.0.1', port);
const refused = await session.request({ method: 'GET', path: '/' });
console.log(refused.status, await refused.text());

const response = await session.request({ method: 'CONNECT', path: allowed });
const { socket } = session.detachSocket();
// The socket is half-open, as the session had it: its new owner answers a FIN with one.
socket.on('end', () => socket.end());
socket.write('through the tunnel');
const [bytes] = await once(socket, 'data');
console.log(response.status, String(bytes));
console.log(proxy.counts().states);

const closed = once(socket, 'close');
const { finished, aborted, sessions } = await proxy.drain();
await closed;
console.log({ finished, aborted }, sessions[0].was, sessions[0].outcome);
origin.close();
