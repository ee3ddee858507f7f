import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ReceiveBuffer } from '../../src/protocol/receive-buffer.js';

function bufferOf(...chunks: string[]): ReceiveBuffer {
  const buffer = new ReceiveBuffer();
  // Large enough not to be joined, so that the chunks stay apart.
  for (const chunk of chunks) buffer.append(Buffer.from(chunk, 'latin1'));
  return buffer;
}

const A = 'a'.repeat(1_500);
const B = 'b'.repeat(1_500);

describe('an empty ReceiveBuffer', () => {
  it('an empty ReceiveBuffer has nothing to give', () => {
    const buffer = bufferOf('');
    expect(buffer).toHaveLength(0);
    expect([buffer.get(), buffer.peek(), buffer.headLength()]).toEqual([-1, -1, -1]);
    expect([buffer.take(5), buffer.takeContiguous(5), buffer.drain()].map(String)).toEqual(['', '', '']);
    expect(buffer.takeInto(Buffer.alloc(2), 0, 2)).toBe(0);
    expect(buffer.from(0)).toBeUndefined();
  });

  it('an empty ReceiveBuffer retains no chunk, however it became empty', () => {
    const empty = JSON.stringify(new ReceiveBuffer());
    for (const consume of [
      (buffer: ReceiveBuffer) => buffer.skip(9_999),
      (buffer: ReceiveBuffer) => buffer.take(3_000),
      (buffer: ReceiveBuffer) => buffer.drain(),
      (buffer: ReceiveBuffer) => buffer.clear(),
      (buffer: ReceiveBuffer) => buffer.takeInto(Buffer.alloc(3_000), 0, 3_000),
    ]) {
      const buffer = bufferOf(A, B);
      buffer.scan = { phase: 1, scanned: 2, fields: 3, emptyLines: 0 };
      consume(buffer);
      expect(JSON.stringify(buffer)).toBe(empty);
    }
  });
});

describe('ReceiveBuffer', () => {
  it('a ReceiveBuffer gives views of contiguous bytes, and copies of others', () => {
    const chunk = Buffer.from(A);
    const buffer = new ReceiveBuffer();
    buffer.append(chunk);
    buffer.append(Buffer.from(B));
    expect(buffer.take(10).buffer).toBe(chunk.buffer);
    expect(buffer.takeContiguous(9_999).toString()).toBe('a'.repeat(1_490));
    buffer.append(chunk);
    expect(buffer.take(9_999).toString()).toBe(B + A);
  });

  it('a ReceiveBuffer joins small chunks, so that single bytes cost no object each', () => {
    const buffer = bufferOf(A, ...Array.from({ length: 2_000 }, () => 'x'));
    buffer.skip(1_500);
    expect(buffer.takeContiguous(9_999).length).toBeGreaterThan(1_000);
    expect(buffer.takeContiguous(9_999).length).toBeGreaterThan(900);
    expect(buffer).toHaveLength(0);
  });

  it('a ReceiveBuffer never gives views of borrowed memory', () => {
    const memory = Buffer.from('abcdef');
    const buffer = new ReceiveBuffer();
    buffer.append(memory, true);
    const taken = [buffer.take(2), buffer.takeContiguous(2)];
    buffer.settle();
    memory.fill('#');
    expect([...taken, buffer.drain()].map(String)).toEqual(['ab', 'cd', 'ef']);
  });

  it('a ReceiveBuffer copies a borrowed chunk behind others, also when another one comes', () => {
    const memory = Buffer.from(B);
    const buffer = bufferOf(A);
    buffer.append(memory, true);
    buffer.append(Buffer.from(A), true);
    memory.fill('#');
    buffer.settle();
    buffer.settle();
    expect(buffer.drain().toString()).toBe(A + B + A);
  });

  it('a ReceiveBuffer copies into a target as much as there is, is wanted, and fits', () => {
    const target = Buffer.alloc(6, '.');
    const buffer = bufferOf('abcdef');
    expect(buffer.takeInto(target, 1, 2)).toBe(2);
    expect(buffer.takeInto(target, 4, 99)).toBe(2);
    expect(buffer.takeInto(target, 6, 99)).toBe(0);
    expect(target.toString()).toBe('.ab.cd');
    expect(buffer.takeInto(target, 0, 99)).toBe(2);
  });

  it('a ReceiveBuffer gives text without consuming it, over all chunks', () => {
    const buffer = bufferOf(`\xe9${A}`, B, A);
    expect(buffer.latin1(1)).toBe('\xe9');
    expect(buffer.latin1(3_002)).toBe(`\xe9${A}${B}a`);
    expect(buffer).toHaveLength(4_501);
  });

  it('a ReceiveBuffer finds the end of a head in the first run of bytes only', () => {
    expect(bufferOf('GET\r\n\r\nrest').headLength()).toBe(7);
    expect(bufferOf(`${A}\r\n`, `\r\n${B}`).headLength()).toBe(-1);
  });

  it('a ReceiveBuffer forgets how far it was scanned when anything is consumed', () => {
    const buffer = bufferOf('abc');
    buffer.scan = { phase: 1, scanned: 2, fields: 3, emptyLines: 0 };
    buffer.get();
    expect(buffer.scan).toBeUndefined();
  });
});

