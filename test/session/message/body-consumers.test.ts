import { describe, expect, it, jest } from '@jest/globals';

import { RemoteProtocolError } from '../../../src/errors/index.js';
import {
  CHUNKED,
  createBodyReader,
  DEFAULT_BODY_LIMITS,
  ReceiveBuffer,
  type BodyReader,
} from '../../../src/protocol/index.js';
import {
  CollectConsumer,
  DiscardConsumer,
  PieceConsumer,
} from '../../../src/session/message/body-consumers.js';
import { thrown } from '../../support/transport/promises.js';

const MIB = 1_048_576;

/** A body that writes down how it is read; not a byte of it has come. */
class Watched implements BodyReader {
  readonly taken = 0;
  readonly complete = false;
  readonly trailer = undefined;
  readonly remaining: number;
  readonly calls: string[] = [];

  constructor(remaining: number) {
    this.remaining = remaining;
  }

  read(): undefined {
    this.calls.push('read');
  }

  readInto(_buffer: ReceiveBuffer, target: Uint8Array): number {
    this.calls.push(`readInto ${String(target.length)}`);
    return 0;
  }

  ended(): void {
    this.calls.push('ended');
  }
}

/** A buffer with these bytes; each piece stays one. */
function holding(...pieces: readonly Buffer[]): ReceiveBuffer {
  const buffer = new ReceiveBuffer();
  for (const piece of pieces) buffer.append(piece);
  return buffer;
}

/** Collects one body and writes down what comes of it. */
function collecting(reader: BodyReader, maxBytes: number): { consumer: CollectConsumer; results: unknown[] } {
  const results: unknown[] = [];
  const note = (result: unknown): number => results.push(result);
  return { consumer: new CollectConsumer(reader, maxBytes, note, note), results };
}

describe('collecting a body', () => {
  it.each([
    ['of 1 byte', 1, 64 * MIB, 'readInto 1'],
    ['of 1 MiB', MIB, 64 * MIB, 'readInto 1048576'],
    ['of as much as is wanted', 10, 10, 'readInto 10'],
    ['of more than 1 MiB, as a length is no bytes yet', MIB + 1, 64 * MIB, 'read'],
    ['of unknown length', -1, 64 * MIB, 'read'],
  ])('%s allocates memory in advance only where that is safe', (_which, length, maxBytes, call) => {
    const reader = new Watched(length);
    const { consumer } = collecting(reader, maxBytes);
    expect(consumer.takeFrom(reader, holding())).toBe(false);
    expect(reader.calls).toEqual([call]);
  });

  it('a body declared longer than allowed is refused before a byte of it has arrived', () => {
    const reader = new Watched(11);
    const { consumer } = collecting(reader, 10);
    const error = thrown(() => consumer.takeFrom(reader, holding()));
    expect(error).toBeInstanceOf(RemoteProtocolError);
    expect(error).toMatchObject({ code: 'ERR_HTTP_SESSION_BODY_TOO_LARGE', status: 413 });
    expect(reader.calls).toEqual([]);
  });

  it('collecting a body of one piece copies nothing', () => {
    const reader = createBodyReader(CHUNKED, DEFAULT_BODY_LIMITS);
    const { consumer, results } = collecting(reader, MIB);
    const wire = Buffer.from('5\r\nhello\r\n0\r\n\r\n');
    consumer.takeFrom(reader, holding(wire));
    consumer.finish();
    const [whole] = results as [Buffer];
    expect(String(whole)).toBe('hello');
    expect([whole.buffer === wire.buffer, whole.byteOffset - wire.byteOffset]).toEqual([true, 3]);
  });

  it('collecting a body of several pieces joins them', () => {
    const reader = createBodyReader(CHUNKED, DEFAULT_BODY_LIMITS);
    const { consumer, results } = collecting(reader, MIB);
    consumer.takeFrom(reader, holding(Buffer.from('5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n')));
    consumer.finish();
    expect(results.map(String)).toEqual(['hello world']);
  });
});

