// What an error of a session says: where it happened, to which request, after what, and whether to try again.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { HTTPClientSession, HTTPRequest, HTTPSessionError } from 'http-session-machine';

// A server that breaks off: it declares 100 bytes of body, sends 7, and leaves.
const listener = createServer((connection) => {
  connection.on('error', () => connection.destroy());
  connection.once('data', () => connection.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly so'));
});
await once(listener.listen(0, '127.0.0.1'), 'listening');
const { port } = listener.address();
const session = new HTTPClientSession('127.0.0.1', port);

try {
  const response = await session.request({ method: 'POST', path: '/orders', body: 'two apples' });
  await response.text();
} catch (error) {
  if (!(error instanceof HTTPSessionError)) throw error;
  // No stack, no body, no header values: fit for a log.
  console.log(JSON.stringify(error, null, 2));
}
// POCO's networkException(): the error stays with the session until it connects again.
console.log(session.state, session.networkException()?.code);

// A request that had not begun to leave: the verdict is `safe`, whatever its method.
const order = new HTTPRequest('POST', '/orders');
order.setContentLength(10);
const body = await session.sendRequest(order);
session.abort();
await body.write('two apples').catch((error) => console.log(error.name, error.replay));

await new Promise((resolve) => listener.close(resolve));