type Step = (buffer: ReceiveBuffer, model: { bytes: Buffer }, borrowed: Buffer[]) => void;

const chunks = fc.oneof(
  fc.uint8Array({ maxLength: 9 }),
  fc.integer({ min: 500, max: 1_600 }).map((length) => new Uint8Array(length).map((_, at) => at)),
);

const appends = fc
  .tuple(chunks, fc.boolean())
  .map<Step>(([bytes, isBorrowed]) => (buffer, model, borrowed) => {
    const chunk = Buffer.from(bytes);
    buffer.append(chunk, isBorrowed);
    model.bytes = Buffer.concat([model.bytes, chunk]);
    // The owner may use the memory again after the call stack that `settle` ends.
    if (isBorrowed) borrowed.push(chunk);
  });

const settles = fc.constant<Step>((buffer, _, borrowed) => {
  buffer.settle();
  for (const chunk of borrowed.splice(0)) chunk.fill(0xff);
});

const takes = fc
  .tuple(fc.constantFrom('take', 'takeContiguous', 'takeInto', 'skip', 'get', 'drain', 'look'), fc.nat(2_500))
  .map<Step>(([how, length]) => (buffer, model) => {
    const taken = consume(buffer, how, length);
    expect(taken.equals(model.bytes.subarray(0, taken.length))).toBe(true);
    if (how !== 'takeContiguous' && how !== 'get' && how !== 'drain' && how !== 'look') {
      expect(taken.length).toBe(Math.min(length, model.bytes.length));
    }
    if (how !== 'look') model.bytes = model.bytes.subarray(taken.length);
  });

function consume(buffer: ReceiveBuffer, how: string, length: number): Buffer {
  if (how === 'take') return buffer.take(length);
  if (how === 'takeContiguous') return buffer.takeContiguous(length);
  if (how === 'drain') return buffer.drain();
  if (how === 'look') return Buffer.from(buffer.latin1(Math.min(length, buffer.length)), 'latin1');
  if (how === 'get') {
    expect(buffer.peek()).toBe(buffer.from(0)?.[0] ?? -1);
    const byte = buffer.get();
    return byte === -1 ? Buffer.alloc(0) : Buffer.of(byte);
  }
  const target = Buffer.alloc(Math.min(length, buffer.length));
  if (how === 'takeInto') {
    expect(buffer.takeInto(target, 0, length)).toBe(target.length);
    return target;
  }
  Buffer.from(buffer.latin1(target.length), 'latin1').copy(target);
  buffer.skip(length);
  return target;
}

describe('a chunk that is taken whole', () => {
  it('a chunk is taken as it is when it is all that is held', () => {
    const buffer = new ReceiveBuffer();
    const chunk = Buffer.from(A);
    buffer.append(chunk);
    expect(buffer.takeChunk(A.length)).toBe(chunk);
    expect(buffer).toHaveLength(0);
  });

  it('what remained of borrowed memory is taken without another copy', () => {
    const buffer = new ReceiveBuffer();
    const borrowed = Buffer.from('head, body');
    buffer.append(borrowed, true);
    buffer.skip(6);
    expect(buffer.takeChunk(4)).toBeUndefined();
    buffer.settle();
    borrowed.fill('x');
    expect(String(buffer.takeChunk(4))).toBe('body');
  });

  it('a chunk is not taken whole when it was begun, is borrowed, or is not all', () => {
    const begun = bufferOf(A);
    begun.skip(1);
    const borrowed = new ReceiveBuffer();
    borrowed.append(Buffer.from(A), true);
    const several = bufferOf(A, B);
    const longer = bufferOf(A);
    expect(begun.takeChunk(A.length - 1)).toBeUndefined();
    expect(borrowed.takeChunk(A.length)).toBeUndefined();
    expect(several.takeChunk(A.length)).toBeUndefined();
    expect(several.takeChunk(A.length + B.length)).toBeUndefined();
    expect(longer.takeChunk(A.length - 1)).toBeUndefined();
    expect(new ReceiveBuffer().takeChunk(0)).toBeUndefined();
  });
});

describe('ReceiveBuffer against a plain Buffer', () => {
  it('a ReceiveBuffer has the same bytes as a plain Buffer after any calls', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(appends, settles, takes), { maxLength: 40 }), (steps) => {
        const buffer = new ReceiveBuffer();
        const model = { bytes: Buffer.alloc(0) };
        const borrowed: Buffer[] = [];
        for (const step of steps) {
          step(buffer, model, borrowed);
          expect(buffer).toHaveLength(model.bytes.length);
          const position = Math.floor(model.bytes.length / 2);
          expect(buffer.from(position)?.[0]).toBe(model.bytes[position]);
        }
        expect(buffer.drain().equals(model.bytes)).toBe(true);
      }),
      { interruptAfterTimeLimit: 1_000, numRuns: 300 },
    );
  });
});
