import { describe, expect, it } from '@jest/globals';

import { LocalProtocolError } from '../../../src/errors/index.js';
import { CHUNKED, HTTPResponse, UNTIL_CLOSE } from '../../../src/protocol/index.js';
import { declaredLength, declaresChunked } from '../../../src/session/message/message-framing.js';
import { pieceResponseFraming, wholeResponseLine } from '../../../src/session/server/response-head.js';

/** A response with fields, in order. */
function response(
  status: number,
  ...fields: readonly (readonly [name: string, value: string])[]
): HTTPResponse {
  const message = new HTTPResponse();
  message.setStatus(status);
  for (const [name, value] of fields) message.add(name, value);
  return message;
}

const CHUNKED_FIELD = ['Transfer-Encoding', 'chunked'] as const;

describe('a declared length', () => {
  it.each([
    ['none', [], -1],
    ['a decimal number', ['42'], 42],
    ['zero', ['0'], 0],
    ['doubled', ['42', '42'], NaN],
    ['no decimal number', ['0x2a'], NaN],
    ['with a sign', ['+42'], NaN],
    ['with words behind it', ['42 bytes'], NaN],
    ['the largest that a number holds', ['9007199254740991'], 9_007_199_254_740_991],
    ['more than a number holds', ['9007199254740992'], NaN],
  ])('a declared length that is %s', (_name, values, length) => {
    const fields = values.map((value) => ['Content-Length', value] as const);
    expect(declaredLength(response(200, ...fields))).toBe(length);
  });
});

describe('a declared transfer coding', () => {
  it.each([
    [['chunked'], true],
    [['Chunked'], true],
    [['gzip, chunked'], false],
    [['gzip', 'chunked'], false],
    [['chun', 'ked'], false],
    [[], false],
  ])('a transfer coding of %j is chunked alone: %p', (values, expected) => {
    const fields = values.map((value) => ['Transfer-Encoding', value] as const);
    expect(declaresChunked(response(200, ...fields))).toBe(expected);
  });
});

describe('a response whose body is known whole', () => {
  it.each([0, 1, 4_095, 4_096, 4_097, 10_000_000])(
    'a response whose body is known whole says its length: %d',
    (length) => {
      expect(wholeResponseLine(response(200), length, false)).toBe(`Content-Length: ${String(length)}\r\n`);
      // Once more, as lines of small lengths are kept.
      expect(wholeResponseLine(response(200), length, false)).toBe(`Content-Length: ${String(length)}\r\n`);
    },
  );

  it.each([204, 304])('a response whose body is known whole says no length with status %d', (status) => {
    expect(wholeResponseLine(response(status), 0, false)).toBe('');
  });

  it('a response to HEAD says no length without a body, and that of the body otherwise', () => {
    expect(wholeResponseLine(response(200), 0, true)).toBe('');
    expect(wholeResponseLine(response(200), 5, true)).toBe('Content-Length: 5\r\n');
  });

  it('a response keeps a declared length, which to HEAD may be that of another body', () => {
    expect(wholeResponseLine(response(200, ['Content-Length', '5']), 5, false)).toBe('');
    expect(wholeResponseLine(response(200, ['Content-Length', '5']), 0, true)).toBe('');
  });

  it.each([
    ['a length that is not true', response(200, ['Content-Length', '4'])],
    ['a malformed length', response(200, ['Content-Length', 'four'])],
  ])('a response whose body is known whole refuses %s', (_name, message) => {
    expect(refusalOf(() => wholeResponseLine(message, 5, false))).toBe('ERR_HTTP_SESSION_BODY_LENGTH');
  });

  it.each([
    ['a transfer coding', response(200, CHUNKED_FIELD)],
    ['an interim status', response(199)],
  ])('a response whose body is known whole refuses %s', (_name, message) => {
    expect(refusalOf(() => wholeResponseLine(message, 0, false))).toBe('ERR_HTTP_SESSION_LOCAL_PROTOCOL');
  });
});

describe('a response whose body comes in pieces', () => {
  const ADDED = 'Transfer-Encoding: chunked\r\n';

  it.each([
    ['in chunks', response(200), false, false, CHUNKED, ADDED],
    ['in chunks that are declared', response(200, CHUNKED_FIELD), false, false, CHUNKED, ''],
    ['in no chunks to HEAD', response(200), true, false, CHUNKED, ''],
    ['by a length that is declared', response(200, ['Content-Length', '5']), false, false, 5, ''],
    ['by such a length to HTTP/1.0', response(200, ['Content-Length', '5']), false, true, 5, ''],
    ['by the end of the connection to HTTP/1.0', response(200), false, true, UNTIL_CLOSE, ''],
    ['by nothing to HEAD of HTTP/1.0', response(200), true, true, 0, ''],
  ])(
    'a response whose body comes in pieces is framed %s',
    (_name, message, bodiless, isVersion10, length, line) => {
      expect(pieceResponseFraming(message, bodiless, isVersion10)).toEqual({ length, line });
    },
  );

  it.each([
    ['chunks with a length', response(200, CHUNKED_FIELD, ['Content-Length', '5']), false],
    ['chunks to HTTP/1.0', response(200, CHUNKED_FIELD), true],
    ['another coding', response(200, ['Transfer-Encoding', 'gzip']), false],
    ['an interim status', response(103), false],
  ])('a response whose body comes in pieces refuses %s', (_name, message, isVersion10) => {
    expect(refusalOf(() => pieceResponseFraming(message, false, isVersion10))).toBe(
      'ERR_HTTP_SESSION_LOCAL_PROTOCOL',
    );
  });

  it('a response whose body comes in pieces refuses a malformed length', () => {
    const message = response(200, ['Content-Length', '5, 5']);
    expect(refusalOf(() => pieceResponseFraming(message, false, false))).toBe('ERR_HTTP_SESSION_BODY_LENGTH');
  });
});

/** The code of the LocalProtocolError that something throws. */
function refusalOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof LocalProtocolError) return error.code;
    throw error;
  }
  return undefined;
}
