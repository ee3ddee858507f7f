// Sessions in your own server: it accepts the connections, and each session is a loop over its requests.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { HTTPClientSession, HTTPServerSession } from 'http-session-machine';

const sessions = new Set();

async function serve(connection) {
  const session = new HTTPServerSession(connection, { keepAliveTimeout: 10_000 });
  sessions.add(session);
  let count = 0;
  try {
    for await (const { request, response } of session) {
      count++;
      response.end(`request ${count} of this connection, ${(await request.bytes()).length} bytes`);
    }
    console.log('the connection ended after', count, 'requests:', session.state);
  } catch (error) {
    // The client got its answer already; log the error here.
    console.log('refused:', error.code, error.status);
  } finally {
    sessions.delete(session);
  }
}

// Half-open: a client that has finished sending still gets its response.
const listener = createServer({ allowHalfOpen: true, noDelay: true }, (connection) => void serve(connection));
await once(listener.listen(0, '127.0.0.1'), 'listening');
const { port } = listener.address();

const client = new HTTPClientSession('127.0.0.1', port);
for (const body of ['', 'four', 'and twelve']) {
  const response = await client.request({ method: 'POST', body });
  console.log(await response.text());
}

// Two different Content-Length fields: the server answers 400 and reads no further request.
const broken = new HTTPClientSession();
await broken.connect({ host: '127.0.0.1', port });
await broken.write('GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n');
console.log((await broken.read(1_000)).toString('latin1').split('\r\n', 1)[0]);

const last = [...sessions].at(0);
for (const session of sessions) session.drain();
await last?.waitFor('closed');
for (const session of [client, broken]) session.dispose();
await new Promise((resolve) => listener.close(resolve));
