import { inspect } from 'node:util';

import { describe, expect, it } from '@jest/globals';

import { proxyFromEnvironment, type Environment } from '../../../src/client/proxy/proxy-from-environment.js';
import type { ProxyOption } from '../../../src/client/proxy/proxy-config.js';
import { checkProxy, routeOf } from '../../../src/client/proxy/proxy-route.js';

const HTTP = new URL('http://api.example/orders?open#top');
const HTTPS = new URL('https://api.example/orders');

const envProxy = (env: Environment, url: string): string | null => {
  const config = proxyFromEnvironment(env)(new URL(url));
  return config === null ? null : (routeOf(new URL(url), config)?.proxy ?? 'direct');
};

describe('the proxy of the environment', () => {
  it.each<readonly [string, Environment, string, string | null]>([
    ['http_proxy serves http:', { http_proxy: 'http://p:1' }, 'http://a.example', 'http://p:1'],
    ['http_proxy does not serve https:', { http_proxy: 'http://p:1' }, 'https://a.example', null],
    ['https_proxy serves https:', { https_proxy: 'http://p:2' }, 'https://a.example', 'http://p:2'],
    ['https_proxy does not serve http:', { https_proxy: 'http://p:2' }, 'http://a.example', null],
    ['upper case counts', { HTTP_PROXY: 'http://p:3' }, 'http://a.example', 'http://p:3'],
    [
      'lower case comes first',
      { HTTP_PROXY: 'http://u:1', http_proxy: 'http://l:2' },
      'http://a.example',
      'http://l:2',
    ],
    [
      'an empty one counts as unset',
      { HTTP_PROXY: 'http://u:1', http_proxy: '' },
      'http://a.example',
      'http://u:1',
    ],
    [
      'the scheme may be missing',
      { http_proxy: 'p.example:3128' },
      'http://a.example',
      'http://p.example:3128',
    ],
    [
      'a proxy may speak TLS',
      { https_proxy: 'https://p.example' },
      'https://a.example',
      'https://p.example:443',
    ],
    [
      'the port of http: is 80',
      { http_proxy: 'http://p.example' },
      'http://a.example',
      'http://p.example:80',
    ],
    ['an IPv6 proxy', { http_proxy: 'http://[2001:db8::9]:8' }, 'http://a.example', 'http://[2001:db8::9]:8'],
    [
      'HTTP_PROXY is a field of the request in CGI',
      { HTTP_PROXY: 'http://p:1', REQUEST_METHOD: 'GET' },
      'http://a.example',
      null,
    ],
    [
      'http_proxy counts in CGI',
      { http_proxy: 'http://p:1', REQUEST_METHOD: 'GET' },
      'http://a.example',
      'http://p:1',
    ],
    [
      'HTTPS_PROXY counts in CGI',
      { HTTPS_PROXY: 'http://p:1', REQUEST_METHOD: 'GET' },
      'https://a.example',
      'http://p:1',
    ],
    [
      'no_proxy comes before NO_PROXY',
      { http_proxy: 'http://p:1', no_proxy: 'b.example', NO_PROXY: 'a.example' },
      'http://a.example',
      'http://p:1',
    ],
    ['NO_PROXY counts', { http_proxy: 'http://p:1', NO_PROXY: 'a.example' }, 'http://a.example', null],
    ['there is none', {}, 'http://a.example', null],
  ])('%s', (_what, env, url, expected) => {
    expect(envProxy(env, url)).toBe(expected);
  });

  it('the environment is read once, and is process.env by default', () => {
    const env = { http_proxy: 'http://p:1' };
    const proxyFor = proxyFromEnvironment(env);
    env.http_proxy = 'http://q:2';
    expect(proxyFor(HTTP)).toMatchObject({ host: 'p', port: 1 });
    expect(proxyFor(HTTP)).toBe(proxyFor(HTTP));
    expect(typeof proxyFromEnvironment()).toBe('function');
  });

  it('a malformed proxy is a TypeError that names the variable and not the password', () => {
    for (const value of [
      'socks5://u:hunter2@p:1',
      'http://u:hunter2@p:99999',
      'http://u:hunter2@p:1/x',
      'http://u:hunter2%zz@p:1',
    ]) {
      const error = thrownBy(() => proxyFromEnvironment({ HTTPS_PROXY: value }));
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toContain('HTTPS_PROXY');
      expect(inspect(error, { depth: 9, showHidden: true }).split('\n    at ')[0]).not.toContain('hunter2');
    }
    expect(() => proxyFromEnvironment(7 as never)).toThrow(TypeError);
  });
});

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

const MALFORMED: readonly (readonly [string, unknown])[] = [
  ['a number', 7],
  ['true', true],
  ['an empty text', ''],
  ['another scheme', 'ftp://u:hunter2@p.example'],
  ['a path', 'http://u:hunter2@p.example/x'],
  ['a text that is no URL', 'http://u:hunter2@:x'],
  ['a control character in a password', 'http://u:hunter2%0d%0a@p.example'],
  ['a promise', Promise.resolve('http://p.example')],
  ['no host', { port: 1 }],
  ['a host that is a URL', { host: 'http://u:hunter2@p.example' }],
  ['a misspelt member', { host: 'p', usrname: 'u' }],
  ['a port of text', { host: 'p', port: '3128' }],
  ['another protocol', { host: 'p', protocol: 'socks' }],
  ['a user name of a number', { host: 'p', username: 7 }],
  ['a password alone', { host: 'p', password: 'hunter2' }],
  ['a line end in the password', { host: 'p', username: 'u', password: 'hunter2\r\n' }],
  ['another authMethod', { host: 'p', authMethod: 'ntlm' }],
  ['another tunnel', { host: 'p', tunnel: true }],
  ['rules of a number', { host: 'p', nonProxyHosts: 7 }],
  ['malformed headers', { host: 'p', headers: { 'X-Key': 'hunter2\n' } }],
  ['tls of text', { host: 'p', tls: 'yes' }],
];

