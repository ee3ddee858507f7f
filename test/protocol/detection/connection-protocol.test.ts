import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { LIMITS } from '../../../src/constants.js';
import {
  recogniseProtocol,
  type ConnectionProtocol,
} from '../../../src/protocol/detection/connection-protocol.js';
import { SIGNATURE } from '../../support/protocol/proxy-headers.js';

const PEEK = LIMITS.maxPeekBytes.value;

const text = (value: string): Buffer => Buffer.from(value, 'latin1');

/** The begin of a ClientHello as OpenSSL sends it, in a record of 512 bytes. */
const CLIENT_HELLO = Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]);

/** What a connection begins with, what it is, and how many bytes it takes to tell. */
const BEGINNINGS: readonly (readonly [string, Buffer, ConnectionProtocol, number])[] = [
  ['GET', text('GET / HTTP/1.1\r\n'), 'http', 5],
  ['a POST, which begins as PRI and PROXY do', text('POST /a HTTP/1.1\r\n'), 'http', 6],
  ['OPTIONS *', text('OPTIONS * HTTP/1.1\r\n'), 'http', 9],
  ['CONNECT', text('CONNECT example.org:443 HTTP/1.1\r\n'), 'http', 9],
  ['a request to a proxy', text('GET http://example.org/ HTTP/1.1\r\n'), 'http', 11],
  ['a request to a proxy, secure, in capitals', text('GET HTTPS://example.org/ HTTP/1.1\r\n'), 'http', 12],
  ['a request after an empty line', text('\r\nGET / HTTP/1.1\r\n'), 'http', 7],
  ['the longest registered method', text('UPDATEREDIRECTREF /a HTTP/1.1\r\n'), 'http', 19],
  ['a method of one letter', text('M / HTTP/1.1\r\n'), 'http', 3],
  ['a request of HTTP/2 to HTTP/1', text('PRI * HTTP/1.1\r\n'), 'http', 12],
  ['a ClientHello', CLIENT_HELLO, 'tls', 6],
  ['a ClientHello cut into the smallest records', Buffer.from([22, 3, 3, 0, 1, 1, 22, 3]), 'tls', 6],
  ['the preface of HTTP/2', text('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0'), 'http2', 24],
  ['a PROXY line', text('PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\n'), 'proxy-v1', 6],
  ['a PROXY block', Buffer.concat([SIGNATURE, Buffer.from([0x21])]), 'proxy-v2', 12],
  ['an alert of TLS', Buffer.from([21, 3, 1, 0, 2, 1, 0]), 'unknown', 1],
  ['a handshake of another version', Buffer.from([22, 4, 0, 0, 2, 1]), 'unknown', 2],
  ['a handshake of a version to come', Buffer.from([22, 3, 5, 0, 2, 1]), 'unknown', 3],
  ['an empty record', Buffer.from([22, 3, 1, 0, 0, 1]), 'unknown', 5],
  ['a record that is too long', Buffer.from([22, 3, 1, 0x40, 1, 1]), 'unknown', 5],
  ['a handshake that begins with something else', Buffer.from([22, 3, 1, 0, 2, 2]), 'unknown', 6],
  ['the greeting of SSH', text('SSH-2.0-OpenSSH_9.6\r\n'), 'unknown', 20],
  ['the greeting of SSH with a comment', text('SSH-2.0-OpenSSH_8.9p1 Ubuntu-3\r\n'), 'unknown', 23],
  ['a command of mail', text('EHLO example.org\r\n'), 'unknown', 6],
  ['a command whose argument begins as a URL does', text('EHLO https.example.org\r\n'), 'unknown', 11],
  ['a word', text('PING\r\n'), 'unknown', 5],
  ['two empty lines', text('\r\n\r\nGET / HTTP/1.1\r\n'), 'unknown', 5],
  ['a bare LF', text('\nGET / HTTP/1.1\r\n'), 'unknown', 1],
  ['a bare CR', text('\rGET / HTTP/1.1\r\n'), 'unknown', 2],
  ['a space', text(' GET / HTTP/1.1\r\n'), 'unknown', 1],
  ['binary', Buffer.from([0, 1, 2, 3]), 'unknown', 1],
  ['a word without an end', Buffer.alloc(PEEK, 'A'), 'unknown', PEEK],
];

describe('the first bytes of a connection', () => {
  it.each(BEGINNINGS)(
    'the protocol of a connection is detected from as few bytes as possible: %s',
    (_what, bytes, protocol, needed) => {
      for (let length = 0; length < needed; length++) {
        expect([length, recogniseProtocol(bytes.subarray(0, length))]).toEqual([length, undefined]);
      }
      for (let length = needed; length <= bytes.length; length++) {
        expect([length, recogniseProtocol(bytes.subarray(0, length))]).toEqual([length, protocol]);
      }
    },
  );

  const words = fc.constantFrom(...BEGINNINGS.map(([, bytes]) => bytes));
  const noise = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
  const inputs = fc
    .tuple(words, fc.nat(30), noise)
    .map(([word, kept, rest]) => Buffer.concat([word.subarray(0, kept), rest]));

  it('the protocol of a connection is detected within the bound, and further bytes never change it', () => {
    fc.assert(
      fc.property(fc.oneof(noise, inputs), (bytes) => {
        let verdict: ConnectionProtocol | undefined;
        for (let length = 0; length <= bytes.length; length++) {
          const next = recogniseProtocol(bytes.subarray(0, length));
          if (verdict !== undefined && next !== verdict) expect(next).toBe(verdict);
          if (length >= PEEK && next === undefined) expect(next).toBeDefined();
          verdict = next;
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
