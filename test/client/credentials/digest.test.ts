import { describe, expect, it } from '@jest/globals';

import { parseChallenges } from '../../../src/client/credentials/challenges.js';
import {
  createCnonce,
  digestAuthorization,
  digestChallenge,
  type DigestChallenge,
} from '../../../src/client/credentials/digest.js';

function challengeOf(text: string): DigestChallenge | null {
  const [challenge] = parseChallenges([text]);
  return challenge === undefined ? null : digestChallenge(challenge);
}

function parametersOf(value: string): Record<string, string> {
  const [challenge] = parseChallenges([value]);
  return Object.fromEntries(challenge?.parameters ?? []);
}

function answer(
  text: string,
  username: string,
  password: string,
  { uri = '/dir/index.html', count = 1, cnonce = '0a4f113b' } = {},
): string {
  const challenge = challengeOf(text);
  if (challenge === null) throw new Error('there is no challenge');
  return digestAuthorization(challenge, { username, password }, { method: 'GET', uri }, { count, cnonce });
}

const RFC_7616 =
  'Digest realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
const RFC_2617 =
  'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"';
const CNONCE_7616 = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';

describe('digestAuthorization', () => {
  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('answers the example of RFC 7616 section 3.9.1 with %s', (algorithm, response) => {
    const value = answer(`${RFC_7616}, algorithm=${algorithm}`, 'Mufasa', 'Circle of Life', {
      cnonce: CNONCE_7616,
    });
    expect(parametersOf(value)).toEqual({
      username: 'Mufasa',
      realm: 'http-auth@example.org',
      uri: '/dir/index.html',
      algorithm,
      nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
      nc: '00000001',
      cnonce: CNONCE_7616,
      qop: 'auth',
      response,
      opaque: 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS',
    });
  });

  // The RFC printed hashes of a truncated SHA-512 (erratum 4897). The response is computed by the formula of section 3.4.1.
  it('answers the example of RFC 7616 section 3.9.2: a hashed user name that is not ASCII', () => {
    const value = answer(
      'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true',
      'J\u00e4s\u00f8n Doe',
      'Secret, or not?',
      { uri: '/doe.json', cnonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm' },
    );
    expect(parametersOf(value)).toMatchObject({
      username: '793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b',
      response: '7a4e1192babbba02e91182d2895bfdbf7adafc6e48d4e517ca301974843d840c',
      userhash: 'true',
    });
  });

  it('answers the example of RFC 2617 section 3.5', () => {
    const value = answer(`${RFC_2617}, qop="auth,auth-int"`, 'Mufasa', 'Circle Of Life');
    expect(parametersOf(value)).toMatchObject({
      response: '6629fae49393a05397450978507c4ef1',
      nc: '00000001',
    });
    expect(value).not.toContain('algorithm');
  });

  it('answers the example of RFC 2069, as corrected: without qop there are no count and no cnonce', () => {
    const value = answer(RFC_2617, 'Mufasa', 'CircleOfLife');
    expect(parametersOf(value)).toMatchObject({ response: '1949323746fe6a43ef61f9606e7febea' });
    expect(value).not.toMatch(/nc=|cnonce=|qop=/);
  });

  it.each([
    ['MD5-sess', 1, 'e783283f46242139c486a698fec7211d'],
    ['SHA-256-sess', 2, '6bb0010aa4bdf46422a798c509ea32e256f27bd37de5cc3bdf8ed51e1d77d650'],
  ])('answers %s', (algorithm, count, response) => {
    const value = answer(`${RFC_7616}, algorithm=${algorithm}`, 'Mufasa', 'Circle of Life', {
      cnonce: CNONCE_7616,
      count,
    });
    expect(parametersOf(value)).toMatchObject({ algorithm, nc: `0000000${String(count)}`, response });
  });

  it('writes the count in hexadecimal digits', () => {
    expect(parametersOf(answer(RFC_7616, 'a', 'b', { count: 0x1ab }))['nc']).toBe('000001ab');
  });

  it('escapes quotes in the user name and the realm', () => {
    const value = answer('Digest realm="a\\"b", nonce="n", qop=auth', 'o"neil', 'p');
    expect(value).toContain('username="o\\"neil", realm="a\\"b"');
  });

  it('sends a user name that is not ASCII in the notation of RFC 8187', () => {
    const value = answer('Digest realm="r", nonce="n", qop=auth', "J\u00e4s\u00f8n (o'Doe)*", 'p');
    expect(value).toMatch(/^Digest username\*=UTF-8''J%C3%A4s%C3%B8n%20%28o%27Doe%29%2A, /);
  });
});

describe('digestChallenge', () => {
  it.each([
    ['another scheme', 'Basic realm="a", nonce="b"'],
    ['no realm', 'Digest nonce="b"'],
    ['no nonce', 'Digest realm="a"'],
    ['an algorithm that is not known', 'Digest realm="a", nonce="b", algorithm=SHA-1'],
    ['a name of every object', 'Digest realm="a", nonce="b", algorithm=constructor'],
    ['auth-int alone', 'Digest realm="a", nonce="b", qop="auth-int"'],
    ['a session without qop', 'Digest realm="a", nonce="b", algorithm=MD5-sess'],
  ])('does not answer %s', (_, text) => {
    expect(challengeOf(text)).toBeNull();
  });

  it.each([
    ['stale=TRUE', { stale: true, userhash: false }],
    ['userhash="true"', { stale: false, userhash: true }],
    ['stale=false', { stale: false, userhash: false }],
  ])('reads %s', (parameter, expected) => {
    expect(challengeOf(`Digest realm="a", nonce="b", ${parameter}`)).toMatchObject(expected);
  });

  it('a nonce of the client is another one each time', () => {
    expect(createCnonce()).not.toBe(createCnonce());
    expect(createCnonce()).toMatch(/^[A-Za-z0-9+/]{24}$/);
  });
});
