import { describe, expect, it } from '@jest/globals';
import { RemoteProtocolError } from '../../../src/errors/index.js';
import { DEFAULT_HEAD_LIMITS as LIMITS } from '../../../src/protocol/limits.js';
import { ReceiveBuffer } from '../../../src/protocol/receive-buffer.js';
import { readRequestHead } from '../../../src/protocol/head/request-head.js';
import { readResponseHead } from '../../../src/protocol/head/response-head.js';

function bufferOf(text: string): ReceiveBuffer {
  const buffer = new ReceiveBuffer();
  buffer.append(Buffer.from(text, 'latin1'));
  return buffer;
}

describe.each([
  [
    'readRequestHead',
    readRequestHead,
    'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
  ],
  [
    'readResponseHead',
    (buffer: ReceiveBuffer) => readResponseHead(buffer, { method: 'GET', offersSwitch: false }, LIMITS),
    'HTTP/1.1 204 No Content\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\n\r\n',
  ],
] as const)('%s', (_, read, good, bad) => {
  it('reading a head consumes exactly the head', () => {
    const buffer = bufferOf(`${good}rest`);
    expect(read(buffer, LIMITS)).toBeDefined();
    expect(buffer.drain().toString()).toBe('rest');
  });

  it('reading an incomplete head asks for more bytes and keeps those it has', () => {
    const buffer = new ReceiveBuffer();
    expect(read(buffer, LIMITS)).toBeUndefined();
    for (const byte of Buffer.from(good.slice(0, -1))) {
      buffer.append(Buffer.of(byte));
      expect(read(buffer, LIMITS)).toBeUndefined();
    }
    expect(buffer).toHaveLength(good.length - 1);
    buffer.append(Buffer.from('\n'));
    expect(read(buffer, LIMITS)).toBeDefined();
  });

  it.each(['malformed \r\n', bad])(
    'a refused head is refused again, and nothing of it is consumed: %j',
    (text) => {
      const buffer = bufferOf(text);
      const refusals = [1, 2, 3].map(() => refusalOf(() => read(buffer, LIMITS)));
      expect(new Set(refusals).size).toBe(1);
      expect(buffer).toHaveLength(text.length);
    },
  );

  it('a head that was refused in pieces is refused again', () => {
    const buffer = new ReceiveBuffer();
    for (const byte of Buffer.from(bad.slice(0, -1))) {
      buffer.append(Buffer.of(byte));
      expect(read(buffer, LIMITS)).toBeUndefined();
    }
    buffer.append(Buffer.from('\nrest'));
    const refusals = [1, 2, 3].map(() => refusalOf(() => read(buffer, LIMITS)));
    expect(new Set(refusals).size).toBe(1);
    expect(buffer).toHaveLength(bad.length + 4);
  });
});

function refusalOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof RemoteProtocolError) return error.code;
    throw error;
  }
  throw new Error('was not refused');
}

describe('A head that arrives byte by byte', () => {
  it('a head that arrives byte by byte takes time proportional to its length', () => {
    // The scanner asks for the run that begins where it stopped; a rescan would ask for what it has seen.
    const buffer = new ReceiveBuffer();
    const text = `GET / HTTP/1.1\r\nX: ${'x'.repeat(5_000)}`;
    const asked: number[] = [];
    const from = buffer.from.bind(buffer);
    buffer.from = (position) => {
      asked.push(position);
      return from(position);
    };
    for (const byte of Buffer.from(text)) {
      buffer.append(Buffer.of(byte));
      readRequestHead(buffer, LIMITS);
    }
    expect(asked).toEqual([...asked].sort((a, b) => a - b));
    expect(asked.length).toBeLessThanOrEqual(2 * text.length);
  });
});
