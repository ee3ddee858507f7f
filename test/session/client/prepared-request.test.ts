import { describe, expect, it } from '@jest/globals';

import { CHUNKED, HTTPRequest, UNTIL_CLOSE } from '../../../src/protocol/index.js';
import {
  declaredBodyLength,
  isIdempotent,
  messageOf,
  wholeBody,
  wholeFraming,
  type RequestPayload,
} from '../../../src/session/client/prepared-request.js';
import { thrown } from '../../support/transport/promises.js';

/** A request that declares what its body is like. */
function declaring(headers: Record<string, string>, version?: 'HTTP/1.0'): HTTPRequest {
  return new HTTPRequest('POST', '/', { headers, ...(version === undefined ? {} : { version }) });
}

describe('a method', () => {
  it.each(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])('a method may be repeated: %s', (method) => {
    expect(isIdempotent(method)).toBe(true);
  });

  it.each(['POST', 'PATCH', 'CONNECT', 'BREW', 'get', ''])('a method may not be repeated: %j', (method) => {
    expect(isIdempotent(method)).toBe(false);
  });

  it.each(['POST', 'PUT', 'PATCH'])('a method has a length also where the body is empty: %s', (method) => {
    expect(wholeFraming(new HTTPRequest(method), 0)).toBe('Content-Length: 0\r\n');
  });

  it.each(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'DELETE'])(
    'a method has a length for a body alone: %s',
    (method) => {
      expect(wholeFraming(new HTTPRequest(method), 0)).toBe('');
      expect(wholeFraming(new HTTPRequest(method), 1)).toBe('Content-Length: 1\r\n');
    },
  );
});

describe('the message of a request', () => {
  it('the message of a request expects 100 Continue only where that was asked for', () => {
    expect(messageOf({ expectContinue: true }).getExpectContinue()).toBe(true);
    expect(messageOf({ expectContinue: false }).getExpectContinue()).toBe(false);
    expect(messageOf({}).getExpectContinue()).toBe(false);
  });
});

describe('a body', () => {
  it('a body that is ASCII stays text; other text becomes bytes', () => {
    expect(wholeBody('plain')).toBe('plain');
    expect(wholeBody('grün')).toEqual(Buffer.from('grün', 'utf8'));
    expect(wholeBody(undefined)).toBe('');
  });

  it('a body of bytes is not copied', () => {
    const bytes = Uint8Array.of(1, 2);
    expect(wholeBody(bytes)).toBe(bytes);
  });

  it.each<[string, RequestPayload]>([
    ['at once', [Uint8Array.of(1)]],
    ['one by one', { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }) }],
  ])('a body that comes in pieces, %s, is not known whole', (_how, body) => {
    expect(wholeBody(body)).toBeNull();
  });

  it.each<[string, unknown]>([
    ['a number', 42],
    ['null', null],
    ['an object', {}],
    ['a function', () => undefined],
  ])('a body that is %s is refused', (_what, body) => {
    expect(thrown(() => wholeBody(body as RequestPayload))).toBeInstanceOf(TypeError);
  });
});

describe('what a message declares of its body', () => {
  it('the declared body of a message is a length, chunks, or nothing', () => {
    expect(declaredBodyLength(declaring({ 'Content-Length': '1' }))).toBe(1);
    expect(declaredBodyLength(declaring({ 'Transfer-Encoding': 'Chunked' }))).toBe(CHUNKED);
    expect(declaredBodyLength(declaring({}))).toBe(UNTIL_CLOSE);
  });

  it.each<[string, HTTPRequest]>([
    ['chunks in HTTP/1.0', declaring({ 'Transfer-Encoding': 'chunked' }, 'HTTP/1.0')],
    ['chunks and a length', declaring({ 'Transfer-Encoding': 'chunked', 'Content-Length': '1' })],
    ['a coding that nobody applies', declaring({ 'Transfer-Encoding': 'gzip' })],
    ['a length that is no number', declaring({ 'Content-Length': 'one' })],
  ])('the declared body of a message is refused: %s', (_what, message) => {
    expect(thrown(() => declaredBodyLength(message))).toBeInstanceOf(TypeError);
  });

  it('the declared body of a message has to be true of a body that is known whole', () => {
    expect(wholeFraming(declaring({ 'Content-Length': '1' }), 1)).toBe('');
    for (const headers of [
      { 'Content-Length': '2' },
      { 'Content-Length': 'one' },
      { 'Transfer-Encoding': 'chunked' },
    ]) {
      expect(thrown(() => wholeFraming(declaring(headers), 1))).toBeInstanceOf(TypeError);
    }
  });
});
