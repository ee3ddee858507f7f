import { Writable } from 'node:stream';

import { describeValue } from '../../errors/index.js';
import type { BodyContent } from '../../protocol/index.js';
import { unheardError } from '../../streams/bridges.js';
import type { SessionCore } from '../core/session-core.js';
import { failResponse } from './failed-response.js';
import type { HTTPServerResponse } from './http-server-response.js';

type Done = (error?: Error | null) => void;

/** What a stream hands over at once. */
interface Chunk {
  readonly chunk: Buffer | string;
  readonly encoding: BufferEncoding;
}

/** The stream of `send()`: pieces go straight to the response, and only a full socket takes a promise. */
export class ResponseStream extends Writable {
  readonly #core: SessionCore;
  readonly #response: HTTPServerResponse;

  constructor(core: SessionCore, response: HTTPServerResponse) {
    super({ decodeStrings: false });
    this.on('error', unheardError);
    this.#core = core;
    this.#response = response;
  }

  override _write(chunk: Buffer | string, encoding: BufferEncoding, done: Done): void {
    this.#join([{ chunk, encoding }], 0, done);
  }

  /** What was written while the socket was full. */
  override _writev(chunks: Chunk[], done: Done): void {
    this.#join(chunks, 0, done);
  }

  #join(chunks: readonly Chunk[], from: number, done: Done): void {
    for (let at = from; at < chunks.length; at++) {
      const { chunk, encoding } = chunks[at] as Chunk;
      let isFree: boolean;
      try {
        isFree = this.#response.joinPiece(contentOf(chunk, encoding));
      } catch (error) {
        done(error as Error);
        return;
      }
      if (!isFree) {
        this.#core.drained().then(() => {
          this.#join(chunks, at + 1, done);
        }, done);
        return;
      }
    }
    done();
  }

  override _final(done: Done): void {
    // To the one who pipes, `finish` would mean that everything was delivered.
    let error = this.#response.lossError;
    try {
      if (error === null) this.#response.end();
    } catch (thrown) {
      error = thrown as Error;
    }
    done(error);
  }

  override _destroy(error: Error | null, done: Done): void {
    if (!this.writableFinished) failResponse(this.#core, this.#response);
    done(error);
  }
}

function contentOf(chunk: Buffer | string, encoding: BufferEncoding): BodyContent {
  const isWhole = typeof chunk !== 'string' || encoding === 'utf8' || encoding === 'utf-8';
  return isWhole ? chunk : Buffer.from(chunk, encoding);
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
