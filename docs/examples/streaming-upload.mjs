// Uploads: a body from a generator, a body through a Node.js stream, and a response before the end of the body.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HTTPClientSession, HTTPRequest, HTTPServer } from 'http-session-machine';

const server = new HTTPServer(async (request, response) => {
  if (request.path === '/full') {
    // The handler need not read the body: the server discards the rest within limits, then closes the connection.
    response.status = 413;
    response.end('Too large');
    return;
  }
  let bytes = 0;
  for await (const piece of request) bytes += piece.length;
  response.end(`${bytes} bytes`);
});
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
const session = new HTTPClientSession('127.0.0.1', port);

async function* pieces(count) {
  for (let piece = 0; piece < count; piece++) yield Buffer.alloc(65_536, 'x');
}

// A body of unknown length is sent chunked. The generator runs as fast as the server reads.
const chunked = await session.request({ method: 'POST', path: '/upload', body: pieces(16) });
console.log('chunked:', await chunked.text());

// Step by step, with a declared length: the body must have exactly that many bytes, or the request fails here.
const message = new HTTPRequest('PUT', '/upload');
message.setContentLength(4 * 65_536);
const body = await session.sendRequest(message);
await pipeline(Readable.from(pieces(4)), body.stream());
const streamed = await session.receiveResponse();
console.log('streamed:', await streamed.text());

// The refusal arrives while the body is still being sent; the generator is not asked for the rest.
const refused = await session.request({ method: 'POST', path: '/full', body: pieces(100_000) });
console.log('refused:', refused.status, await refused.text());

session.close();
await server.drain();
