import { describe, expect, it } from '@jest/globals';

import { statusesIn } from '../support/http/messages.js';
import { echoBody, Served } from '../support/http/served.js';
import { createReadingServer, seenByNode } from '../support/protocol/node-http.js';

/*
 * What h1spec asks of a server that gives back each body, and more of the kind: the answer to bytes that are
 * right, wrong or not complete.
 */

const WHOLE = 'GET /whole HTTP/1.1\r\nHost: localhost\r\n\r\n';

const get = (fields: string): string => `GET / HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n\r\n`;
const post = (fields: string, body: string): string =>
  `POST / HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n\r\n${body}`;

/** Requests, and the statuses of the answers. */
const asked: readonly (readonly [name: string, request: string, ...statuses: number[]])[] = [
  ['a minimal request', WHOLE, 200],
  [
    'names in any case, HTAB for a blank, an empty value',
    'GET / HTTP/1.1\r\nhoSt:\tlocalhost\r\nempty:\r\n\r\n',
    200,
  ],
  ['an empty value behind a blank', get('X-Empty: '), 200],
  ['a value with bytes beyond ASCII', get('X: \xe4\xff'), 200],
  ['a body of known length', post('Content-Length: 5', 'hello'), 200],
  ['a body in chunks', post('Transfer-Encoding: chunked', '5\r\nhello\r\n0\r\n\r\n'), 200],
  ['chunked in another case', post('transfer-encoding: CHUNKED', '5\r\nhello\r\n0\r\n\r\n'), 200],
  [
    'chunks with extensions and a trailer',
    post('Transfer-Encoding: chunked', '5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n'),
    200,
  ],
  ['a body of no length', post('Content-Length: 0', ''), 200],
  ['POST without a length', post('X: y', ''), 200],
  ['Expect: 100-continue, and no body', get('Expect: 100-continue'), 200],
  ['Expect: 100-continue, and a body later', post('Expect: 100-continue\r\nContent-Length: 5', ''), 100],
  ['an expectation that nobody knows', post('Expect: tea\r\nContent-Length: 5', 'hello'), 417],
  ['an empty line before the request', `\r\n${WHOLE}`, 200],
  ['HTTP/1.0 without a Host', 'GET / HTTP/1.0\r\n\r\n', 200],
  ['the absolute form', 'GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n', 200],
  ['OPTIONS for the server', 'OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n', 200],
  ['a method that nobody knows', 'BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n', 200],
  ['two requests', WHOLE + WHOLE, 200, 200],
  ['a request and a malformed one', `${WHOLE}GET\r\n\r\n`, 200, 400],
  ['no version', 'GET / \r\n\r\n', 400],
  ['no target', 'GET HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
  ['nothing but an end', 'GET\r\n\r\n', 400],
  ['a version that does not exist', 'GET / HTTP/9.9\r\nHost: localhost\r\n\r\n', 505],
  ['a version that is not spoken', 'GET / HTTP/2.0\r\nHost: localhost\r\n\r\n', 505],
  ['a version in lower case', 'GET / http/1.1\r\nHost: localhost\r\n\r\n', 400],
  ['something before the method', `Before ${WHOLE}`, 400],
  ['NUL before the method', `\0${WHOLE}`, 400],
  ['a handshake of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
  ['a target with a space', 'GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
  ['a target with NUL', 'GET /a\0b HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
  ['a target that is too long', `GET /${'a'.repeat(9_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 414],
  ['a head that is too large', get(`X: ${'a'.repeat(70_000)}`), 431],
  ['too many fields', get('X: y\r\n'.repeat(300).trimEnd()), 431],
  ['no Host', 'GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\n', 400],
  ['two Hosts', get('Host: elsewhere'), 400],
  ['two Hosts that agree', get('Host: localhost'), 400],
  ['a Host with a path', 'GET / HTTP/1.1\r\nHost: localhost/\r\n\r\n', 400],
  ['a name with brackets', get('X-Invalid[]: y'), 400],
  ['a name with a space before the colon', get('X : y'), 400],
  ['a name with bytes beyond ASCII', get('X\xe4: y'), 400],
  ['no name', get(': y'), 400],
  ['no colon', get('X'), 400],
  ['a value with a bell', get('X: y\x07'), 400],
  ['a value with NUL', get('X: y\0'), 400],
  ['a folded value', get('X: y\r\n z'), 400],
  ['a line that ends in CR', 'GET / HTTP/1.1\r\nHost: localhost\r\n\rX: y\r\n\r\n', 400],
  ['a line that ends in LF', 'GET / HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n', 400],
  ['a negative length', get('Content-Length: -1234'), 400],
  ['a negative length beyond any', get(`Content-Length: -${'123456789'.repeat(3)}`), 400],
  ['a length beyond any', get(`Content-Length: ${'123456789'.repeat(3)}`), 413],
  ['a length that is no number', get('Content-Length: abc'), 400],
  ['two lengths', post('Content-Length: 5\r\nContent-Length: 6', 'hello'), 400],
  ['a length and chunks', post('Transfer-Encoding: chunked\r\nContent-Length: 5', '0\r\n\r\n'), 400],
  ['a coding that nobody knows', post('Transfer-Encoding: tea, chunked', '0\r\n\r\n'), 501],
  ['a chunk without a size', post('Transfer-Encoding: chunked', '\r\nhello\r\n0\r\n\r\n'), 400],
  ['a chunk that is too long', post('Transfer-Encoding: chunked', '5\r\nhello!\r\n0\r\n\r\n'), 400],
];

const fragments = Array.from(WHOLE, (_, length) => WHOLE.slice(0, length));

describe('A server that gives back each body answers', () => {
  it.each(asked)('a server answers %s with the right status', async (_name, request, ...due) => {
    const served = new Served(echoBody);
    await served.send(Buffer.from(request, 'latin1'));
    await served.pass(0);
    expect(statusesIn(served.text)).toEqual(due);
    // Whatever is wrong ends the connection, and nothing else does.
    const isLast = (due.at(-1) ?? 0) >= 400 || request.includes('HTTP/1.0');
    expect(served.ended).toBe(isLast);
  });

  it('a server answers nothing to an incomplete request, wherever it stops', async () => {
    for (const fragment of fragments) {
      const served = new Served(echoBody);
      await served.send(fragment);
      expect([fragment, served.text, served.ended]).toEqual([fragment, '', false]);
      await served.send(WHOLE.slice(fragment.length));
      expect(statusesIn(served.text)).toEqual([200]);
    }
  });

  it('a server answers no request that node:http does not read', async () => {
    const node = createReadingServer();
    for (const [name, request] of asked) {
      const bytes = Buffer.from(request, 'latin1');
      const ours: string[] = [];
      const served = new Served(async (incoming, response) => {
        const body = (await incoming.bytes()).toString('latin1');
        ours.push(`${incoming.method} ${incoming.uri} ${body}`);
        response.end();
      });
      await served.send(bytes);
      const theirs = (await seenByNode(node, bytes)).requests;
      const isForeign = name === 'a method that nobody knows';
      const seen = theirs.map(({ method, target, body }) => `${method} ${target} ${body}`);
      if (!isForeign) expect(ours).toEqual(seen.slice(0, ours.length));
    }
    node.close();
  });
});
