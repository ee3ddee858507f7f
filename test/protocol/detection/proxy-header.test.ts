import net from 'node:net';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { LIMITS } from '../../../src/constants.js';
import { RemoteProtocolError, type HTTPSessionError } from '../../../src/errors/index.js';
import { readProxyHeader, type ProxiedAddresses } from '../../../src/protocol/detection/proxy-header.js';
import { thrown } from '../../support/transport/promises.js';
import { ipv4Block, proxyBlock, SIGNATURE, triple } from '../../support/protocol/proxy-headers.js';

const text = (value: string): Buffer => Buffer.from(value, 'latin1');

const V4: ProxiedAddresses = {
  remote: { address: '192.0.2.1', port: 56_324, family: 'IPv4' },
  local: { address: '198.51.100.7', port: 443, family: 'IPv4' },
};
const V6: ProxiedAddresses = {
  remote: { address: '2001:db8::1', port: 65_535, family: 'IPv6' },
  local: { address: '::1', port: 0, family: 'IPv6' },
};

const IPV4_BLOCK = ipv4Block('192.0.2.1', '198.51.100.7', 56_324, 443);
const IPV6_BLOCK = Buffer.concat([
  Buffer.from('20010db8000000000000000000000001', 'hex'),
  Buffer.from('00000000000000000000000000000001', 'hex'),
  Buffer.from([0xff, 0xff, 0, 0]),
]);
const ZEROS = Buffer.alloc(216);
const TRIPLES = Buffer.concat([
  triple(0x04, Buffer.alloc(5)),
  triple(0x02, text('example.org')),
  triple(0x30, ZEROS),
]);
const LONGEST_BLOCK = LIMITS.maxProxyBlockBytes.value - 16;

/** The longest line that the specification knows: 107 bytes. */
const LONGEST_LINE = `PROXY UNKNOWN ${'ffff:'.repeat(7)}ffff ${'ffff:'.repeat(7)}ffff 65535 65535\r\n`;

/** Well-formed headers, their version, and their addresses. */
const HEADERS: readonly (readonly [string, Buffer, 1 | 2, ProxiedAddresses | undefined])[] = [
  ['a line, TCP4', text('PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n'), 1, V4],
  ['a line, TCP6', text('PROXY TCP6 2001:0DB8:0::1 ::1 65535 0\r\n'), 1, V6],
  ['a line, UNKNOWN', text('PROXY UNKNOWN\r\n'), 1, undefined],
  ['a line, UNKNOWN with more', text('PROXY UNKNOWN what ever it is\r\n'), 1, undefined],
  ['the longest line', text(LONGEST_LINE), 1, undefined],
  ['a block, TCP over IPv4', proxyBlock(0x21, 0x11, IPV4_BLOCK), 2, V4],
  ['a block, TCP over IPv6', proxyBlock(0x21, 0x21, IPV6_BLOCK), 2, V6],
  ['a block with extensions', proxyBlock(0x21, 0x11, Buffer.concat([IPV4_BLOCK, TRIPLES])), 2, V4],
  ['a block, UDP over IPv4', proxyBlock(0x21, 0x12, IPV4_BLOCK), 2, undefined],
  ['a block, UDP over IPv6', proxyBlock(0x21, 0x22, IPV6_BLOCK), 2, undefined],
  ['a block, Unix stream', proxyBlock(0x21, 0x31, ZEROS), 2, undefined],
  ['a block, Unix datagram', proxyBlock(0x21, 0x32, Buffer.concat([ZEROS, TRIPLES])), 2, undefined],
  ['a block, unspecified', proxyBlock(0x21, 0x00), 2, undefined],
  ['a block, unspecified, with anything', proxyBlock(0x21, 0x00, text('anything')), 2, undefined],
  ['a block, local', proxyBlock(0x20, 0x00), 2, undefined],
  ['a block, local, with anything of any family', proxyBlock(0x20, 0x55, text('anything')), 2, undefined],
  ['the longest block', proxyBlock(0x21, 0x00, Buffer.alloc(LONGEST_BLOCK)), 2, undefined],
];

