import { describe, expect, it } from '@jest/globals';

import { isLoopback, NoProxyRules, normalizedHost } from '../../../src/client/proxy/no-proxy.js';
import { proxyFromEnvironment } from '../../../src/client/proxy/proxy-from-environment.js';
import { bypassProxy } from '../../../src/client/proxy/proxy-server.js';

const DIRECT = true;
const PROXY = false;

/* The list, a URL, and whether it is reached without a proxy. */
const TABLE: readonly (readonly [list: string, url: string, isDirect: boolean])[] = [
  // Names: the host and everything below it, at label boundaries.
  ['example.com', 'http://example.com', DIRECT],
  ['example.com', 'http://www.example.com', DIRECT],
  ['example.com', 'http://a.b.example.com', DIRECT],
  ['example.com', 'http://badexample.com', PROXY],
  ['example.com', 'http://example.com.evil', PROXY],
  ['example.com', 'http://example.org', PROXY],
  ['com', 'http://example.com', DIRECT],
  // A leading dot, or `*.`, leaves the apex out.
  ['.example.com', 'http://www.example.com', DIRECT],
  ['.example.com', 'http://example.com', PROXY],
  ['.example.com', 'http://badexample.com', PROXY],
  ['*.example.com', 'http://www.example.com', DIRECT],
  ['*.example.com', 'http://a.b.example.com', DIRECT],
  ['*.example.com', 'http://example.com', PROXY],
  // The asterisk.
  ['*', 'http://example.com', DIRECT],
  ['*', 'https://[2001:db8::1]:8443', DIRECT],
  ['example.org,*', 'http://example.com', DIRECT],
  ['*,example.org', 'http://example.com', DIRECT],
  ['192.168.*', 'http://192.168.7.9', DIRECT],
  ['192.168.*', 'http://10.192.168.1', PROXY],
  ['build-*.example.com', 'http://build-7.example.com', DIRECT],
  ['build-*.example.com', 'http://test-7.example.com', PROXY],
  ['a.b*', 'http://axb.example', PROXY],
  // Ports.
  ['example.com:8080', 'http://example.com:8080', DIRECT],
  ['example.com:8080', 'http://www.example.com:8080', DIRECT],
  ['example.com:8080', 'http://example.com', PROXY],
  ['example.com:80', 'http://example.com', DIRECT],
  ['example.com:80', 'https://example.com', PROXY],
  ['example.com:443', 'https://example.com', DIRECT],
  ['.example.com:8080', 'http://www.example.com:8080', DIRECT],
  ['.example.com:8080', 'http://example.com:8080', PROXY],
  ['*:8080', 'http://example.com:8080', DIRECT],
  ['*:8080', 'http://example.com:8081', PROXY],
  ['192.0.2.7:8080', 'http://192.0.2.7:8080', DIRECT],
  ['192.0.2.7:8080', 'http://192.0.2.7', PROXY],
  // IPv4: addresses compare as addresses.
  ['192.0.2.7', 'http://192.0.2.7', DIRECT],
  ['192.0.2.7', 'http://192.0.2.77', PROXY],
  ['192.0.2.7', 'http://[::ffff:192.0.2.7]', DIRECT],
  ['2.7', 'http://192.0.2.7', DIRECT],
  // IPv6, with and without brackets, in any spelling.
  ['2001:db8::1', 'http://[2001:db8::1]', DIRECT],
  ['[2001:db8::1]', 'http://[2001:db8::1]', DIRECT],
  ['2001:0DB8:0:0:0:0:0:1', 'http://[2001:db8::1]', DIRECT],
  ['[2001:db8:0::0:1]', 'http://[2001:db8::1]', DIRECT],
  ['2001:db8::1', 'http://[2001:db8::2]', PROXY],
  ['[2001:db8::1]:8443', 'https://[2001:db8::1]:8443', DIRECT],
  ['[2001:db8::1]:8443', 'https://[2001:db8::1]', PROXY],
  ['fe80::1%eth0', 'http://[fe80::1]', DIRECT],
  // Networks.
  ['10.0.0.0/8', 'http://10.255.1.2', DIRECT],
  ['10.0.0.0/8', 'http://11.0.0.1', PROXY],
  ['10.9.8.7/8', 'http://10.1.1.1', DIRECT],
  ['192.0.2.128/25', 'http://192.0.2.127', PROXY],
  ['192.0.2.128/25', 'http://192.0.2.128', DIRECT],
  ['0.0.0.0/0', 'http://8.8.8.8', DIRECT],
  ['0.0.0.0/0', 'http://example.com', PROXY],
  ['10.0.0.0/33', 'http://10.0.0.1', PROXY],
  ['2001:db8::/32', 'http://[2001:db8:ffff::1]', DIRECT],
  ['2001:db8::/32', 'http://[2001:db9::1]', PROXY],
  ['[2001:db8::]/32', 'http://[2001:db8:1::]', DIRECT],
  ['2001:db8::/129', 'http://[2001:db8::]', PROXY],
  // Case, dots at the end, separators, emptiness.
  ['EXAMPLE.com', 'http://example.COM', DIRECT],
  ['example.com.', 'http://example.com', DIRECT],
  ['example.com', 'http://example.com.', DIRECT],
  [' a.example , example.com ', 'http://example.com', DIRECT],
  ['a.example example.com', 'http://example.com', DIRECT],
  ['a.example,,\texample.com', 'http://example.com', DIRECT],
  ['', 'http://example.com', PROXY],
  [' , ', 'http://example.com', PROXY],
  // Loopback is direct whatever the list says.
  ['', 'http://localhost:3000', DIRECT],
  ['', 'http://127.0.0.1', DIRECT],
  ['', 'http://127.9.9.9', DIRECT],
  ['', 'https://[::1]', DIRECT],
  ['', 'https://[::ffff:127.0.0.1]', DIRECT],
  ['', 'http://128.0.0.1', PROXY],
  ['', 'http://localhost.example', PROXY],
];

