import { inspect } from 'node:util';

import { describe, expect, it } from '@jest/globals';

import { Authenticator } from '../../../src/client/credentials/authenticator.js';
import { HTTPCredentials } from '../../../src/client/credentials/http-credentials.js';
import { HTTPRequest, HTTPResponse } from '../../../src/protocol/index.js';

const DIGEST = 'Digest realm="r", nonce="n", qop="auth"';
const BASIC = 'Basic YW5uOnNlY3JldA==';

function challenged(name: string, value: string): HTTPResponse {
  const response = new HTTPResponse(401);
  response.set(name, value);
  return response;
}

describe('HTTPCredentials', () => {
  it('answers a 401 once, and fills in later requests', () => {
    const credentials = new HTTPCredentials('ann', 'secret');
    const request = new HTTPRequest('GET', '/');
    expect(credentials.updateAuthInfo(request)).toBe(false);
    expect(request.has('Authorization')).toBe(false);
    const response = challenged('WWW-Authenticate', 'Basic realm="r"');
    expect(credentials.authenticate(request, response)).toBe(true);
    expect(request.get('Authorization')).toBe(BASIC);
    expect(credentials.authenticate(request, response)).toBe(false);
    const next = new HTTPRequest('GET', '/next');
    expect(credentials.updateAuthInfo(next)).toBe(true);
    expect(next.get('Authorization')).toBe(BASIC);
    expect(credentials.updateProxyAuthInfo(next)).toBe(false);
  });

  it('answers a 407 in fields of the proxy alone, and counts its nonce', () => {
    const credentials = new HTTPCredentials('ann', 'secret');
    const request = new HTTPRequest('GET', '/');
    expect(credentials.proxyAuthenticate(request, challenged('Proxy-Authenticate', DIGEST))).toBe(true);
    expect(request.get('Proxy-Authorization')).toContain('nc=00000001');
    expect(request.has('Authorization')).toBe(false);
    expect(HTTPCredentials.hasProxyDigestCredentials(request)).toBe(true);
    expect(HTTPCredentials.hasProxyBasicCredentials(request)).toBe(false);
    expect(HTTPCredentials.hasDigestCredentials(request)).toBe(false);
    credentials.updateProxyAuthInfo(request);
    expect(request.get('Proxy-Authorization')).toContain('nc=00000002');
    credentials.setPassword('other');
    expect(credentials.updateProxyAuthInfo(request)).toBe(false);
  });

  it.each([
    ['ann:s%3Acret', 'ann', 's:cret'],
    ['ann', 'ann', ''],
    ['a:b:c', 'a', 'b:c'],
    ['100%:x', '100%', 'x'],
  ])('reads the user information %s', (text, username, password) => {
    const credentials = HTTPCredentials.fromUserInfo(text);
    expect([credentials.getUsername(), credentials.getPassword()]).toEqual([username, password]);
  });

  it('reads the user information of a URL, and is empty without', () => {
    expect(HTTPCredentials.fromURL(new URL('http://ann:s%40@h/')).getPassword()).toBe('s@');
    expect(HTTPCredentials.fromURL(new URL('http://h/')).empty()).toBe(true);
    const credentials = new HTTPCredentials('ann', 'secret');
    expect(credentials.empty()).toBe(false);
    credentials.clear();
    expect(credentials.empty()).toBe(true);
  });

  it('shows its password nowhere', () => {
    const credentials = new HTTPCredentials('ann', 'secret');
    credentials.authenticate(new HTTPRequest('GET', '/'), challenged('WWW-Authenticate', DIGEST));
    const shown = `${inspect({ credentials }, { depth: 9, showHidden: true })} ${JSON.stringify({ credentials })}`;
    expect(shown).toContain('ann');
    expect(shown).not.toContain('secret');
    expect(() => new HTTPCredentials('ann', ['secret'] as never)).toThrow(
      new TypeError('password: must be a string (got object)'),
    );
  });
});

describe('Authenticator', () => {
  const request = { method: 'GET', uri: '/' };

  it('continues with the next nonce that a response names', () => {
    const authenticator = new Authenticator({ username: 'ann', password: 'secret' });
    authenticator.inform('nextnonce="early"');
    expect(authenticator.value(request)).toBeNull();
    authenticator.answer([DIGEST], request);
    authenticator.inform('qop=auth, nextnonce="m"');
    expect(authenticator.value(request)).toMatch(/nonce="m", nc=00000001/);
    authenticator.inform(undefined);
    expect(authenticator.value(request)).toMatch(/nonce="m", nc=00000002/);
  });

  it('never uses a count twice when several requests were challenged with one nonce', () => {
    const authenticator = new Authenticator({ username: 'ann', password: 'secret' });
    const values = [1, 2, 3].map(() => authenticator.answer([DIGEST], request));
    expect(values.map((value) => /nc=(\d+)/.exec(value ?? '')?.[1])).toEqual([
      '00000001',
      '00000002',
      '00000003',
    ]);
  });
});