describe('a PROXY protocol header', () => {
  it('the longest PROXY protocol line is 107 bytes', () => {
    expect(LONGEST_LINE).toHaveLength(LIMITS.maxProxyLineBytes.value);
  });

  it.each(HEADERS)(
    'a PROXY protocol header is read with its length: %s',
    (_what, bytes, version, addresses) => {
      expect(readProxyHeader(bytes)).toEqual({ version, addresses, length: bytes.length });
    },
  );

  it.each(HEADERS)('a PROXY protocol header leaves what follows: %s', (_what, bytes, version, addresses) => {
    for (const rest of ['\r\n', 'GET / HTTP/1.1\r\n\r\n', 'PROXY UNKNOWN\r\n']) {
      const header = readProxyHeader(Buffer.concat([bytes, text(rest)]));
      expect(header).toEqual({ version, addresses, length: bytes.length });
    }
  });

  it.each(HEADERS)('a truncated PROXY protocol header is incomplete: %s', (_what, bytes) => {
    for (let length = 0; length < bytes.length; length++) {
      expect([length, readProxyHeader(bytes.subarray(0, length))]).toEqual([length, undefined]);
    }
  });
});

/** Malformed headers, and what of them is enough to say so. */
const MALFORMED: readonly (readonly [string, Buffer, Buffer?])[] = [
  ['another protocol', text('GET / HTTP/1.1\r\n'), text('G')],
  ['nearly a line', text('PROXIES TCP4 192.0.2.1 198.51.100.7 1 2\r\n'), text('PROXI')],
  ['nearly a block', Buffer.concat([SIGNATURE.subarray(0, 4), text('x')])],
  ['no family', text('PROXY \r\n')],
  ['a family of lower case', text('PROXY tcp4 192.0.2.1 198.51.100.7 1 2\r\n')],
  ['another family', text('PROXY UDP4 192.0.2.1 198.51.100.7 1 2\r\n')],
  ['TCP5', text('PROXY TCP5 192.0.2.1 198.51.100.7 1 2\r\n')],
  ['UNKNOWN that goes on', text('PROXY UNKNOWNS\r\n')],
  ['two spaces', text('PROXY TCP4  192.0.2.1 198.51.100.7 1 2\r\n')],
  ['a space at the end', text('PROXY TCP4 192.0.2.1 198.51.100.7 1 2 \r\n')],
  ['a tab', text('PROXY TCP4\t192.0.2.1 198.51.100.7 1 2\r\n'), text('PROXY TCP4\t')],
  [
    'a bare LF',
    text('PROXY TCP4 192.0.2.1 198.51.100.7 1 2\n'),
    text('PROXY TCP4 192.0.2.1 198.51.100.7 1 2\n'),
  ],
  ['a bare LF in what is ignored', text('PROXY UNKNOWN a\nb\r\n'), text('PROXY UNKNOWN a\n')],
  ['a bare CR', text('PROXY UNKNOWN a\rb\r\n'), text('PROXY UNKNOWN a\rb')],
  ['NUL', text('PROXY UNKNOWN \0\r\n'), text('PROXY UNKNOWN \0')],
  ['a byte beyond ASCII', text('PROXY UNKNOWN \xe4\r\n'), text('PROXY UNKNOWN \xe4')],
  ['a missing port', text('PROXY TCP4 192.0.2.1 198.51.100.7 1\r\n')],
  ['a port too many', text('PROXY TCP4 192.0.2.1 198.51.100.7 1 2 3\r\n')],
  ['a port that is too high', text('PROXY TCP4 192.0.2.1 198.51.100.7 1 65536\r\n')],
  ['a port with a leading zero', text('PROXY TCP4 192.0.2.1 198.51.100.7 01 2\r\n')],
  ['a port with a sign', text('PROXY TCP4 192.0.2.1 198.51.100.7 +1 2\r\n')],
  ['an empty port', text('PROXY TCP4 192.0.2.1 198.51.100.7  2\r\n')],
  ['an octet that is too high', text('PROXY TCP4 192.0.2.256 198.51.100.7 1 2\r\n')],
  ['an octet with a leading zero', text('PROXY TCP4 192.0.02.1 198.51.100.7 1 2\r\n')],
  ['three octets', text('PROXY TCP4 192.0.2 198.51.100.7 1 2\r\n')],
  ['IPv6 in TCP4', text('PROXY TCP4 ::1 ::1 1 2\r\n')],
  ['IPv4 in TCP6', text('PROXY TCP6 192.0.2.1 198.51.100.7 1 2\r\n')],
  ['a zone', text('PROXY TCP6 fe80::1%lo ::1 1 2\r\n')],
  ['two double colons', text('PROXY TCP6 1::2::3 ::1 1 2\r\n')],
  ['nine groups', text('PROXY TCP6 1:2:3:4:5:6:7:8:9 ::1 1 2\r\n')],
  ['a double colon for nothing', text('PROXY TCP6 1:2:3:4::5:6:7:8 ::1 1 2\r\n')],
  ['a group that is too long', text('PROXY TCP6 12345::1 ::1 1 2\r\n')],
  [
    'a line that is too long',
    text(`PROXY UNKNOWN ${'x'.repeat(92)}\r\n`),
    text(`PROXY UNKNOWN ${'x'.repeat(92)}`),
  ],
  ['version 1 in a block', proxyBlock(0x11, 0x11, IPV4_BLOCK), proxyBlock(0x11, 0).subarray(0, 13)],
  ['version 3', proxyBlock(0x31, 0x11, IPV4_BLOCK), proxyBlock(0x31, 0).subarray(0, 13)],
  ['an unknown command', proxyBlock(0x22, 0x11, IPV4_BLOCK), proxyBlock(0x22, 0).subarray(0, 13)],
  ['an unknown family', proxyBlock(0x21, 0x41, ZEROS), proxyBlock(0x21, 0x41).subarray(0, 14)],
  ['an unknown transport', proxyBlock(0x21, 0x13, ZEROS), proxyBlock(0x21, 0x13).subarray(0, 14)],
  ['a transport without a family', proxyBlock(0x21, 0x01, ZEROS), proxyBlock(0x21, 0x01).subarray(0, 14)],
  ['a family without a transport', proxyBlock(0x21, 0x10, ZEROS), proxyBlock(0x21, 0x10).subarray(0, 14)],
  ['IPv4 without room', proxyBlock(0x21, 0x11, IPV4_BLOCK, 11), proxyBlock(0x21, 0x11, undefined, 11)],
  ['IPv6 without room', proxyBlock(0x21, 0x21, IPV6_BLOCK, 35), proxyBlock(0x21, 0x21, undefined, 35)],
  ['Unix without room', proxyBlock(0x21, 0x31, ZEROS, 215), proxyBlock(0x21, 0x31, undefined, 215)],
  [
    'a block that is too long',
    proxyBlock(0x21, 0x00, Buffer.alloc(LONGEST_BLOCK + 1)),
    proxyBlock(0x21, 0x00, undefined, LONGEST_BLOCK + 1),
  ],
  ['half an extension', proxyBlock(0x21, 0x11, Buffer.concat([IPV4_BLOCK, Buffer.from([4, 0])]))],
  [
    'an extension that goes on beyond the end',
    proxyBlock(0x21, 0x11, Buffer.concat([IPV4_BLOCK, Buffer.from([4, 0, 2, 0])])),
  ],
];

