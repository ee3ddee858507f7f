import { describe, expect, it } from '@jest/globals';

import type { HTTPServerRequest } from '../../../src/session/index.js';
import { responseIn, responsesIn } from '../../support/http/messages.js';
import { isPending } from '../../support/transport/promises.js';
import { get, Served } from '../../support/http/served.js';

describe('a request', () => {
  it('a request is there before its body, which waits', async () => {
    let body: Promise<Buffer> | undefined;
    const served = new Served((request, response) => {
      body = request.bytes();
      void body.then((bytes) => {
        response.end(bytes);
      });
    });
    await served.send('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\n');
    expect(await isPending(body as Promise<Buffer>)).toBe(true);
    await served.send('body');
    expect(responseIn(served.text).body).toBe('body');
  });

  it('a request has its method, target, path, version, fields and addresses', async () => {
    const served = new Served((request, response) => {
      response.end(
        JSON.stringify([
          request.method,
          request.uri,
          request.path,
          request.version,
          request.get('x-one'),
          request.has('X-Two'),
          request.secure,
          request.clientAddress()?.address,
          request.serverAddress()?.port,
        ]),
      );
    });
    await served.send('QUERY http://test/a/b?c=d HTTP/1.1\r\nHost: test\r\nX-One:  1 \r\n\r\n');
    expect(JSON.parse(responseIn(served.text).body)).toEqual([
      'QUERY',
      'http://test/a/b?c=d',
      '/a/b',
      'HTTP/1.1',
      '1',
      false,
      false,
      '127.0.0.1',
      80,
    ]);
    expect(served.session.clientAddress()).toEqual({
      address: '127.0.0.1',
      port: served.socket.localPort,
      family: 'IPv4',
    });
  });

  it('a request has its target by the name of node:http, its session, and its number on the connection', async () => {
    const served = new Served(({ url, sessionId, number }, response) => {
      response.end(JSON.stringify([url, sessionId, number]));
    });
    await served.send(get('/a?b') + get('/c'));
    expect(responsesIn(served.text).map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      ['/a?b', served.session.id, 1],
      ['/c', served.session.id, 2],
    ]);
  });

  it('a request keeps its addresses when its connection is gone, and has no socket any more', async () => {
    const requests: HTTPServerRequest[] = [];
    const served = new Served((request) => {
      requests.push(request);
    });
    await served.send(get());
    const [request] = requests;
    const facts = () => [request?.clientAddress(), request?.serverAddress(), request?.secure];
    const before = facts();
    expect([request?.socket, request?.serverAddress()?.port]).toEqual([served.near, 80]);
    await served.reset();
    expect(request?.socket).toBeNull();
    expect(facts()).toEqual(before);
  });

  it.each([
    ['/', '/'],
    ['/a?b=/c', '/a'],
    ['*', '*'],
    ['http://test', '/'],
    ['http://test?x', '/'],
    ['http://test/x', '/x'],
    ['/a?u=http://other/path', '/a'],
  ])('a request to %s has the path %s', async (uri, path) => {
    const served = new Served((request, response) => {
      response.end(request.path);
    });
    await served.send(`OPTIONS ${uri} HTTP/1.1\r\nHost: test\r\n\r\n`);
    expect(responseIn(served.text).body).toBe(path);
  });
});
