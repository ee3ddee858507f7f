import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LocalProtocolError } from '../../src/errors/index.js';
import { createBodyReader } from '../../src/protocol/body/readers.js';
import { createBodyWriter, type BodyWriter } from '../../src/protocol/body/writer.js';
import { CHUNKED, UNTIL_CLOSE } from '../../src/protocol/head/framing.js';
import { writeRequestHead } from '../../src/protocol/index.js';
import { HTTPRequest, HTTPResponse } from '../../src/protocol/message/http-messages.js';
import { DEFAULT_BODY_LIMITS, DEFAULT_HEAD_LIMITS } from '../../src/protocol/limits.js';
import { MessageHeader } from '../../src/protocol/message/message-header.js';
import { ReceiveBuffer } from '../../src/protocol/receive-buffer.js';
import { readRequestHead } from '../../src/protocol/head/request-head.js';
import { readResponseHead } from '../../src/protocol/head/response-head.js';

const BODY_LENGTH = expect.objectContaining({ code: 'ERR_HTTP_SESSION_BODY_LENGTH' });

function encoded(writer: BodyWriter, chunk: Uint8Array): Buffer {
  const result = writer.encode(chunk);
  return Buffer.concat(result instanceof Uint8Array ? [result] : result);
}

describe('writeRequestHead', () => {
  it('writeRequestHead writes the request line, the fields in order, further lines, and a blank line', () => {
    const request = new HTTPRequest('POST', '/a?b', { headers: { Host: 'h', 'X-A': ['1', '2'] } });
    expect(writeRequestHead(request)).toBe('POST /a?b HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nX-A: 2\r\n\r\n');
    expect(writeRequestHead(new HTTPRequest(), 'A: b\r\n')).toBe('GET / HTTP/1.1\r\nA: b\r\n\r\n');
  });

  it.each([
    ['GET', '*'],
    ['GET', 'a:443'],
    ['CONNECT', '/'],
  ])('writeRequestHead refuses %s %s', (method, uri) => {
    expect(() => writeRequestHead(new HTTPRequest(method, uri))).toThrow(LocalProtocolError);
  });

  it.each([
    ['OPTIONS', '*'],
    ['CONNECT', 'a:443'],
    ['GET', 'http://a/'],
  ])('writeRequestHead writes %s %s', (method, uri) => {
    expect(writeRequestHead(new HTTPRequest(method, uri))).toBe(`${method} ${uri} HTTP/1.1\r\n\r\n`);
  });
});

describe('the writer of a body with a length', () => {
  it('a body with a length is sent as it is, up to the length', () => {
    const writer = createBodyWriter(5);
    const chunk = Buffer.from('hello');
    expect(writer.encode(chunk)).toBe(chunk);
    expect(writer.remaining).toBe(0);
    expect(writer.finish()).toBeUndefined();
    expect(writer.finish(new MessageHeader())).toBeUndefined();
  });

  it('a piece beyond the declared length is refused, and nothing of it is sent', () => {
    const writer = createBodyWriter(5);
    writer.encode(Buffer.from('hel'));
    expect(() => writer.encode(Buffer.from('lo!'))).toThrow(BODY_LENGTH);
    expect(writer.remaining).toBe(2);
    expect(() => createBodyWriter(0).encode(Buffer.from('x'))).toThrow(BODY_LENGTH);
  });

  it('a body with a length refuses an early end, and trailers', () => {
    const writer = createBodyWriter(1);
    expect(() => writer.finish()).toThrow(BODY_LENGTH);
    writer.encode(Buffer.from('x'));
    expect(() => writer.finish(new MessageHeader({ A: 'b' }))).toThrow(LocalProtocolError);
  });
});

describe('the writer of a body that ends with the connection', () => {
  it('a body that ends with the connection is sent as it is', () => {
    const writer = createBodyWriter(UNTIL_CLOSE);
    const chunk = Buffer.from('hello');
    expect(writer.encode(chunk)).toBe(chunk);
    expect([writer.remaining, writer.finish()]).toEqual([-1, undefined]);
    expect(() => writer.finish(new MessageHeader({ A: 'b' }))).toThrow(LocalProtocolError);
  });
});