describe('collecting a body in small chunks', () => {
  const CHUNKS = 300_000;

  it('a body of 1-byte chunks takes memory of a small factor of its content', () => {
    const reader = createBodyReader(CHUNKED, DEFAULT_BODY_LIMITS);
    const { consumer, results } = collecting(reader, MIB);
    const wire = Buffer.from('1\r\nx\r\n'.repeat(1_000));
    const collections = jest.spyOn(Buffer, 'concat');
    for (let at = 0; at < CHUNKS / 1_000; at++) consumer.takeFrom(reader, holding(Buffer.from(wire)));
    consumer.takeFrom(reader, holding(Buffer.from('0\r\n\r\n')));
    consumer.finish();
    const [whole] = results as [Buffer];
    expect(whole.equals(Buffer.alloc(CHUNKS, 'x'))).toBe(true);
    // What it keeps until the end: some blocks, not a piece for each chunk.
    const [pieces] = collections.mock.calls.at(-1) as [readonly Buffer[]];
    expect(pieces.length).toBeLessThan(10);
    expect(new Set(pieces.map(({ buffer }) => buffer)).size).toBe(pieces.length);
    expect(pieces.reduce((bytes, { buffer }) => bytes + buffer.byteLength, 0)).toBeLessThan(3 * CHUNKS);
    collections.mockRestore();
  });

  it('large and small chunks in turn come out in order', () => {
    const reader = createBodyReader(CHUNKED, DEFAULT_BODY_LIMITS);
    const { consumer, results } = collecting(reader, 16 * MIB);
    let expected = '';
    for (let at = 0; at < 200; at++) {
      const content = String.fromCharCode(97 + (at % 26)).repeat(
        at % 3 === 0 ? 20_000 : ((at * 37) % 9_000) + 1,
      );
      expected += content;
      consumer.takeFrom(reader, holding(Buffer.from(`${content.length.toString(16)}\r\n${content}\r\n`)));
    }
    consumer.takeFrom(reader, holding(Buffer.from('0\r\n\r\n')));
    consumer.finish();
    expect(String(results[0])).toBe(expected);
  });

  it('more than maxBytes in small chunks is refused', () => {
    const reader = createBodyReader(CHUNKED, DEFAULT_BODY_LIMITS);
    const { consumer } = collecting(reader, 100);
    const error = thrown(() => consumer.takeFrom(reader, holding(Buffer.from('1\r\nx\r\n'.repeat(101)))));
    expect(error).toMatchObject({ status: 413 });
  });
});

describe('handing out small pieces', () => {
  /** The pieces of a body of 1-byte chunks that have all arrived. */
  const piecesOf = (chunks: number): string[] => {
    const reader = createBodyReader(CHUNKED, DEFAULT_BODY_LIMITS);
    const buffer = holding(Buffer.from('1\r\nx\r\n'.repeat(chunks) + '0\r\n\r\n'));
    const sizes = { smallPieces: 0 };
    const pieces: string[] = [];
    while (!reader.complete) {
      const consumer = new PieceConsumer(
        sizes,
        (piece) => pieces.push(String(piece)),
        () => undefined,
      );
      if (!consumer.takeFrom(reader, buffer)) break;
    }
    return pieces;
  };

  it('a few small chunks are handed out one by one', () => {
    expect(piecesOf(8)).toEqual(Array.from({ length: 8 }, () => 'x'));
  });

  it('many small chunks are joined, so that none costs an object of its own', () => {
    const pieces = piecesOf(10_000);
    expect(pieces.join('')).toBe('x'.repeat(10_000));
    expect(pieces.length).toBeLessThan(20);
  });
});

describe('throwing a body away', () => {
  const discarding = (maxBytes: number): { consumer: DiscardConsumer; results: boolean[] } => {
    const results: boolean[] = [];
    return { consumer: new DiscardConsumer(maxBytes, (complete) => results.push(complete)), results };
  };

  it('discarding a body wants more up to a bound, and nothing after that', () => {
    const reader = createBodyReader(100, DEFAULT_BODY_LIMITS);
    const { consumer, results } = discarding(10);
    expect(consumer.takeFrom(reader, holding(Buffer.alloc(10)))).toBe(false);
    expect(results).toEqual([]);
    expect(consumer.takeFrom(reader, holding(Buffer.alloc(1)))).toBe(true);
    expect(results).toEqual([false]);
  });

  it('discarding a body reports whether it was complete: it is not when the connection fails', () => {
    const complete = discarding(10);
    complete.consumer.finish();
    expect(complete.results).toEqual([true]);
    const failed = discarding(10);
    failed.consumer.fail();
    expect(failed.results).toEqual([false]);
  });
});