describe('a malformed PROXY protocol header', () => {
  it.each(MALFORMED)(
    'a malformed PROXY protocol header is refused, whole and byte by byte alike: %s',
    (_what, bytes, enough = bytes) => {
      const whole = thrown(() => readProxyHeader(Buffer.concat([bytes, text('GET / HTTP/1.1\r\n')])));
      expect(whole).toBeInstanceOf(RemoteProtocolError);
      expect(whole.code).toBe('ERR_HTTP_SESSION_BAD_PROXY_HEADER');
      for (let length = 0; length < enough.length; length++) {
        expect([length, readProxyHeader(enough.subarray(0, length))]).toEqual([length, undefined]);
      }
      expect(thrown(() => readProxyHeader(enough)).message).toBe(whole.message);
    },
  );

  it('a malformed PROXY protocol header is refused without repeating what the peer sent', () => {
    const { message } = thrown(() => readProxyHeader(text('PROXY TCP4 secret 198.51.100.7 1 2\r\n')));
    expect(message).not.toContain('secret');
  });
});

const address4 = fc.ipV4().filter((address) => net.isIPv4(address));
const port = fc.nat(65_535);
const groups = fc.array(fc.oneof(fc.constant(0), fc.constant(0xffff), fc.nat(0xffff)), {
  minLength: 8,
  maxLength: 8,
});

