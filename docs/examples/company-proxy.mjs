// Behind a company proxy: the environment names it, https: goes through a tunnel, and internal hosts are reached directly.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { pipeline } from 'node:stream/promises';

import { HTTPServer } from 'http-session-machine';
import { HTTPClient, proxyFromEnvironment, ProxyError } from 'http-session-machine/client';

// The certificate for tests, which is in a clone of the repository but not in the package. Use your own.
const file = (name) => readFileSync(new URL(`../../test/support/tls/${name}`, import.meta.url));
const cert = file('cert.pem');

const origin = new HTTPServer((request, response) => {
  response.end(`Hello over TLS, proxy credentials seen: ${request.has('Proxy-Authorization')}`);
});
const inside = await origin.listen({ host: '127.0.0.1', port: 0, tls: { key: file('key.pem'), cert } });

// The proxy asks for a password, and lets its users reach api.example alone.
const password = `Basic ${Buffer.from('ann:secret').toString('base64')}`;
const proxy = new HTTPServer(async (request, response) => {
  console.log('proxy:', request.method, request.uri, request.has('Proxy-Authorization'));
  if (request.get('Proxy-Authorization') !== password) {
    response.status = 407;
    response.set('Proxy-Authenticate', 'Basic realm="company"').end('Who are you?\n');
  } else if (request.method !== 'CONNECT') {
    response.end(`the proxy has read ${request.uri}`);
  } else if (request.uri !== 'api.example:443') {
    response.status = 403;
    response.end('Blocked by policy\n');
  } else {
    const upstream = connect(inside.port, '127.0.0.1');
    await once(upstream, 'connect');
    const { socket, head, signal } = response.switchProtocol();
    upstream.write(head);
    await Promise.allSettled([
      pipeline(socket, upstream, { signal }),
      pipeline(upstream, socket, { signal }),
    ]);
  }
});
const { port } = await proxy.listen({ host: '127.0.0.1', port: 0 });

// Your program calls proxyFromEnvironment() without arguments: it reads process.env.
const address = `http://ann:secret@127.0.0.1:${port}`;
const environment = { http_proxy: address, https_proxy: address, no_proxy: '.intra.example,10.0.0.0/8' };
const client = new HTTPClient({
  proxy: proxyFromEnvironment(environment),
  // The certificate of this example names localhost.
  tls: { ca: cert, servername: 'localhost' },
});

// An https: URL: the proxy sees the host and the port, and nothing else.
const response = await client.request('https://api.example/orders');
console.log(response.status, await response.text());

// An http: URL: the proxy reads the whole of it.
const plain = await client.request('http://api.example/orders');
console.log(plain.status, await plain.text());

// A refusal says which hop refused, and with what.
try {
  await client.request('https://games.example/');
} catch (error) {
  if (!(error instanceof ProxyError)) throw error;
  console.log(error.code, error.hop, error.status, error.replay);
}

// Which way would a request take?
const proxyFor = proxyFromEnvironment(environment);
console.log(proxyFor(new URL('https://wiki.intra.example/')), proxyFor(new URL('https://10.1.2.3/')));

await client.drain();
await proxy.stop();
await origin.stop();