describe('the writer of a chunked body', () => {
  it('a small chunk is written as one buffer, and a large one around the content itself', () => {
    const writer = createBodyWriter(CHUNKED);
    expect(writer.remaining).toBe(-1);
    expect(writer.encode(Buffer.from('hello world'))).toEqual(Buffer.from('b\r\nhello world\r\n'));
    const large = Buffer.alloc(0x4000);
    const parts = writer.encode(large) as readonly Uint8Array[];
    expect(parts.map((part) => part.length)).toEqual([6, 0x4000, 2]);
    expect(parts[1]).toBe(large);
  });

  it('an empty piece is not written, as its chunk would be the end', () => {
    expect(encoded(createBodyWriter(CHUNKED), Buffer.alloc(0))).toHaveLength(0);
  });

  it('a chunked body ends with the last chunk and the trailer section', () => {
    expect(createBodyWriter(CHUNKED).finish()).toBe('0\r\n\r\n');
    expect(createBodyWriter(CHUNKED).finish(new MessageHeader({ A: ['b', 'c'] }))).toBe(
      '0\r\nA: b\r\nA: c\r\n\r\n',
    );
  });

  it('a trailer field that frames messages is refused, and the body can still finish', () => {
    const writer = createBodyWriter(CHUNKED);
    expect(() => writer.finish(new MessageHeader({ 'content-Length': '5' }))).toThrow(LocalProtocolError);
    expect(writer.finish()).toBe('0\r\n\r\n');
  });

  it('a chunked body refuses content and a second end after its end', () => {
    const writer = createBodyWriter(CHUNKED);
    writer.finish();
    expect(() => writer.encode(Buffer.from('x'))).toThrow(BODY_LENGTH);
    expect(() => writer.finish()).toThrow(BODY_LENGTH);
  });
});

const TCHARS = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const tokens = fc.string({ unit: fc.constantFrom(...TCHARS.split('')), minLength: 1, maxLength: 8 });
const values = fc
  .string({
    unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
    maxLength: 12,
  })
  .map((text) => text.replaceAll('\x7f', '\t').replaceAll(/^[ \t]+|[ \t]+$/g, ''));
const pairs = fc.array(
  fc.tuple(
    tokens.map((token) => `x-${token}`),
    values,
  ),
  { maxLength: 5 },
);
const paths = fc
  .string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)) })
  .map((text) => `/${text.replaceAll('#', '')}`);
const TIME_BOX = { interruptAfterTimeLimit: 700, numRuns: 1_000 };

function received(text: string): ReceiveBuffer {
  const buffer = new ReceiveBuffer();
  buffer.append(Buffer.from(text, 'latin1'));
  return buffer;
}

describe('what was written', () => {
  it('a written request is read as the same request', () => {
    fc.assert(
      fc.property(tokens, paths, pairs, (method, uri, fields) => {
        fc.pre(method !== 'CONNECT');
        const head = writeRequestHead(new HTTPRequest(method, uri, { headers: [['Host', 'h'], ...fields] }));
        const message = readRequestHead(received(head), DEFAULT_HEAD_LIMITS)?.message;
        expect([message?.method, message?.uri, [...(message ?? [])]]).toEqual([
          method,
          uri,
          [['Host', 'h'], ...fields],
        ]);
        expect(writeRequestHead(message as HTTPRequest)).toBe(head);
      }),
      TIME_BOX,
    );
  });

  it('a written response is read as the same response', () => {
    const statuses = fc.integer({ min: 200, max: 999 });
    fc.assert(
      fc.property(statuses, values, pairs, (status, reason, fields) => {
        const response = new HTTPResponse(status, reason, { headers: fields });
        const line = `HTTP/1.1 ${String(response.status)} ${response.reason}\r\n`;
        const head = `${line}${response.formatBlock()}\r\n`;
        const request = { method: 'GET', offersSwitch: false };
        const message = readResponseHead(received(head), request, DEFAULT_HEAD_LIMITS)?.message;
        expect([message?.status, message?.reason, [...(message ?? [])]]).toEqual([status, reason, fields]);
      }),
      TIME_BOX,
    );
  });

  it('a written chunked body is read as the same body', () => {
    const sizes = fc.oneof(fc.nat(20), fc.constantFrom(255, 256, 8_191, 8_192, 20_000));
    fc.assert(
      fc.property(fc.array(sizes, { maxLength: 6 }), pairs, (lengths, fields) => {
        const writer = createBodyWriter(CHUNKED);
        const chunks = lengths.map((length) => Buffer.alloc(length, 'x'));
        const buffer = new ReceiveBuffer();
        for (const chunk of chunks) buffer.append(encoded(writer, chunk));
        buffer.append(Buffer.from(writer.finish(new MessageHeader(fields)) as string, 'latin1'));
        const reader = createBodyReader(CHUNKED, DEFAULT_BODY_LIMITS);
        const pieces: Buffer[] = [];
        for (let piece = reader.read(buffer); piece; piece = reader.read(buffer)) pieces.push(piece);
        expect(Buffer.concat(pieces).equals(Buffer.concat(chunks))).toBe(true);
        expect([reader.complete, buffer.length, [...(reader.trailer ?? [])]]).toEqual([true, 0, fields]);
      }),
      TIME_BOX,
    );
  });
});
