import { runInNewContext } from 'node:vm';

import { describe, expect, it } from '@jest/globals';

import { bytesOf } from '../../../src/protocol/index.js';

const memory = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]).buffer;

describe('what the content of a body can be', () => {
  it('a string is content as UTF-8', () => {
    expect([...bytesOf('\u00e9\u20ac', 'end()')]).toEqual([0xc3, 0xa9, 0xe2, 0x82, 0xac]);
  });

  it.each([
    ['an ArrayBuffer', memory, 16],
    ['a Uint8Array', new Uint8Array(memory, 8), 8],
    ['a Buffer', Buffer.from(memory, 8, 4), 4],
    ['a Uint8ClampedArray', new Uint8ClampedArray(memory, 8), 8],
    ['an Int8Array', new Int8Array(memory, 8), 8],
    ['a Uint16Array', new Uint16Array(memory, 8), 8],
    ['an Int32Array', new Int32Array(memory, 8), 8],
    ['a Float32Array', new Float32Array(memory, 8), 8],
    ['a Float64Array', new Float64Array(memory, 8), 8],
    ['a BigUint64Array', new BigUint64Array(memory, 8), 8],
    ['a DataView', new DataView(memory, 8, 3), 3],
  ])('%s is content with all of its bytes, and no more', (_name, given, length) => {
    const bytes = bytesOf(given, 'end()');
    expect([...bytes]).toEqual([...new Uint8Array(memory, 16 - Math.max(length, 8), length)]);
  });

  it('bytes are viewed, not copied', () => {
    const own = new Uint16Array(2);
    const bytes = bytesOf(own, 'end()');
    own[0] = 0x0101;
    expect([...bytes]).toEqual([1, 1, 0, 0]);
  });

  it('views of another realm are content', () => {
    const given: unknown = runInNewContext('new Uint16Array([257])');
    expect([...bytesOf(given, 'end()')]).toEqual([1, 1]);
    expect(bytesOf(runInNewContext('new ArrayBuffer(3)'), 'end()')).toHaveLength(3);
  });
});

describe('what the content of a body cannot be', () => {
  it.each([
    ['an object', { a: 1 }, '(got an object); to send JSON, pass JSON.stringify(value)'],
    ['an array', [1, 2], '(got an array of 2); to send JSON, pass JSON.stringify(value)'],
    ['an object with a length', { length: 3 }, '(got an object); to send JSON'],
    ['a forged array', Object.setPrototypeOf({ length: '0\r\nX: y' }, Uint8Array.prototype), '(got a'],
    ['a number', 42, '(got 42); convert it to a string first'],
    ['a bigint', 42n, '(got 42); convert it to a string first'],
    ['a boolean', true, '(got true); convert it to a string first'],
    ['a symbol', Symbol('x'), '(got Symbol(x)); convert it to a string first'],
    ['null', null, '(got null)'],
    ['undefined', undefined, '(got undefined)'],
    ['a function', () => 'x', '(got function'],
    ['a promise', Promise.resolve('x'), '(got a Promise); await it first'],
    ['a SharedArrayBuffer', new SharedArrayBuffer(4), '(got a SharedArrayBuffer)'],
    ['a String object', Object('x'), '(got a String)'],
  ])('%s is refused by name', (_name, given, text) => {
    expect(() => bytesOf(given, 'end()')).toThrow(TypeError);
    expect(() => bytesOf(given, 'end()')).toThrow(
      'end(): the content must be a string, a typed array, an ArrayBuffer or a DataView ',
    );
    expect(() => bytesOf(given, 'end()')).toThrow(text);
  });

  it('a stream is refused with what to do instead', () => {
    expect(() => bytesOf({ pipe: () => undefined }, 'end()')).toThrow('; pipe the stream instead');
  });

  it('an object that throws when it is looked at is refused like any other', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(() => bytesOf(proxy, 'end()')).toThrow(/^end\(\): the content must be/);
  });
});
