import { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';

import { HTTPSessionError, RemoteProtocolError } from '../errors/index.js';

/** What `--compressed` asks for. */
export const ACCEPTED_CODINGS = 'gzip, deflate, br';

type Pieces = AsyncIterable<Uint8Array>;

const DECODERS: Readonly<Record<string, (first: number) => ReturnType<typeof createGunzip>>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  br: () => createBrotliDecompress(),
  // Some servers send it without the wrapper of zlib, whose first byte names the method 8 (RFC 1950 section 2.2).
  deflate: (first) => ((first & 0x0f) === 8 ? createInflate() : createInflateRaw()),
};

/**
 * Undoes content codings (RFC 9110 section 8.4), the last one first. Codings that are not known, and those before them,
 * are left in place.
 */
export function decoded(pieces: Pieces, encoding: string | undefined): Pieces {
  let result = pieces;
  const names = (encoding ?? '').split(',').map((name) => name.trim().toLowerCase());
  for (const name of names.reverse()) {
    if (!Object.hasOwn(DECODERS, name)) return result;
    result = decodedOnce(result, name);
  }
  return result;
}

async function* decodedOnce(pieces: Pieces, name: string): Pieces {
  const source = Readable.from(pieces, { objectMode: false });
  const first = await firstByte(source);
  if (first === null) return;
  const decoder = (DECODERS[name] as (first: number) => ReturnType<typeof createGunzip>)(first);
  source.on('error', (error) => decoder.destroy(error));
  try {
    yield* source.pipe(decoder) as Pieces;
  } catch (error) {
    if (error instanceof HTTPSessionError) throw error;
    throw new RemoteProtocolError(`the body is not valid ${name}: ${(error as Error).message}`);
  } finally {
    source.destroy();
    decoder.destroy();
  }
}

/** The first byte, which stays in the stream; `null` for an empty one. */
async function firstByte(source: Readable): Promise<number | null> {
  for (;;) {
    const piece = source.read() as Buffer | null;
    if (piece !== null) {
      source.unshift(piece);
      return piece[0] as number;
    }
    const event = await new Promise<string>((resolve, reject) => {
      source.once('readable', () => {
        resolve('readable');
      });
      source.once('end', () => {
        resolve('end');
      });
      source.once('error', reject);
    });
    if (event === 'end') return null;
  }
}
