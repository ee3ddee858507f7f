import { isUint8Array } from 'node:util/types';

import { reportFault } from '../../diagnostics.js';
import type { HTTPServerRequest, HTTPServerResponse, IncomingBody } from '../../session/index.js';

/** A reader of a stream, or what reads a body in its place. */
type Reader = Pick<ReadableStreamDefaultReader<unknown>, 'read' | 'cancel'>;
type Reading = Promise<{ readonly done: boolean; readonly value?: unknown }>;

/**
 * The turns of the microtask queue that a body gets to show its first piece and its end. Most bodies were complete when
 * the `Response` was created and need at most six (Node.js 20 to 24). The head of a body that arrives over time is sent
 * first. No time passes meanwhile, and no other event has to wait.
 */
const TURNS = 8;

const NOTHING = new Uint8Array();
const END = { done: true, value: undefined } as const;

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
  request: HTTPServerRequest,
  response: HTTPServerResponse,
  fillHead: () => void,
): Promise<void> {
  await sendPieces(body.getReader(), request, response, fillHead);
}

/** Sends the body of a request back, without the stream that a handler has passed on unread. */
export async function sendIncoming(
  body: IncomingBody,
  request: HTTPServerRequest,
  response: HTTPServerResponse,
  fillHead: () => void,
): Promise<void> {
  await sendPieces(readerOf(body), request, response, fillHead);
}

/** A body that is cancelled is left where it is, as its stream would leave it. */
function readerOf(body: IncomingBody): Reader {
  return {
    read: () => body.read().then((value) => (value === null ? END : { done: false, value })),
    cancel: () => Promise.resolve(),
  };
}

async function sendPieces(
  reader: Reader,
  request: HTTPServerRequest,
  response: HTTPServerResponse,
  fillHead: () => void,
): Promise<void> {
  try {
    fillHead();
    const { first, next } = await open(reader);
    if (next === null) response.end(first ?? '');
    else await stream(reader, request.signal, response, first, next);
  } catch (error) {
    abandon(reader, error);
    throw error;
  }
}

/**
 * The bytes of a stream that Node.js has made of text or bytes, which are known whole; `null` for other streams. A stream
 * of a program is mostly not a byte stream, and then nothing is asked of it.
 */
export async function readWhole(body: ReadableStream<unknown>): Promise<Uint8Array | null> {
  if (!isByteStream(body)) return null;
  const reader = body.getReader();
  const { first, next } = await open(reader);
  if (next === null) return first ?? NOTHING;
  next.catch(() => undefined);
  reader.releaseLock();
  return null;
}

/** Only a byte stream reads into memory that it is given. */
function isByteStream(body: ReadableStream<unknown>): boolean {
  try {
    body.getReader({ mode: 'byob' }).releaseLock();
    return true;
  } catch {
    return false;
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
