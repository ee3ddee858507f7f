// A session as in POCO: bytes in, bytes out, and stream classes that never read beyond their message.
import { buffer, text } from 'node:stream/consumers';
import { HTTPClientSession, HTTPServer } from 'http-session-machine';
import {
  HTTPChunkedInputStream,
  HTTPFixedLengthInputStream,
  HTTPHeaderInputStream,
} from 'http-session-machine/streams';

const server = new HTTPServer(async (request, response) => {
  if (request.path === '/fixed') {
    response.end('five!');
    return;
  }
  await response.write('in ');
  await response.write('chunks');
  response.end();
});
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });

const session = new HTTPClientSession();
await session.connect({ host: '127.0.0.1', port });
console.log(session.state, session.connected());

// Two requests at once; their responses arrive one after the other.
await session.write('GET /fixed HTTP/1.1\r\nHost: localhost\r\n\r\n');
await session.write('GET /chunked HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');

console.log(String.fromCharCode(await session.peek()), session.buffered() > 0);

const head = (await buffer(new HTTPHeaderInputStream(session))).toString('latin1');
console.log(head.split('\r\n', 1)[0]);
console.log(await text(new HTTPFixedLengthInputStream(session, 5)));

const nextHead = (await buffer(new HTTPHeaderInputStream(session))).toString('latin1');
console.log(/^transfer-encoding: .*$/im.exec(nextHead)?.[0]);
console.log(await text(new HTTPChunkedInputStream(session)));

// -1: the server has finished sending.
console.log(await session.get());
session.close();
console.log(session.state);
await server.drain();
