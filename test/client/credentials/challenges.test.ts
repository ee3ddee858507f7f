import { describe, expect, it } from '@jest/globals';

import { parseChallenges, quotedString } from '../../../src/client/credentials/challenges.js';

function parsed(...values: readonly string[]): unknown {
  return parseChallenges(values).map(({ scheme, token68, parameters }) => [
    scheme,
    ...(token68 === null ? [] : [token68]),
    ...(parameters.size === 0 ? [] : [Object.fromEntries(parameters)]),
  ]);
}

describe('parseChallenges', () => {
  it.each<[what: string, values: readonly string[], challenges: unknown]>([
    ['nothing', [], []],
    ['an empty value', [''], []],
    ['a scheme alone', ['Negotiate'], [['negotiate']]],
    ['a scheme with one parameter', ['Basic realm="a b"'], [['basic', { realm: 'a b' }]]],
    ['a parameter without quotes', ['Basic realm=simple'], [['basic', { realm: 'simple' }]]],
    ['blanks around the equals sign', ['Basic realm = "a"'], [['basic', { realm: 'a' }]]],
    ['names in any case', ['BASIC Realm="A", CharSet=UTF-8'], [['basic', { realm: 'A', charset: 'UTF-8' }]]],
    [
      'two challenges in one value',
      ['Basic realm="a", Digest realm="b", nonce="c"'],
      [
        ['basic', { realm: 'a' }],
        ['digest', { realm: 'b', nonce: 'c' }],
      ],
    ],
    [
      'the example of RFC 9110 section 11.6.1',
      ['Basic realm="simple", Newauth realm="apps", type=1, title="Login to \\"apps\\""'],
      [
        ['basic', { realm: 'simple' }],
        ['newauth', { realm: 'apps', type: '1', title: 'Login to "apps"' }],
      ],
    ],
    [
      'two values',
      ['Basic realm="a"', 'Digest nonce="b"'],
      [
        ['basic', { realm: 'a' }],
        ['digest', { nonce: 'b' }],
      ],
    ],
    [
      'token68',
      ['Negotiate abc+/-._~==, Basic realm=a'],
      [
        ['negotiate', 'abc+/-._~=='],
        ['basic', { realm: 'a' }],
      ],
    ],
    [
      'a scheme alone before another',
      ['NTLM, Negotiate , Basic realm=a'],
      [['ntlm'], ['negotiate'], ['basic', { realm: 'a' }]],
    ],
    [
      'empty members of the list',
      [' ,, Basic ,realm="a",, ,charset=x,'],
      [['basic', { realm: 'a', charset: 'x' }]],
    ],
    [
      'commas and schemes in quotes',
      ['Basic realm="Digest a=1, b"'],
      [['basic', { realm: 'Digest a=1, b' }]],
    ],
    ['an empty quoted string', ['Basic realm=""'], [['basic', { realm: '' }]]],
    ['a backslash in quotes', ['Basic realm="a\\\\b"'], [['basic', { realm: 'a\\b' }]]],
    ['a parameter that comes twice', ['Basic realm="a", realm="b"'], [['basic', { realm: 'a' }]]],
    ['a parameter without a scheme', ['realm="a"'], []],
    ['a parameter of a token68', ['Negotiate abc, realm="a"'], []],
    ['a quoted string without an end', ['Negotiate, Basic realm="a'], [['negotiate']]],
    ['two parameters without a comma', ['Basic realm="a"charset=x'], []],
    ['a mistake in the second challenge', ['Basic realm="a", Digest @'], [['basic', { realm: 'a' }]]],
    ['a mistake in the first of two values', ['"', 'Basic realm="a"'], [['basic', { realm: 'a' }]]],
  ])('reads %s', (_, values, challenges) => {
    expect(parsed(...values)).toEqual(challenges);
  });

  it('takes a time that grows with the length alone', () => {
    const begin = performance.now();
    for (const text of [
      'a '.repeat(50_000),
      `Basic realm="${'\\'.repeat(99_999)}`,
      'A b='.repeat(30_000),
      ' ,'.repeat(50_000),
    ]) {
      parseChallenges([text]);
    }
    expect(performance.now() - begin).toBeLessThan(1_000);
  });

  it('quotedString escapes quotes and backslashes', () => {
    expect(quotedString('a"b\\c')).toBe('"a\\"b\\\\c"');
  });
});
