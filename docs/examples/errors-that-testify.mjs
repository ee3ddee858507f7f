// What an error says: where it happened, for which request, after which transitions, and whether you can retry.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { HTTPClientSession, HTTPRequest, HTTPSessionError } from 'http-session-machine';

// This server declares 100 bytes of body, sends 7, and closes.
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
  // Safe to log: no stack, no body, no field values.
  console.log(JSON.stringify(error, null, 2));
}
// The session keeps the error until it connects again. POCO: `networkException`.
console.log(session.state, session.networkException()?.code);

// Nothing of this request was sent, so a retry is `safe` whatever the method.
const order = new HTTPRequest('POST', '/orders');
order.setContentLength(10);
const body = await session.sendRequest(order);
session.abort();
await body.write('two apples').catch((error) => console.log(error.name, error.replay));

await new Promise((resolve) => listener.close(resolve));
