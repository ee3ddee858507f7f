import { Readable } from 'node:stream';

import { MEDIUM_BYTES, PIECE_BYTES } from '../workloads.mjs';

/**
 * What every module of this folder exports as `open`: makes a client with one function for each loop, which makes one
 * request and reads the answer whole.
 *
 * @typedef {'get' | 'fresh' | 'upload'} Task `fresh` gives each request a connection of its own.
 *
 * @typedef {object} Plan
 * @property {number} port
 * @property {number} connections
 * @property {number} [atOnce] How many requests are made at once; one on each connection by default.
 * @property {Task} task
 * @property {import('../harness/library.mjs').Library} library
 *
 * @typedef {object} Outcome
 * @property {number} status
 * @property {number} length Length of the body, in bytes.
 *
 * @typedef {object} Client
 * @property {(() => Promise<Outcome>)[]} requests
 * @property {() => unknown} close
 */

const PIECE = Buffer.alloc(PIECE_BYTES, 'u');

/** What an upload sends: 1 MiB that a stream delivers in pieces, as a file would, but without reading one. */
export function upload() {
  let left = MEDIUM_BYTES;
  return new Readable({
    read() {
      left -= PIECE.length;
      this.push(PIECE);
      if (left <= 0) this.push(null);
    },
  });
}

/**
 * @param {number} status
 * @param {Uint8Array} body
 * @returns {Outcome}
 */
export const outcome = (status, body) => ({ status, length: body.length });
