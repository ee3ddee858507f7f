import { describe, expect, it } from '@jest/globals';

import { answerChallenge } from '../../../src/client/credentials/answer-challenge.js';
import { basicAuthorization } from '../../../src/client/credentials/basic.js';

const ANN = { username: 'ann', password: 'secret' };
const REQUEST = { method: 'GET', uri: '/' };
const BASIC = 'Basic YW5uOnNlY3JldA==';
const NEGOTIATE = 'Negotiate';
const digest = (nonce: string, algorithm = 'MD5', more = ''): string =>
  `Digest realm="r", nonce="${nonce}", qop="auth", algorithm=${algorithm}${more}`;

describe('basicAuthorization', () => {
  it.each([
    ['the example of RFC 7617 section 2', 'Aladdin', 'open sesame', 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=='],
    ['the example of RFC 7617 section 2.1: UTF-8', 'test', '123\u00a3', 'Basic dGVzdDoxMjPCow=='],
    ['a colon in the password', 'a', 'b:c', 'Basic YTpiOmM='],
    ['an empty password', 'a', '', 'Basic YTo='],
    ['a colon in the user name', 'a:b', 'c', null],
    ['a control character', 'a', 'b\n', null],
  ])('encodes %s', (_, username, password, value) => {
    expect(basicAuthorization({ username, password })).toBe(value);
  });
});

describe('answerChallenge', () => {
  it.each([
    ['no challenge', [], null],
    ['a scheme that is not known', [NEGOTIATE], null],
    ['Basic', ['Basic realm="r"'], /^Basic /],
    ['Basic and Digest in one field', [`Basic realm="r", ${digest('n')}`], /^Digest .*algorithm=MD5/],
    ['Basic and a Digest that is not known', ['Basic realm="r"', digest('n', 'SHA-1')], /^Basic /],
    ['three algorithms', [digest('a'), digest('b', 'SHA-512-256'), digest('c', 'SHA-256')], /nonce="b"/],
    ['two of one strength', [digest('a', 'SHA-256'), digest('b', 'SHA-256-sess')], /nonce="a"/],
  ] as const)('answers the strongest of %s', (_, challenges, answer) => {
    const value = answerChallenge(challenges, ANN, REQUEST);
    if (answer === null) expect(value).toBeNull();
    else expect(value).toMatch(answer);
  });

  it('has a new nonce of the client for each answer', () => {
    expect(answerChallenge([digest('n')], ANN, REQUEST)).not.toBe(
      answerChallenge([digest('n')], ANN, REQUEST),
    );
  });

  const first = answerChallenge([digest('n')], ANN, REQUEST);
  it.each([
    ['Basic', ['Basic realm="r"'], BASIC, null],
    ['Basic of another user', ['Basic realm="r"'], 'Basic YTo=', /^Basic /],
    ['Basic where Digest is wanted now', [digest('n')], BASIC, /^Digest /],
    ['Digest with the same nonce', [digest('n')], first, null],
    ['Digest with the same nonce, beside Basic', ['Basic realm="r"', digest('n')], first, null],
    ['Digest with the same nonce that is stale', [digest('n', 'MD5', ', stale=true')], first, /^Digest /],
    ['Digest with another nonce', [digest('m')], first, /nonce="m"/],
    ['another scheme', [digest('n')], 'Bearer abc', /^Digest /],
  ] as const)('after a rejected answer of %s', (_, challenges, rejected, answer) => {
    const value = answerChallenge(challenges, ANN, { ...REQUEST, rejected });
    if (answer === null) expect(value).toBeNull();
    else expect(value).toMatch(answer);
  });
});
