import { describe, expect, it } from '@jest/globals';

import {
  checkHost,
  checkPort,
  checkSource,
  resolveAddress,
  type ConnectAddress,
} from '../../../src/session/core/address.js';

/* Who asks for a String object means a string, and would be served by it as long as its type is not looked at. */
const BOXED = Object('localhost') as string;

describe('an address to connect to', () => {
  it.each<[ConnectAddress, object]>([
    [
      { host: 'localhost', port: 8_080 },
      { host: 'localhost', port: 8_080 },
    ],
    [
      { host: '[::1]', port: 1 },
      { host: '::1', port: 1 },
    ],
    ['localhost:8080', { host: 'localhost', port: 8_080 }],
    ['127.0.0.1:65535', { host: '127.0.0.1', port: 65_535 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    ['/run/app.sock', { path: '/run/app.sock' }],
    ['./app.sock', { path: './app.sock' }],
    [{ path: 'app.sock' }, { path: 'app.sock' }],
    ['http://localhost', { host: 'localhost', port: 80, secure: false }],
    ['HTTPS://localhost', { host: 'localhost', port: 443, secure: true }],
    ['http://localhost:8080/path?query', { host: 'localhost', port: 8_080, secure: false }],
    ['https://[::1]:8443', { host: '::1', port: 8_443, secure: true }],
    [new URL('http://localhost:8080'), { host: 'localhost', port: 8_080, secure: false }],
    [new URL('https://localhost'), { host: 'localhost', port: 443, secure: true }],
  ])('the address to connect to %j is %j', (address, target) => {
    expect(resolveAddress(address)).toEqual(target);
  });

  it.each<[ConnectAddress]>([
    ['localhost'],
    [':80'],
    ['a:b:80'],
    ['::1:80'],
    ['localhost:'],
    ['localhost:http'],
    ['localhost:80x'],
    ['localhost:000080'],
    ['app.sock./'],
    ['[]:80'],
    [' http://localhost'],
    [new URL('ftp://localhost:21')],
    [{ path: Object('/run/app.sock') as string }],
    [{ path: '/run/\0.sock' }],
    [{ host: BOXED, port: 80 }],
  ])('an address cannot be %j', (address) => {
    expect(() => resolveAddress(address)).toThrow(TypeError);
  });

  it('an error names the malformed address', () => {
    expect(() => resolveAddress('nowhere')).toThrow('"nowhere"');
  });

  it.each(['localhost:0', 'localhost:65536', 'localhost:99999'])(
    'an address cannot have the port of %s',
    (address) => {
      expect(() => resolveAddress(address)).toThrow(RangeError);
    },
  );
});

describe('a host', () => {
  it.each([
    ['example.org', 'example.org'],
    ['::1', '::1'],
    ['[::1]', '::1'],
  ])('a host %s is resolved to %s', (host, bare) => {
    expect(checkHost(host)).toBe(bare);
  });

  it.each([
    '',
    undefined,
    null,
    7,
    BOXED,
    '[]',
    '[::1',
    '::1]',
    'a b',
    'a\n',
    'a\x7f',
    'a/b',
    'a?b',
    'a#b',
    'a@b',
    'a\\b',
  ])('an address cannot be %j', (host) => {
    expect(() => checkHost(host)).toThrow(TypeError);
  });
});

describe('a port', () => {
  it('a port is from 1 to 65535, and 0 only where that is said', () => {
    expect([checkPort(1), checkPort(65_535), checkPort(0, 0)]).toEqual([1, 65_535, 0]);
    for (const port of [0, -1, 65_536, 1.5, Number.NaN]) expect(() => checkPort(port)).toThrow(RangeError);
    expect(() => checkPort(-1, 0)).toThrow(RangeError);
    expect(() => checkPort('80')).toThrow(TypeError);
  });
});

describe('a local address', () => {
  it.each([
    ['127.0.0.2', { address: '127.0.0.2' }],
    [{ address: '[::1]' }, { address: '::1' }],
    [{ port: 0 }, { port: 0 }],
    [
      { address: '127.0.0.2', port: 5_000 },
      { address: '127.0.0.2', port: 5_000 },
    ],
    [{}, {}],
  ])('the local address %j is %j', (source, checked) => {
    expect(checkSource(source)).toEqual(checked);
  });

  it('a local address is refused as an address to connect to is', () => {
    expect(() => checkSource('a/b')).toThrow(TypeError);
    expect(() => checkSource({ address: '' })).toThrow(TypeError);
    expect(() => checkSource({ port: 65_536 })).toThrow(RangeError);
  });
});
