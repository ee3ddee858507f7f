import { describe, expect, it } from '@jest/globals';

import { TrustList, type SocketAddress } from '../../src/transport/index.js';
import { thrown } from '../support/transport/promises.js';

const at = (address: string): SocketAddress => ({
  address,
  port: 1,
  family: address.includes(':') ? 'IPv6' : 'IPv4',
});

const UNIX: SocketAddress = { address: '', port: 0, family: 'unix' };

describe('a trust list', () => {
  it.each([
    ['127.0.0.1', ['127.0.0.1'], ['127.0.0.2', '::1', '::7f00:1']],
    ['10.0.0.0/8', ['10.0.0.0', '10.255.255.255', '::ffff:10.1.2.3'], ['11.0.0.0', '9.255.255.255']],
    ['10.1.2.3/8', ['10.0.0.0', '10.255.255.255'], ['11.0.0.0']],
    ['192.0.2.128/25', ['192.0.2.128', '192.0.2.255'], ['192.0.2.127']],
    ['0.0.0.0/0', ['0.0.0.0', '255.255.255.255'], ['2001:db8::1']],
    ['::1', ['::1', '0:0:0:0:0:0:0:1'], ['::2', '0.0.0.1', '127.0.0.1']],
    ['fd00::/8', ['fd00::1', 'fdff::1'], ['fe00::1']],
    ['fe80::/10', ['fe80::1%eth0'], ['2001:db8::1%eth0']],
    ['::ffff:10.0.0.1', ['10.0.0.1', '::ffff:10.0.0.1'], ['10.0.0.2']],
  ])('a trust list matches peers: %s', (entry, inside, outside) => {
    const list = new TrustList([entry]);
    expect(inside.filter((address) => !list.has(at(address)))).toEqual([]);
    expect(outside.filter((address) => list.has(at(address)))).toEqual([]);
    expect(list.has(UNIX)).toBe(false);
  });

  it('a trust list of several entries has the peers of each', () => {
    const list = new TrustList(['10.0.0.1', 'unix', '::1']);
    expect([at('10.0.0.1'), UNIX, at('::1'), at('10.0.0.2')].map((peer) => list.has(peer))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it('a trust list without entries has no peers, and never one without a valid address', () => {
    expect([UNIX, at('127.0.0.1')].map((peer) => new TrustList([]).has(peer))).toEqual([false, false]);
    const all = new TrustList(['0.0.0.0/0', '::/0']);
    expect([at(''), at('localhost'), at('%')].map((peer) => all.has(peer))).toEqual([false, false, false]);
  });

  it.each([
    '',
    'localhost',
    '10.0.0',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0.0/0x8',
    '::/129',
    'fe80::1%lo',
    ' 10.0.0.1',
    '010.0.0.1',
  ])('a trust list refuses an invalid address: %p', (entry) => {
    expect(thrown(() => new TrustList(['127.0.0.1', entry]))).toBeInstanceOf(TypeError);
  });

  it('a trust list refuses what is not a string', () => {
    expect(thrown(() => new TrustList([undefined as never]))).toBeInstanceOf(TypeError);
  });
});
