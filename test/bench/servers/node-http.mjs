import { once } from 'node:events';
import { createServer } from 'node:http';

import { BIG_BYTES, HELLO, MEDIUM_BYTES, PIECE_BYTES } from '../workloads.mjs';

const MEDIUM = Buffer.alloc(MEDIUM_BYTES, 'm');
const PIECE = Buffer.alloc(PIECE_BYTES, 'b');

/** @typedef {(request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => void} Handler */

/** @type {Record<string, Handler>} */
const HANDLERS = {
  hello: (_request, response) => {
    response.setHeader('Content-Type', 'text/plain');
    response.setHeader('Content-Length', HELLO.length);
    response.end(HELLO);
  },
  echo: (request, response) => {
    /** @type {Buffer[]} */
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const body = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
      response.setHeader('Content-Length', body.length);
      response.end(body);
    });
  },
  medium: (_request, response) => {
    response.setHeader('Content-Length', MEDIUM_BYTES);
    response.end(MEDIUM);
  },
  big: (_request, response) => {
    response.setHeader('Content-Length', BIG_BYTES);
    let left = BIG_BYTES;
    const pump = () => {
      while (left > 0) {
        left -= PIECE_BYTES;
        if (!response.write(PIECE) && left > 0) {
          response.once('drain', pump);
          return;
        }
      }
      response.end();
    };
    pump();
  },
};

/** @param {string} answer */
export async function listen(answer) {
  const server = createServer({ keepAliveTimeout: 60_000 }, HANDLERS[answer]);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port;
}
