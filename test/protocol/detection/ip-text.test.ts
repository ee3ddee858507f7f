import { describe, expect, it } from '@jest/globals';

import { peerOf } from '../../../src/protocol/index.js';

describe('the peer of an address', () => {
  it.each([
    ['192.0.2.7', 64, '192.0.2.7'],
    ['::ffff:192.0.2.7', 64, '192.0.2.7'],
    ['::FFFF:c000:0207', 64, '192.0.2.7'],
    ['0:0:0:0:0:ffff:192.0.2.7', 64, '192.0.2.7'],
    ['2001:db8:1:2::1', 64, '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002:0000:0000:0000:0001', 64, '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff:ffff:ffff:ffff', 64, '2001:db8:1:2::/64'],
    ['2001:db8:1:3::1', 64, '2001:db8:1:3::/64'],
    ['2001:db8:1:2::1', 128, '2001:db8:1:2::1/128'],
    ['2001:db8:1:2::1', 56, '2001:db8:1::/56'],
    ['2001:db8:1:1ff::1', 56, '2001:db8:1:100::/56'],
    ['2001:db8::1', 1, '::/1'],
    ['fe80::1%eth0', 64, 'fe80::/64'],
    ['fe80::1%eth1', 64, 'fe80::/64'],
    ['::1', 128, '::1/128'],
    ['::192.0.2.7', 128, '::192.0.2.7/128'],
    ['memory', 64, 'memory'],
    ['not:an:address', 64, 'not:an:address'],
  ])('the peer of the address %s is, by networks of %d bits, %s', (address, prefix, peer) => {
    expect(peerOf(address, prefix)).toBe(peer);
  });
});
