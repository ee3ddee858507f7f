import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';

import { BIG_BYTES, HELLO, MEDIUM_BYTES, PIECE_BYTES, PIECES, USER } from '../workloads.mjs';

/*
 * What a user of node:http would write for the same answers. docs/benchmarks.md shows these functions.
 */

const MEDIUM = Buffer.alloc(MEDIUM_BYTES, 'm');
const PIECE = Buffer.alloc(PIECE_BYTES, 'b');
const findUser = async () => USER;

/** @typedef {import('node:http').RequestListener} Handler */

/** Nothing has to be awaited: node:http joins the pieces of one turn. @type {Handler} */
const pieces = (request, response) => {
  response.setHeader('Content-Type', 'text/event-stream');
  for (const piece of PIECES) response.write(piece);
  response.end();
};

/** @type {Record<string, Handler>} */
export const HANDLERS = {
  hello: (request, response) => {
    response.setHeader('Content-Type', 'text/plain');
    response.setHeader('Content-Length', HELLO.length);
    response.end(HELLO);
  },
  json: async (request, response) => {
    const user = await findUser();
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(user));
  },
  echo: (request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
      response.setHeader('Content-Length', body.length);
      response.end(body);
    });
  },
  streamed: async (request, response) => {
    for await (const piece of request) {
      if (!response.write(piece)) await once(response, 'drain');
    }
    response.end();
  },
  piped: (request, response) => {
    request.pipe(response);
  },
  pipedAlike: async (request, response) => {
    await pipeline(request, response);
  },
  pipe: (request, response) => {
    request.pipe(response);
  },
  pieces,
  piecesAwaited: pieces,
  medium: (request, response) => {
    response.setHeader('Content-Length', MEDIUM_BYTES);
    response.end(MEDIUM);
  },
  big: async (request, response) => {
    response.setHeader('Content-Length', BIG_BYTES);
    for (let left = BIG_BYTES; left > 0; left -= PIECE.length) {
      if (!response.write(PIECE)) await once(response, 'drain');
    }
    response.end();
  },
};
