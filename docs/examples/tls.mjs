// TLS with ALPN on one port: this server takes HTTP/1.1, a node:http2 server takes HTTP/2.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http2 from 'node:http2';

import { HTTPSClientSession, HTTPServer } from 'http-session-machine';

// The certificate for tests, which is in a clone of the repository but not in the package. Use your own.
const file = (name) => readFileSync(new URL(`../../test/support/tls/${name}`, import.meta.url));
const cert = file('cert.pem');

const http2Server = http2.createServer((_request, response) => response.end('HTTP/2'));

const server = new HTTPServer((request, response) => {
  response.end(`${request.version}, ${request.secure ? 'encrypted' : 'in the clear'}`);
});
const { port } = await server.listen({
  host: '127.0.0.1',
  port: 0,
  tls: { key: file('key.pem'), cert, alpn: { h2: (socket) => http2Server.emit('connection', socket) } },
});

const client = new HTTPSClientSession('localhost', port, { tls: { ca: cert } });
const response = await client.request();
console.log(response.status, await response.text());

const session = http2.connect(`https://localhost:${port}`, { ca: cert });
const request = session.request({ ':path': '/' });
const [headers] = await once(request, 'response');
console.log(
  headers[':status'],
  String(await request.setEncoding('utf8').reduce((text, piece) => text + piece, '')),
);
session.close();
await once(session, 'close');

const { sessions } = await server.drain({ grace: 50 });
console.log(sessions[0].was, sessions[0].outcome);
