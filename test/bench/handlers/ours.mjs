import { pipeline } from 'node:stream/promises';

import { BIG_BYTES, HELLO, MEDIUM_BYTES, PIECE_BYTES, PIECES, USER } from '../workloads.mjs';

/*
 * What a user of this package would write, handler by handler. docs/benchmarks.md shows these functions.
 */

const MEDIUM = Buffer.alloc(MEDIUM_BYTES, 'm');
const PIECE = Buffer.alloc(PIECE_BYTES, 'b');
const findUser = async () => USER;

/** @typedef {(request: any, response: any) => void | Promise<void>} Handler */

/** @type {Record<string, Handler>} */
export const HANDLERS = {
  hello: (request, response) => {
    response.setContentType('text/plain');
    response.end(HELLO);
  },
  json: async (request, response) => {
    const user = await findUser();
    response.setContentType('application/json');
    response.end(JSON.stringify(user));
  },
  echo: async (request, response) => {
    response.end(await request.bytes());
  },
  streamed: async (request, response) => {
    for await (const piece of request) await response.write(piece);
    response.end();
  },
  piped: async (request, response) => {
    await pipeline(request.body.readable(), response.send());
  },
  pipedAlike: async (request, response) => {
    await pipeline(request.body.readable(), response.send());
  },
  pipe: (request, response) => {
    request.body.readable().pipe(response.send());
  },
  pieces: (request, response) => {
    response.setContentType('text/event-stream');
    for (const piece of PIECES) response.write(piece);
    response.end();
  },
  piecesAwaited: async (request, response) => {
    response.setContentType('text/event-stream');
    for (const piece of PIECES) await response.write(piece);
    response.end();
  },
  medium: (request, response) => {
    response.end(MEDIUM);
  },
  big: async (request, response) => {
    response.setContentLength(BIG_BYTES);
    for (let left = BIG_BYTES; left > 0; left -= PIECE.length) await response.write(PIECE);
    response.end();
  },
};
