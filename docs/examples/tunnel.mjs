// A CONNECT proxy: the handler takes the socket and pipes it both ways.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { pipeline } from 'node:stream/promises';

import { HTTPClientSession, HTTPServer } from 'http-session-machine';

// The origin behind the proxy: it echoes.
const origin = createServer((socket) => socket.pipe(socket));
await once(origin.listen(0, '127.0.0.1'), 'listening');
const allowed = `127.0.0.1:${origin.address().port}`;

const proxy = new HTTPServer(async (request, response) => {
  if (request.method !== 'CONNECT' || request.uri !== allowed) {
    response.status = 403;
    response.end('CONNECT to the origin only');
    return;
  }
  const { hostname, port } = new URL(`tcp://${request.uri}`);
  const upstream = connect(Number(port), hostname);
  try {
    await once(upstream, 'connect');
  } catch {
    response.status = 502;
    response.end('Origin unreachable');
    return;
  }
  // Answers 200 and returns the socket in one step.
  const { socket, head, signal } = response.switchProtocol();
  if (head.length > 0) upstream.write(head);
  // Either side may end first, and either may be reset. `signal` aborts when the server drains.
  await Promise.allSettled([pipeline(socket, upstream, { signal }), pipeline(upstream, socket, { signal })]);
});
const { port } = await proxy.listen({ host: '127.0.0.1', port: 0 });

const session = new HTTPClientSession('127.0.0.1', port);
const refused = await session.request({ method: 'GET', path: '/' });
console.log(refused.status, await refused.text());

const response = await session.request({ method: 'CONNECT', path: allowed });
const { socket } = session.detachSocket();
// The socket allows half-open: its new owner has to answer a FIN with one.
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
