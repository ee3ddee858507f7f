import type { Writable } from 'node:stream';

import { describeValue } from '../../errors/index.js';
import { pieceWritable } from '../../streams/bridges.js';
import type { SessionCore } from '../core/session-core.js';
import { failResponse } from './failed-response.js';
import type { HTTPServerResponse } from './http-server-response.js';

/** The stream of `send()`. `loss` is the error of a response that is lost. */
export function responseStream(
  core: SessionCore,
  response: HTTPServerResponse,
  loss: () => Error | null,
): Writable {
  return pieceWritable(
    (piece) => response.write(piece),
    () => {
      const error = loss();
      // To the one who pipes, `finish` would mean that everything was delivered.
      if (error !== null) throw error;
      response.end();
    },
    () => {
      failResponse(core, response);
    },
  );
}

/** Refuses what `write` of node:http takes as well: an encoding, which would be ignored, or a callback, never called. */
export function refuseExtra(extra: unknown): never {
  throw new TypeError(
    `write(): takes the content alone (got ${describeValue(extra)} as well); text is UTF-8, and the promise says when to continue`,
  );
}

/** For a call that takes nothing, and is often given a body. */
export function refuseBody(given: readonly unknown[]): void {
  if (given.length === 0) return;
  throw new TypeError(
    `send(): takes nothing and returns a stream (got ${describeValue(given[0])}); to send a body, call end(body)`,
  );
}