/** The form in which the system itself gives an address. */
const canonical = (address: string): string => new net.SocketAddress({ address, family: 'ipv6' }).address;

describe('the addresses of a PROXY protocol header', () => {
  it('a PROXY protocol header has the same addresses in both versions, IPv4', () => {
    fc.assert(
      fc.property(address4, address4, port, port, (remote, local, remotePort, localPort) => {
        const line = text(`PROXY TCP4 ${remote} ${local} ${String(remotePort)} ${String(localPort)}\r\n`);
        const block = proxyBlock(0x21, 0x11, ipv4Block(remote, local, remotePort, localPort));
        const addresses = {
          remote: { address: remote, port: remotePort, family: 'IPv4' },
          local: { address: local, port: localPort, family: 'IPv4' },
        };
        expect(readProxyHeader(line)?.addresses).toEqual(addresses);
        expect(readProxyHeader(block)?.addresses).toEqual(addresses);
      }),
    );
  });

  it('a PROXY protocol header has the same addresses in both versions, in the form of the system, IPv6', () => {
    fc.assert(
      fc.property(groups, (numbers) => {
        const written = numbers.map((group) => group.toString(16).toUpperCase().padStart(4, '0')).join(':');
        const bytes = Buffer.alloc(36);
        numbers.forEach((group, index) => bytes.writeUInt16BE(group, 2 * index));
        const line = readProxyHeader(text(`PROXY TCP6 ${written} ::1 1 2\r\n`));
        const block = readProxyHeader(proxyBlock(0x21, 0x21, bytes));
        expect(line?.addresses?.remote.address).toBe(canonical(written));
        expect(block?.addresses?.remote.address).toBe(canonical(written));
        const short = readProxyHeader(text(`PROXY TCP6 ${canonical(written)} ::1 1 2\r\n`));
        expect(short?.addresses).toEqual(line?.addresses);
      }),
      { numRuns: 2_000 },
    );
  });

  const likeAddresses = fc.stringMatching(/^[0-9a-f:.]{0,20}$/);

  it('the addresses of a PROXY protocol header are valid for node:net', () => {
    fc.assert(
      fc.property(fc.oneof(likeAddresses, fc.ipV6(), fc.ipV4()), (written) => {
        for (const family of [4, 6] as const) {
          const line = text(
            `PROXY TCP${String(family)} ${written} ${family === 4 ? '1.2.3.4' : '::1'} 1 2\r\n`,
          );
          const read = (): unknown => readProxyHeader(line);
          if (net.isIP(written) === family) expect(read()).toBeDefined();
          else expect(thrown(read)).toBeInstanceOf(RemoteProtocolError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('arbitrary bytes', () => {
  const seeds = fc.constantFrom(...HEADERS.map(([, bytes]) => bytes), ...MALFORMED.map(([, bytes]) => bytes));
  const noise = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
  const spliced = fc
    .tuple(seeds, fc.nat(60), fc.nat(4), noise)
    .map(([seed, at, removed, inserted]) =>
      Buffer.concat([seed.subarray(0, at), inserted, seed.subarray(at + removed)]),
    );
  const inputs = fc.oneof(noise, spliced, seeds);

  /** The header, `undefined`, or what is wrong. */
  function verdictOn(bytes: Buffer): unknown {
    try {
      return readProxyHeader(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(RemoteProtocolError);
      return (error as HTTPSessionError).message;
    }
  }

  it('arbitrary bytes are a PROXY protocol header, incomplete or refused, and more never change that', () => {
    fc.assert(
      fc.property(inputs, (bytes) => {
        let length = 0;
        let verdict: unknown;
        for (; verdict === undefined && length <= bytes.length; length++) {
          verdict = verdictOn(bytes.subarray(0, length));
        }
        // An error is dear to make: not at every length.
        if (verdict !== undefined) expect(verdictOn(bytes.subarray(0, length))).toEqual(verdict);
        if (verdict !== undefined) expect(verdictOn(bytes)).toEqual(verdict);
      }),
      { numRuns: 3_000 },
    );
  });
});
