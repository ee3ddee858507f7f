import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { RemoteProtocolError } from '../../../src/errors/index.js';
import { DEFAULT_HEAD_LIMITS } from '../../../src/protocol/limits.js';
import { ReceiveBuffer } from '../../../src/protocol/receive-buffer.js';
import { readRequestHead, type RequestHead } from '../../../src/protocol/head/request-head.js';
import { mutated } from '../../support/protocol/mutations.js';

/** What a head says, or the code by which it is refused. */
function said(buffer: ReceiveBuffer): unknown {
  try {
    const head = readRequestHead(buffer, DEFAULT_HEAD_LIMITS);
    return head === undefined ? 'incomplete' : plain(head);
  } catch (error) {
    if (!(error instanceof RemoteProtocolError)) throw error;
    return error.code;
  }
}

function plain({ message, ...facts }: RequestHead): unknown {
  return { ...facts, start: [message.method, message.uri, message.version], fields: [...message] };
}

/** What the last of several heads says on one connection, where the ones before it are remembered. */
function saidAfter(before: string, last: string): unknown {
  const buffer = new ReceiveBuffer();
  buffer.append(Buffer.from(before + last, 'latin1'));
  readRequestHead(buffer, DEFAULT_HEAD_LIMITS);
  return said(buffer);
}

/** What a head says on a connection of its own. */
function saidAlone(head: string): unknown {
  const buffer = new ReceiveBuffer();
  buffer.append(Buffer.from(head, 'latin1'));
  return said(buffer);
}

const HEADS = [
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  'PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n',
  'PUT /a HTTP/1.1\r\nHost: a\r\nUpgrade: b\r\nConnection: upgrade\r\n\r\n',
];

describe('a head after one with the same field lines', () => {
  it.each([
    ['the same one', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['another target', 'GET /another?b=c HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['another target of the same length', 'GET * HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['another method', 'PUT / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['another version', 'GET / HTTP/1.0\r\nHost: a\r\n\r\n'],
    ['a version that is not spoken', 'GET / HTTP/1.2\r\nHost: a\r\n\r\n'],
    ['a field more', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
    ['a field less', 'GET / HTTP/1.1\r\n\r\n'],
    ['a bare LF in the start line', 'GET / HTTP/1.1\n\nHost: a\r\n\r\n'],
    ['another last line end', 'GET / HTTP/1.1\r\nHost: a\r\n\n\r'],
    ['no blank line', 'GET / HTTP/1.1\r\nHost: a\r\nGE'],
    ['a control character in the target', 'GET \t HTTP/1.1\r\nHost: a\r\n\r\n'],
  ])('a head after one with the same field lines is read as it would be alone: %s', (_name, last) => {
    expect(saidAfter('GET / HTTP/1.1\r\nHost: a\r\n\r\n', last)).toEqual(saidAlone(last));
  });

  it('a changed head after one with the same field lines is read as it would be alone', () => {
    fc.assert(
      fc.property(
        fc
          .constantFrom(...HEADS)
          .chain((head) => fc.tuple(fc.constant(head), mutated([Buffer.from(head, 'latin1')]))),
        ([head, last]) => {
          expect(saidAfter(head, last.toString('latin1'))).toEqual(saidAlone(last.toString('latin1')));
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('a repeated head is checked against the limits of each reader', () => {
    const head = 'GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n\r\n';
    const buffer = new ReceiveBuffer();
    buffer.append(Buffer.from(head + head, 'latin1'));
    readRequestHead(buffer, DEFAULT_HEAD_LIMITS);
    expect(() => readRequestHead(buffer, { ...DEFAULT_HEAD_LIMITS, maxFieldCount: 1 })).toThrow(
      RemoteProtocolError,
    );
  });

  it('only short heads are remembered: an idle connection should cost little', () => {
    const buffer = new ReceiveBuffer();
    buffer.append(Buffer.from(`GET / HTTP/1.1\r\nHost: a\r\nA: ${'b'.repeat(3_000)}\r\n\r\n`, 'latin1'));
    readRequestHead(buffer, DEFAULT_HEAD_LIMITS);
    expect(buffer.lastHead).toBeUndefined();
  });
});