describe('a proxy as an option', () => {
  it.each(MALFORMED)('%s is refused with a TypeError that has no credentials', (_what, proxy) => {
    for (const call of [
      () => checkProxy(proxy),
      () => routeOf(HTTP, proxy as ProxyOption),
      () => routeOf(HTTP, () => proxy as never),
    ]) {
      const error = thrownBy(call);
      expect(error).toBeInstanceOf(TypeError);
      expect(inspect(error, { depth: 9, showHidden: true }).split('\n    at ')[0]).not.toContain('hunter2');
    }
  });

  it.each([0, -1, 65_536, 1.5, Number.NaN])('the port %s is refused with a RangeError', (port) => {
    expect(() => routeOf(HTTP, { host: 'p', port })).toThrow(RangeError);
  });

  it('a function that returns nothing is a mistake; null is no proxy', () => {
    expect(() => routeOf(HTTP, (() => undefined) as never)).toThrow(TypeError);
    expect(routeOf(HTTP, () => null)).toBeNull();
    expect(routeOf(HTTP, undefined)).toBeNull();
  });

  it('a function is asked about each URL', () => {
    const asked: string[] = [];
    const proxy = (url: URL) => {
      asked.push(url.href);
      return url.protocol === 'https:' ? 'http://p:1' : null;
    };
    expect(routeOf(HTTP, proxy)).toBeNull();
    expect(routeOf(HTTPS, proxy)?.proxy).toBe('http://p:1');
    expect(asked).toEqual([HTTP.href, HTTPS.href]);
  });
});

describe('a route', () => {
  it('http: is forwarded, https: is tunnelled, and tunnel "always" tunnels both', () => {
    expect(routeOf(HTTP, 'http://p:1')?.kind).toBe('forward');
    expect(routeOf(HTTPS, 'http://p:1')?.kind).toBe('tunnel');
    expect(routeOf(HTTP, { host: 'p', tunnel: 'always' })?.kind).toBe('tunnel');
    expect(routeOf(HTTPS, { host: 'p', tunnel: 'auto' })?.kind).toBe('tunnel');
    expect(routeOf(HTTP, 'http://p:1', true)?.kind).toBe('tunnel');
    expect(routeOf(HTTP, { host: 'p', nonProxyHosts: 'example' })).toBeNull();
  });

  it('a key is the same for what can be shared, and for nothing else', () => {
    const key = (url: URL, proxy: ProxyOption): string => routeOf(url, proxy)?.key ?? 'direct';
    expect(key(HTTP, 'http://u:s@p:1')).toBe(
      key(new URL('http://other.example/x'), new URL('http://u:s@p:1')),
    );
    expect(key(HTTP, 'http://u:s@p:1')).toBe(key(HTTP, { host: 'p', port: 1, username: 'u', password: 's' }));
    const tls = {};
    const different = [
      key(HTTP, 'http://p:1'),
      key(HTTP, 'http://p:2'),
      key(HTTP, 'https://p:1'),
      key(HTTP, 'http://u:s@p:1'),
      key(HTTP, 'http://u:t@p:1'),
      key(HTTP, 'http://us:@p:1'),
      key(HTTP, { host: 'p', port: 1, authMethod: 'none' }),
      key(HTTP, { host: 'p', port: 1, headers: { 'Proxy-Authorization': 'Bearer x' } }),
      key(HTTP, { host: 'p', port: 1, tls }),
      key(HTTP, { host: 'p', port: 1, tls: {} }),
      key(HTTP, { host: 'p', port: 1, tunnel: 'always' }),
      key(HTTPS, 'http://p:1'),
      key(new URL('https://api.example:8443'), 'http://p:1'),
      key(new URL('https://other.example'), 'http://p:1'),
    ];
    expect(new Set(different).size).toBe(different.length);
    expect(key(HTTP, { host: 'p', port: 1, tls })).toBe(key(HTTP, { host: 'p', port: 1, tls }));
  });

  it('nothing that can be printed of a route has credentials in it', () => {
    const proxy = {
      host: 'p',
      username: 'alice',
      password: 'hunter2',
      headers: { 'Proxy-Authorization': 'Bearer hunter3' },
      tunnel: 'always',
    } as const;
    const route = routeOf(HTTP, proxy);
    const shown = [
      inspect(route, { depth: 9, showHidden: true, getters: true }),
      JSON.stringify(route),
      route?.key,
    ];
    const secrets = ['alice', 'hunter', Buffer.from('alice:hunter2').toString('base64')];
    for (const text of shown) for (const secret of secrets) expect(text).not.toContain(secret);
  });
});
