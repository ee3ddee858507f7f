import { ReceiveBuffer } from '../../../src/protocol/receive-buffer.js';
import { MessageLog, TAKES, type Reading } from './message-log.js';

/** Reads `input` in the chunks that end at `cuts`, and gives the log. */
export function logOf(
  input: Buffer,
  reading: Reading,
  cuts: readonly number[] = [],
  take = 'read',
): string[] {
  const buffer = new ReceiveBuffer();
  const log = new MessageLog(buffer, reading, TAKES[take] as (typeof TAKES)['read'] & {});
  for (const chunk of chunksOf(input, cuts)) {
    buffer.append(Buffer.from(chunk));
    log.advance();
  }
  return log.end();
}

/**
 * As `logOf`, but all chunks arrive in the same memory, which is overwritten after each, as a client does that reads
 * all its sockets into one buffer.
 */
export function logOfBorrowed(input: Buffer, reading: Reading, cuts: readonly number[] = []): string[] {
  const buffer = new ReceiveBuffer();
  const log = new MessageLog(buffer, reading, TAKES['read'] as (typeof TAKES)['read'] & {});
  const memory = Buffer.alloc(input.length);
  for (const chunk of chunksOf(input, cuts)) {
    chunk.copy(memory);
    buffer.append(memory.subarray(0, chunk.length), true);
    log.advance();
    buffer.settle();
    memory.fill('#');
  }
  return log.end();
}

/** Every place to cut `length` bytes in two; a spread of some 32 if they are many, with both ends in full. */
export function twoWayCuts(length: number): number[] {
  const places = Array.from({ length: Math.max(length - 1, 0) }, (_, index) => index + 1);
  if (length <= 600) return places;
  const stride = Math.ceil(length / 32);
  return places.filter((place) => place % stride === 0 || place < 32 || place > length - 32);
}

/** The places that cut `length` bytes into single bytes. */
export function singleByteCuts(length: number): number[] {
  return Array.from({ length: Math.max(length - 1, 0) }, (_, index) => index + 1);
}

function chunksOf(input: Buffer, cuts: readonly number[]): Buffer[] {
  const edges = [0, ...cuts, input.length];
  return edges.slice(1).map((edge, index) => input.subarray(edges[index], edge));
}
