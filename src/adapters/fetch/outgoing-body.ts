import { isUint8Array } from 'node:util/types';

import { reportFault } from '../../diagnostics.js';
import type { HTTPServerResponse } from '../../session/index.js';

type Reader = ReadableStreamDefaultReader<unknown>;
type Reading = Promise<{ readonly done: boolean; readonly value?: unknown }>;

/**
 * The turns of the microtask queue that a body gets to show its first piece and its end. Most bodies were complete when
 * the `Response` was created and need at most six (Node.js 20 to 24). The head of a body that arrives over time is sent
 * first. No time passes meanwhile, and no other event has to wait.
 */
const TURNS = 8;

/** How far a body got within these turns. */
interface Opening {
  /** The first piece; `null` if there is none yet. */
  readonly first: Uint8Array | null;
  /** The pending read of what follows; `null` if that was all. */
  readonly next: Reading | null;
}

/**
 * Sends a body: in one write if it is complete, otherwise piece by piece, each when the socket is ready for it. Cancels
 * the body if it cannot be delivered.
 *
 * @param fillHead - called before anything is sent.
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

/** Cancels a body. What its source throws then is reported as a fault, as there is no caller to throw to. */
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
    // Without a piece, this sends the head alone: a client of an event stream learns that it is connected.
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
  throw new TypeError(`Response body: must yield Uint8Array chunks (got ${typeof piece})`);
}
