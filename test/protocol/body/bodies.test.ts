import { describe, expect, it } from '@jest/globals';
import { IncompleteMessageError, RemoteProtocolError } from '../../../src/errors/index.js';
import { createBodyReader, type BodyReader } from '../../../src/protocol/body/readers.js';
import { CHUNKED, UNTIL_CLOSE } from '../../../src/protocol/head/framing.js';
import { DEFAULT_BODY_LIMITS as LIMITS } from '../../../src/protocol/limits.js';
import { ReceiveBuffer } from '../../../src/protocol/receive-buffer.js';

function bufferOf(text: string): ReceiveBuffer {
  const buffer = new ReceiveBuffer();
  buffer.append(Buffer.from(text, 'latin1'));
  return buffer;
}

function stateOf(reader: BodyReader): [complete: boolean, remaining: number] {
  return [reader.complete, reader.remaining];
}

describe('an empty body', () => {
  const reader = createBodyReader(0, LIMITS);

  it('all empty bodies share one reader', () => {
    expect(createBodyReader(0, LIMITS)).toBe(reader);
  });

  it('the reader of an empty body is complete and consumes nothing', () => {
    const buffer = bufferOf('next');
    expect(reader.read(buffer)).toBeUndefined();
    expect(reader.readInto(buffer, Buffer.alloc(9), 0)).toBe(0);
    expect(stateOf(reader)).toEqual([true, 0]);
    expect(reader.trailer).toBeUndefined();
    expect(() => reader.ended()).not.toThrow();
    expect(buffer).toHaveLength(4);
  });
});

describe('a body with a length', () => {
  it('a body with a length is read to its last byte, and what follows stays in the buffer', () => {
    const reader = createBodyReader(5, LIMITS);
    const buffer = bufferOf('hello!');
    expect(stateOf(reader)).toEqual([false, 5]);
    expect(reader.read(buffer, 2)?.toString()).toBe('he');
    expect(stateOf(reader)).toEqual([false, 3]);
    const target = Buffer.alloc(9, '.');
    expect(reader.readInto(buffer, target, 1)).toBe(3);
    expect(target.toString()).toBe('.llo.....');
    expect(stateOf(reader)).toEqual([true, 0]);
    expect(reader.read(buffer)).toBeUndefined();
    expect(buffer.drain().toString()).toBe('!');
    expect(() => reader.ended()).not.toThrow();
  });

  it('a body with a length fails when the peer leaves before its last byte', () => {
    const reader = createBodyReader(5, LIMITS);
    expect(reader.read(bufferOf('hell'))?.toString()).toBe('hell');
    expect(() => reader.ended()).toThrow(IncompleteMessageError);
  });

  it('a body with a length beyond maxBodyBytes is refused before its first byte', () => {
    expect(() => createBodyReader(6, { ...LIMITS, maxBodyBytes: 5 })).toThrow(
      expect.objectContaining({ code: 'ERR_HTTP_SESSION_BODY_TOO_LARGE', status: 413 }),
    );
  });
});

describe('a body that ends with the connection', () => {
  it('a body that ends with the connection is complete when the peer has left', () => {
    const reader = createBodyReader(UNTIL_CLOSE, LIMITS);
    const target = Buffer.alloc(2);
    const buffer = bufferOf('hello');
    expect(reader.readInto(buffer, target, 0)).toBe(2);
    expect(reader.read(buffer, 2)?.toString()).toBe('ll');
    expect(stateOf(reader)).toEqual([false, -1]);
    expect(reader.read(buffer)?.toString()).toBe('o');
    expect(reader.read(buffer)).toBeUndefined();
    reader.ended();
    expect(stateOf(reader)).toEqual([true, 0]);
  });

  it('a body that ends with the connection is refused beyond maxBodyBytes, at every call of read and readInto', () => {
    const reader = createBodyReader(UNTIL_CLOSE, { ...LIMITS, maxBodyBytes: 4 });
    const buffer = bufferOf('hello');
    expect(reader.readInto(buffer, Buffer.alloc(9), 0)).toBe(4);
    expect(() => reader.read(buffer)).toThrow(RemoteProtocolError);
    expect(() => reader.readInto(buffer, Buffer.alloc(9), 0)).toThrow(RemoteProtocolError);
  });
});

describe('a chunked body', () => {
  it('a chunked body is read as views where its bytes are contiguous', () => {
    const reader = createBodyReader(CHUNKED, LIMITS);
    const buffer = bufferOf('5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nnext');
    expect(stateOf(reader)).toEqual([false, -1]);
    expect(reader.read(buffer)?.toString()).toBe('hello');
    expect(reader.read(buffer, 0)).toBeUndefined();
    expect(reader.read(buffer, 3)?.toString()).toBe(' wo');
    expect(reader.read(buffer)?.toString()).toBe('rld');
    expect(reader.read(buffer)).toBeUndefined();
    expect(stateOf(reader)).toEqual([true, 0]);
    expect(reader.trailer).toBeUndefined();
    expect(reader.read(buffer)).toBeUndefined();
    expect(() => reader.ended()).not.toThrow();
    expect(buffer.drain().toString()).toBe('next');
  });

  it('several chunks are read into one target in one call', () => {
    const reader = createBodyReader(CHUNKED, LIMITS);
    const buffer = bufferOf('1\r\na\r\n2\r\nbc\r\n3\r\ndef\r\n0\r\nX: y\r\n\r\n');
    const target = Buffer.alloc(6, '.');
    expect(reader.readInto(buffer, target, 1)).toBe(5);
    expect(target.toString()).toBe('.abcde');
    expect(reader.readInto(buffer, target, 6)).toBe(0);
    expect(reader.readInto(buffer, target, 0)).toBe(1);
    expect(stateOf(reader)).toEqual([true, 0]);
    expect([...(reader.trailer ?? [])]).toEqual([['X', 'y']]);
  });

  it('a malformed chunk is refused at every call, after all content before it', () => {
    const reader = createBodyReader(CHUNKED, LIMITS);
    const buffer = bufferOf('1\r\na\r\n1\r\nb\r\nx');
    expect(reader.readInto(buffer, Buffer.alloc(9), 0)).toBe(2);
    for (let times = 0; times < 3; times++) {
      expect(() => reader.readInto(buffer, Buffer.alloc(9), 0)).toThrow(RemoteProtocolError);
      expect(() => reader.read(buffer)).toThrow(RemoteProtocolError);
    }
    expect(buffer.drain().toString()).toBe('x');
  });

  it('a malformed trailer is refused at every call', () => {
    const reader = createBodyReader(CHUNKED, LIMITS);
    const buffer = bufferOf('0\r\nHost: a\r\n\r\n');
    for (let times = 0; times < 3; times++) expect(() => reader.read(buffer)).toThrow(RemoteProtocolError);
  });

  it('a chunked body fails when the peer leaves before the last chunk', () => {
    const reader = createBodyReader(CHUNKED, LIMITS);
    expect(reader.read(bufferOf('5\r\nhello\r\n'))?.toString()).toBe('hello');
    expect(() => reader.ended()).toThrow(IncompleteMessageError);
  });
});