const ENVIRONMENT = { http_proxy: 'http://p.example:3128', https_proxy: 'http://p.example:3128' };

describe('the rules of NO_PROXY', () => {
  it.each(TABLE)('NO_PROXY=%j, %s: direct is %s', (list, url, isDirect) => {
    const proxyFor = proxyFromEnvironment({ ...ENVIRONMENT, no_proxy: list });
    expect(proxyFor(new URL(url)) === null).toBe(isDirect);
  });

  it.each(TABLE.filter(([list]) => list !== ''))(
    'nonProxyHosts %j, %s: direct is %s, too',
    (list, url, isDirect) => {
      const { hostname, port, protocol } = new URL(url);
      const host = `${hostname}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}`;
      expect(bypassProxy({ host: 'p.example', nonProxyHosts: list }, host)).toBe(isDirect);
    },
  );

  it('nonProxyHosts also takes regular expressions, alone and in a list, whatever they remember', () => {
    const nonProxyHosts = [/^test-\d+\.example$/g, 'intra.example'];
    const config = { host: 'p.example', nonProxyHosts };
    for (let round = 0; round < 3; round++) {
      expect(bypassProxy(config, 'test-12.example')).toBe(true);
      expect(bypassProxy(config, 'test-x.example')).toBe(false);
      expect(bypassProxy(config, 'wiki.intra.example')).toBe(true);
    }
    expect(bypassProxy({ host: 'p.example', nonProxyHosts: /^\[?::1/ }, '[::1]:80')).toBe(true);
  });

  it('loopback addresses are not direct for a proxy that your own code names', () => {
    expect(bypassProxy({ host: 'p.example' }, 'localhost')).toBe(false);
    expect(bypassProxy('http://p.example:3128', '127.0.0.1')).toBe(false);
  });

  it('a port in a rule matches a host that is asked about without a port', () => {
    expect(bypassProxy({ host: 'p.example', nonProxyHosts: 'a.example:8080' }, 'a.example')).toBe(true);
  });

  it.each([[7], [null], [{}], [['a.example', 7]]])(
    'nonProxyHosts %j is refused with a TypeError',
    (hosts) => {
      expect(() => new NoProxyRules(hosts as never)).toThrow(TypeError);
    },
  );

  it.each(['', 7, null])('bypassProxy() refuses %j as a host', (host) => {
    expect(() => bypassProxy('http://p.example', host as never)).toThrow(TypeError);
  });

  it('names that look like addresses are no loopback', () => {
    expect(['localhost', '127.0.0.1', '::1', '127.0.0.1.example', 'localhos'].map(isLoopback)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(normalizedHost('[FE80::1%eth0]')).toBe('fe80::1');
  });
});
