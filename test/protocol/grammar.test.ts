import { describe, expect, it } from '@jest/globals';
import {
  assertMethod,
  hexDigitValue,
  isFieldValue,
  isHost,
  isRequestTarget,
  isToken,
} from '../../src/protocol/grammar.js';

const CODES = Array.from({ length: 0x180 }, (_, code) => code);

/** All characters up to U+017F that `accepts`. */
function accepted(accepts: (character: string) => boolean): string {
  return CODES.map((code) => String.fromCharCode(code))
    .filter(accepts)
    .join('');
}

function isAcceptedMethod(text: string): boolean {
  try {
    assertMethod(text);
    return true;
  } catch {
    return false;
  }
}

const DIGITS = '0123456789';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = UPPER.toLowerCase();

describe('The grammar', () => {
  it('the grammar takes as tokens what RFC 9110 section 5.6.2 lists', () => {
    expect(accepted(isToken)).toBe(`!#$%&'*+-.${DIGITS}${UPPER}^_\`${LOWER}|~`);
    expect(accepted(isAcceptedMethod)).toBe(accepted(isToken));
    expect([isToken(''), isToken('a b')]).toEqual([false, false]);
  });

  it('the grammar takes as field values HTAB, SP, visible characters and obs-text', () => {
    const expected = CODES.filter(
      (code) => code === 9 || (code >= 32 && code < 127) || (code >= 128 && code < 256),
    );
    expect(accepted(isFieldValue)).toBe(String.fromCharCode(...expected));
    expect(isFieldValue('')).toBe(true);
  });

  it('the grammar takes in a target visible ASCII but no fragment', () => {
    const expected = CODES.filter((code) => code > 32 && code < 127 && code !== 0x23);
    expect(accepted((character) => isRequestTarget(`/${character}`))).toBe(String.fromCharCode(...expected));
  });

  it.each([
    ['GET', '/', true],
    ['GET', 'http://a/', true],
    ['GET', 'urn:a', false],
    ['GET', '*', false],
    ['GET', 'a:1', false],
    ['OPTIONS', '*', true],
    ['OPTIONS', '/', true],
    ['CONNECT', 'a:1', true],
    ['CONNECT', 'a:', false],
    ['CONNECT', ':1', false],
    ['CONNECT', '/', false],
    ['CONNECT', 'u@a:1', false],
    ['CONNECT', 'http://a:1', false],
  ])('the grammar: %s takes %s: %s', (method, target, takes) => {
    expect(isRequestTarget(target, method)).toBe(takes);
  });

  it.each([
    ['', true],
    ['a', true],
    ['a.b-c:80', true],
    ['a:', true],
    [':80', true],
    ['a_b', true],
    ['a_b:80', true],
    ['a:123456', false],
    ['a:8x', false],
    ['[::1]', true],
    ['[::1', false],
    ['::1', false],
    ['a%20', true],
    ['a%2', false],
    ['a@b', false],
    ['\xe9', false],
  ])('the grammar: %j is a host: %s', (host, is) => {
    expect(isHost(host)).toBe(is);
  });

  it('the grammar takes hexadecimal digits in both cases and nothing else', () => {
    const digits = CODES.filter((code) => hexDigitValue(code) !== -1);
    expect(String.fromCharCode(...digits)).toBe('0123456789ABCDEFabcdef');
    expect(digits.map(hexDigitValue)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 10, 11, 12, 13, 14, 15,
    ]);
  });
});
