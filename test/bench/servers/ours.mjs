import { HTTPServer } from '../../../dist/src/index.js';
import { BIG_BYTES, HELLO, MEDIUM_BYTES, PIECE_BYTES } from '../workloads.mjs';

const MEDIUM = Buffer.alloc(MEDIUM_BYTES, 'm');
const PIECE = Buffer.alloc(PIECE_BYTES, 'b');

/** @type {Record<string, (request: any, response: any) => void | Promise<void>>} */
const HANDLERS = {
  hello: (_request, response) => {
    response.set('Content-Type', 'text/plain');
    response.end(HELLO);
  },
  echo: async (request, response) => {
    response.end(await request.bytes());
  },
  medium: (_request, response) => {
    response.end(MEDIUM);
  },
  big: async (_request, response) => {
    response.setContentLength(BIG_BYTES);
    for (let left = BIG_BYTES; left > 0; left -= PIECE_BYTES) await response.write(PIECE);
    await response.end();
  },
};

/** @param {string} answer */
export async function listen(answer) {
  const server = new HTTPServer(HANDLERS[answer], { keepAliveTimeout: 60_000 });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  return port;
}
