import { isUint8Array } from 'node:util/types';

import { reportFault } from '../../diagnostics.js';
import type { HTTPServerResponse } from '../../session/index.js';

type Reader = ReadableStreamDefaultReader<unknown>;
type Reading = Promise<{ readonly done: boolean; readonly value?: unknown }>;

/**
 * So many turns of the microtask queue a body gets to show its first piece and its end. Most bodies were whole when the
 * `Response` was made and need six at the most (Node.js 20 to 24), while one that comes in time takes longer and has its
 * head sent before. No time passes meanwhile, and no other event is kept waiting.
 */
const TURNS = 8;

/** How far a body has come within that. */
interface Opening {
  /** The first piece; `null` when there is none yet. */
  readonly first: Uint8Array | null;
  /** The read that waits for what follows; `null` when that was all. */
  readonly next: Reading | null;
}

/**
 * Sends a body: in one write when it is whole, otherwise piece by piece, each when the socket is ready for it. It is
 * cancelled when it cannot be delivered.
 *
 * @param fillHead - is called before anything is sent.
 */
export async function sendBody(
  body: ReadableStream<unknown>,
  signal: AbortSignal,
  response: HTTPServerResponse,
  fillHead: () => void,
): Promise<void> {
  const reader = body.getReader();
  try {
    fillHead();
    const { first, next } = await open(reader);
    if (next === null) response.end(first ?? '');
    else await stream(reader, signal, response, first, next);
  } catch (error) {
    abandon(reader, error);
    throw error;
  }
}

/** Gives a body up. What its source throws at that is nobody's to catch. */
export function abandon(body: Reader | ReadableStream<unknown> | null, reason: unknown): void {
  body?.cancel(reason).catch((error: unknown) => {
    if (error !== reason) reportFault('handler', error);
  });
}

async function open(reader: Reader): Promise<Opening> {
  const beginning: Reading = reader.read();
  if (!(await settlesSoon(beginning))) return { first: null, next: beginning };
  const { done, value } = await beginning;
  if (done) return { first: null, next: null };
  const first = bytesIn(value);
  const next: Reading = reader.read();
  const isWhole = (await settlesSoon(next)) && (await next).done;
  return { first, next: isWhole ? null : next };
}

async function stream(
  reader: Reader,
  signal: AbortSignal,
  response: HTTPServerResponse,
  first: Uint8Array | null,
  next: Reading,
): Promise<void> {
  const abort = (): void => {
    abandon(reader, signal.reason);
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    // With no piece yet the head alone is sent: a client of an event stream learns that it is connected.
    await response.write(first ?? '');
    for (let piece = await next; !piece.done; piece = await reader.read()) {
      await response.write(bytesIn(piece.value));
    }
    // After an abort this throws.
    response.end();
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function settlesSoon(reading: Reading): Promise<boolean> {
  let isSettled = false;
  const settle = (): void => {
    isSettled = true;
  };
  reading.then(settle, settle);
  for (let turn = 0; turn < TURNS && !isSettled; turn++) await Promise.resolve();
  return isSettled;
}

function bytesIn(piece: unknown): Uint8Array {
  if (isUint8Array(piece)) return piece;
  throw new TypeError('a body consists of Uint8Arrays');
}
