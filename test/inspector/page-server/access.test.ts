import { describe, expect, it } from '@jest/globals';

import { Access } from '../../../src/inspector/page-server/access.js';

function from(fields: Record<string, string>): { get(name: string): string | undefined } {
  return { get: (name) => fields[name] };
}

describe('a page on loopback', () => {
  const access = new Access('127.0.0.1');

  it.each([
    ['127.0.0.1:8090', true],
    ['127.9.9.9', true],
    ['localhost:8090', true],
    ['page.localhost', true],
    ['[::1]:8090', true],
    ['LOCALHOST', true],
    ['localhost.', true],
    ['page.localhost.:8090', true],
    ['evil.example', false],
    ['localhost.evil.example', false],
    ['evil.example.', false],
    ['127.0.0.1.evil.example', false],
    ['192.0.2.1:8090', false],
    ['[2001:db8::1]', false],
    ['', false],
    ['local host', false],
    ['user@localhost', false],
    ['[::1', false],
  ])('a page on loopback takes %j as its name: %p', (Host, expected) => {
    expect(access.isOwnHost(from({ Host }))).toBe(expected);
  });

  it.each<[string, Record<string, string>, boolean]>([
    ['no origin', {}, true],
    ['its own', { Origin: 'http://localhost:8090' }, true],
    ['another port', { Origin: 'http://localhost:3000' }, false],
    ['another scheme', { Origin: 'https://localhost:8090' }, false],
    ['another host', { Origin: 'http://evil.example' }, false],
    ['a file', { Origin: 'null' }, false],
    ['an image of another site', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' }, false],
    ['a link of another site', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' }, true],
  ])('a page on loopback can be viewed from %s: %p', (_what, fields, expected) => {
    expect(access.isOwnOrigin(from({ Host: 'localhost:8090', ...fields }))).toBe(expected);
  });

  it.each<[string, string | undefined, boolean]>([
    ['a program', undefined, true],
    ['a page of this machine', 'http://localhost:5173', true],
    ['a page of elsewhere', 'https://evil.example', false],
    ['a file', 'null', false],
  ])('a page on loopback accepts reports from %s: %p', (_who, Origin, expected) => {
    const fields = Origin === undefined ? {} : { Origin };
    expect(access.mayReport(from({ Host: 'localhost:8090', ...fields }))).toBe(expected);
  });
});

it('a host that is not valid is refused by a text without it', () => {
  const access = new Access('127.0.0.1');
  expect(access.refusalOfHost(from({ Host: 'a b' }))).toBe('The field Host is missing or not valid.');
  expect(access.refusalOfOrigin('null')).toMatch(/without an origin/);
});

describe('a page on all addresses', () => {
  it.each([
    ['0.0.0.0', '192.0.2.1:8090', true],
    ['::', '[2001:db8::1]:8090', true],
    ['0.0.0.0', 'localhost', true],
    ['0.0.0.0', 'rebound.example', false],
    ['lab.example', 'lab.example:8090', true],
    ['lab.example', 'other.example:8090', false],
  ])('a page that listens on %s takes %s as its name: %p', (host, Host, expected) => {
    expect(new Access(host).isOwnHost(from({ Host }))).toBe(expected);
  });
});

describe('a page with other names', () => {
  const access = new Access('0.0.0.0', ['MyBox.local', 'lab.example.', '[2001:db8::1]']);

  it.each([
    ['mybox.local:8090', true],
    ['MYBOX.LOCAL', true],
    ['mybox.local.', true],
    ['lab.example', true],
    ['[2001:db8::1]:8090', true],
    ['rebound.example', false],
    ['sub.mybox.local', false],
    ['mybox.local.evil.example', false],
  ])('a page that allows a host takes %s as its name: %p', (Host, expected) => {
    expect(access.isOwnHost(from({ Host }))).toBe(expected);
  });

  it.each([
    ['http://mybox.local:3000', true],
    ['https://mybox.local', true],
    ['http://localhost:3000', true],
    ['http://rebound.example', false],
    ['http://mybox.local@evil.example', false],
    ['http://mybox.local/path', false],
    ['file://mybox.local', false],
    ['null', false],
    ['', false],
  ])('a page that allows a host accepts reports from pages of %p: %p', (origin, expected) => {
    expect(access.isTrustedOrigin(origin)).toBe(expected);
    expect(access.mayReport(from({ Host: 'mybox.local', Origin: origin }))).toBe(expected);
  });

  it.each<[string, string, string, boolean]>([
    ['behind a proxy that ends TLS', 'mybox.local', 'https://mybox.local', true],
    ['behind one at another port', 'mybox.local:8443', 'https://mybox.local:8443', true],
    ['behind a proxy that names itself as the host', '127.0.0.1:8090', 'https://mybox.local', true],
    ['another page of that host', 'mybox.local', 'https://mybox.local:3000', false],
    ['another page behind that proxy', '127.0.0.1:8090', 'https://evil.example', false],
    ['a host that is not allowed', 'localhost:8090', 'https://localhost:8090', false],
  ])('a page with another name can be viewed %s: Host %s, Origin %s: %p', (_what, Host, Origin, expected) => {
    expect(access.isOwnOrigin(from({ Host, Origin, 'X-Forwarded-Host': 'mybox.local' }))).toBe(expected);
  });

  it.each([
    [['']],
    [['http://mybox.local']],
    [['mybox.local:8090']],
    [['a b']],
    [[5]],
    ['mybox.local'],
    [[null]],
  ])('%j is refused as a list of names', (names) => {
    expect(() => new Access('0.0.0.0', names as never)).toThrow(TypeError);
  });
});
