// One port for HTTP, TLS, the PROXY protocol and a protocol of your own, told apart by their first bytes.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import tls from 'node:tls';

import { HTTPServer } from 'http-session-machine';
import { PortDemultiplexer } from 'http-session-machine/demultiplexer';

// The certificate for tests, which is in a clone of the repository but not in the package. Use your own.
const file = (name) => readFileSync(new URL(`../../test/support/tls/${name}`, import.meta.url));

const server = new HTTPServer((request, response) => {
  const scheme = request.secure ? 'https' : 'http';
  response.end(`${scheme} from ${request.clientAddress()?.address}\n`);
});
// Decrypted connections go to the same server.
const secure = tls.createServer({ key: file('key.pem'), cert: file('cert.pem') });
server.attach(secure);

const demultiplexer = new PortDemultiplexer({
  http: server,
  tls: secure,
  // The bytes that were examined are pushed back, so this socket has all of them.
  fallback: (socket) => {
    socket.once('data', (bytes) => socket.end(`not HTTP: ${bytes}`));
  },
  // Only a load balancer may say who the client is.
  proxyProtocol: { trusted: ['127.0.0.0/8'] },
});
const { port } = await demultiplexer.listen({ host: '127.0.0.1', port: 0 });

const REQUEST = 'GET / HTTP/1.1\r\nHost: example\r\nConnection: close\r\n\r\n';

/** Sends, and resolves with the last line of what comes back. */
async function ask(socket, data) {
  let text = '';
  socket.on('data', (chunk) => (text += chunk));
  socket.write(data);
  await once(socket, 'end');
  socket.end();
  return text.trimEnd().split('\n').at(-1);
}

console.log(await ask(connect(port, '127.0.0.1'), REQUEST));
console.log(await ask(tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false }), REQUEST));
console.log(await ask(connect(port, '127.0.0.1'), `PROXY TCP4 192.0.2.7 192.0.2.1 40000 443\r\n${REQUEST}`));
console.log(await ask(connect(port, '127.0.0.1'), '\x01 something else'));

await demultiplexer.close();
await server.drain({ grace: 50 });
console.log(demultiplexer.state, server.state);
