import { describe, expect, it } from '@jest/globals';

import { LIMITS } from '../../../src/constants.js';
import { IncompleteMessageError, RemoteProtocolError } from '../../../src/errors/index.js';
import { responseIn, responsesIn, statusesIn } from '../../support/http/messages.js';
import { echoBody, get, post, Served } from '../../support/http/served.js';

const fields = (text: string): string => `GET / HTTP/1.1\r\nHost: test\r\n${text}\r\n\r\n`;
const body = (text: string, content = ''): string =>
  `POST / HTTP/1.1\r\nHost: test\r\n${text}\r\n\r\n${content}`;

/** What is wrong, what was sent, and the status that answers it. */
const refused: readonly (readonly [string, string, number])[] = [
  ['a line that is no request line', 'HELLO\r\n\r\n', 400],
  ['a method that is no token', 'G@T / HTTP/1.1\r\nHost: test\r\n\r\n', 400],
  ['a target with a space', 'GET /a b HTTP/1.1\r\nHost: test\r\n\r\n', 400],
  ['a TLS handshake', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
  ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n', 400],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['a version that is not spoken', 'GET / HTTP/3.0\r\nHost: test\r\n\r\n', 505],
  ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['two Hosts', fields('Host: other'), 400],
  ['a space before the colon', fields('X : y'), 400],
  ['a line folded into the next', fields('X: y\r\n z'), 400],
  ['a bare LF', 'GET / HTTP/1.1\nHost: test\n\n', 400],
  ['a NUL in a field', fields('X: a\0b'), 400],
  ['a length that is no number', body('Content-Length: +4', 'body'), 400],
  ['two different lengths', body('Content-Length: 4\r\nContent-Length: 5', 'body!'), 400],
  ['length and chunks at once', body('Content-Length: 4\r\nTransfer-Encoding: chunked', '0\r\n\r\n'), 400],
  ['a coding behind chunked', body('Transfer-Encoding: chunked, gzip'), 400],
  ['a coding that is not understood', body('Transfer-Encoding: gzip, chunked'), 501],
  ['a length beyond all numbers', body('Content-Length: 99999999999999999999'), 413],
  ['a target that is too long', `GET /${'x'.repeat(LIMITS.maxStartLineBytes.value)} HTTP/1.1\r\n\r\n`, 414],
  ['a head that is too large', fields(`X: ${'x'.repeat(LIMITS.maxHeadBytes.value)}`), 431],
  ['too many fields', fields('X: y\r\n'.repeat(LIMITS.maxFieldCount.value).trimEnd()), 431],
  ['an unknown expectation', body('Content-Length: 4\r\nExpect: wonders', 'body'), 417],
  ['a chunk size that is none', body('Transfer-Encoding: chunked', 'x\r\n'), 400],
  ['chunk extensions without end', body('Transfer-Encoding: chunked', `1;${'x'.repeat(20_000)}`), 413],
  [
    'a trailer that must not be one',
    body('Transfer-Encoding: chunked', '0\r\nContent-Length: 1\r\n\r\n'),
    400,
  ],
];

describe.each(refused)('%s', (_what, request, status) => {
  it(`a malformed request is answered with one complete ${String(status)}, then the connection closes`, async () => {
    const served = new Served(echoBody);
    await served.send(request);
    const response = responseIn(served.text);
    expect(response.status).toBe(status);
    expect(response.fields).toContain('Connection: close');
    expect(response.body.startsWith(String(status))).toBe(true);
    expect(served.ended).toBe(true);
    expect(served.session.networkException()).toBeInstanceOf(RemoteProtocolError);
    expect(served.session.networkException()?.testimony).toMatchObject({ endedBy: 'parse' });
    expect(served.faults).toEqual([]);
  });

  it('a malformed request is the last one that is read, whatever follows and however it is cut', async () => {
    for (const sizes of [undefined, [4_093]]) {
      const served = new Served(echoBody);
      served.socket.segment(sizes);
      await served.send(get('/before') + request + get('/after'));
      await served.send(get('/later'));
      await served.fin();
      expect(statusesIn(served.text)).toEqual([200, status]);
      expect(served.session.core.requestNumber).toBeLessThanOrEqual(2);
      expect(served.isClosed).toBe(true);
      expect(served.armedDeadlines).toBe(0);
    }
  });
});

describe('a malformed request', () => {
  it('a malformed request is answered as well when it comes byte by byte', async () => {
    const served = new Served(echoBody);
    served.socket.segment([1]);
    await served.send('GET / HTTP/1.1\r\nHost: test\r\nX : y\r\n\r\n');
    expect(responseIn(served.text).status).toBe(400);
  });

  it('a malformed request is answered behind the answers to those before it, in one write', async () => {
    const served = new Served(echoBody);
    await served.send(get() + post('two') + 'BAD\r\n\r\n');
    expect(responsesIn(served.text).map(({ status }) => status)).toEqual([200, 200, 400]);
  });

  it('a malformed request waits for the answer to the one before it', async () => {
    const served = new Served((request, response) => {
      served.clock.setTimeout(() => {
        response.end(request.path);
      }, 1_000);
    });
    await served.send(get('/slow') + 'BAD\r\n\r\n');
    expect(served.text).toBe('');
    await served.pass(1_000);
    expect(statusesIn(served.text)).toEqual([200, 400]);
  });
});

describe('a request that is cut off by FIN', () => {
  const request = post('hello world', 'X: y\r\n');

  it('a request that FIN cuts off anywhere is answered with 400, and the connection closes', async () => {
    for (let at = 1; at < request.length; at++) {
      const served = new Served(echoBody);
      await served.sendLast(request.slice(0, at));
      expect(responseIn(served.text).status).toBe(400);
      expect(served.isClosed).toBe(true);
      expect(served.session.networkException()).toBeInstanceOf(IncompleteMessageError);
      expect(served.session.networkException()?.testimony).toMatchObject({ endedBy: 'fin' });
    }
  });
});
