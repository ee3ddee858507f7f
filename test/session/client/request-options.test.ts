import { describe, expect, it } from '@jest/globals';

import { prepareRequest } from '../../../src/session/index.js';
import { isPending, rejection } from '../../support/transport/promises.js';
import { settled } from '../../support/transport/sockets.js';
import { Asking, ok } from '../../support/http/asking.js';

const large = (length: number): string => `HTTP/1.1 200 OK\r\nContent-Length: ${String(length)}\r\n\r\n`;

describe('the timeouts of one request', () => {
  it('timeouts.head limits the whole wait for a head, and may be longer than the receive timeout', async () => {
    const asking = new Asking({ receiveTimeout: 1_000 });
    const response = asking.session.request({ timeouts: { head: 60_000 } });
    await settled();
    await asking.pass(50_000);
    expect(await isPending(response)).toBe(true);
    await asking.answer('HTTP/1.1 103 Early Hints\r\n\r\n');
    await asking.pass(9_000);
    const failure = rejection(response);
    await asking.pass(1_100);
    expect(await failure).toMatchObject({ name: 'TimeoutError', timer: 'head', timeout: 60_000 });
    expect(asking.session.connected()).toBe(false);
  });

  it('timeouts.receive holds for the body of one response, and for no other', async () => {
    const asking = new Asking({ receiveTimeout: 5_000 });
    const first = asking.session.request({ timeouts: { receive: 30_000 } });
    await settled();
    await asking.answer(large(2));
    const text = (await first).text();
    await asking.pass(20_000);
    expect(await isPending(text)).toBe(true);
    await asking.answer('ok');
    expect(await text).toBe('ok');
    expect(asking.session.getReceiveTimeout()).toBe(5_000);
    const second = rejection(asking.session.request('/'));
    await settled();
    await asking.pass(5_100);
    expect(await second).toMatchObject({ timer: 'receive', timeout: 5_000 });
  });

  it('timeouts of a request do not undo what was set meanwhile', async () => {
    const asking = new Asking({ receiveTimeout: 5_000 });
    const response = asking.session.request({ timeouts: { receive: 30_000 } });
    await settled();
    asking.session.setReceiveTimeout(7_000);
    await asking.answer(ok());
    await (await response).text();
    expect(asking.session.getReceiveTimeout()).toBe(7_000);
  });

  it.each([
    [{ timeouts: { idle: 1 } }, /unknown timeout of a request "idle"/],
    [{ timeouts: { head: -1 } }, /timeouts\.head/],
    [{ maxResponseBytes: 1.5 }, /maxResponseBytes/],
    [{ onInterim: 1 }, /onInterim/],
    [{ onProgress: {} }, /onProgress/],
  ])('a malformed option is refused before any byte: %j', async (init, says) => {
    const asking = new Asking();
    expect((await rejection(asking.session.request(init as never))).message).toMatch(says);
    expect(asking.session.state).toBe('unconnected.idle');
  });
});

describe('what a request reports', () => {
  it('onInterim gets interim responses, and what it throws changes nothing', async () => {
    const asking = new Asking();
    const seen: unknown[] = [];
    const response = asking.session.request({
      onInterim: ({ status, ...rest }) => seen.push(status, typeof rest),
    });
    await settled();
    await asking.answer(
      'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n' + ok('x'),
    );
    expect(await (await response).text()).toBe('x');
    expect(seen).toEqual([103, 'object', 102, 'object']);
  });

  it('onProgress counts the bytes of both bodies', async () => {
    const asking = new Asking();
    const seen: unknown[] = [];
    const response = asking.session.request({
      method: 'POST',
      body: ['abc', 'de'],
      onProgress: (progress) => seen.push(progress),
    });
    await settled();
    await asking.answer(`${large(4)}12`);
    const text = (await response).text();
    await asking.answer('34');
    expect(await text).toBe('1234');
    expect(seen.at(-1)).toEqual({ sent: 5, received: 4 });
    expect(seen[0]).toEqual({ sent: 3, received: 0 });
  });
});

describe('maxResponseBytes', () => {
  it('refuses a response that declares more', async () => {
    const asking = new Asking();
    const failure = rejection(asking.session.request({ maxResponseBytes: 3 }));
    await settled();
    await asking.answer(`${large(4)}1234`);
    expect(await failure).toMatchObject({ code: 'ERR_HTTP_SESSION_BODY_TOO_LARGE' });
    expect(asking.session.connected()).toBe(false);
  });

  it('cuts off a stream that gets longer', async () => {
    const asking = new Asking();
    const response = asking.session.request({ maxResponseBytes: 3 });
    await settled();
    await asking.answer('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n');
    const { body } = await response;
    expect(String(await body.read())).toBe('abc');
    const failure = rejection(body.read());
    await asking.answer('1\r\nd\r\n');
    expect(await failure).toMatchObject({ code: 'ERR_HTTP_SESSION_BODY_TOO_LARGE' });
  });
});

describe('a prepared request', () => {
  it('can be sent again, and its body is made for each attempt', async () => {
    const asking = new Asking();
    let made = 0;
    const request = prepareRequest({ method: 'PUT', body: () => [`body ${String(++made)}`] });
    expect(request.isRepeatable).toBe(true);
    for (const text of ['body 1', 'body 2']) {
      const response = asking.session.request(request);
      await settled();
      await asking.answer(ok());
      await (await response).text();
      expect(asking.server.text).toContain(text);
    }
    expect(prepareRequest({ method: 'PUT', body: ['once'] }).isRepeatable).toBe(false);
  });

  it('a function that returns no body fails the request, and nothing is sent', async () => {
    const asking = new Asking();
    const failure = await rejection(asking.session.request({ method: 'PUT', body: (() => 'text') as never }));
    expect(failure).toBeInstanceOf(TypeError);
    expect(asking.server.text).toBe('');
  });
});

describe('an unread response', () => {
  const unread = { unreadTimeout: 1_000 };

  it('a small rest is read away in time, and the connection serves the next request', async () => {
    const asking = new Asking(unread);
    const first = asking.session.request('/');
    await settled();
    await asking.answer(ok('small'));
    const response = await first;
    await asking.pass(1_050);
    expect(asking.session.exchangeState).toBe('idle.reused');
    expect(await rejection(response.text())).toMatchObject({ name: 'InvalidStateError' });
    const second = asking.session.request('/');
    await settled();
    await asking.answer(ok('next'));
    expect(await (await second).text()).toBe('next');
  });

  it.each([
    ['a large one', large(10_485_760)],
    ['an endless one', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n'],
  ])('before %s the connection closes, within twice the time', async (_what, head) => {
    const asking = new Asking(unread);
    const first = asking.session.request('/');
    await settled();
    await asking.answer(head);
    const response = await first;
    await asking.pass(1_050);
    await asking.pass(1_050);
    expect(asking.session.state).toBe('closed');
    expect(await rejection(response.text())).toMatchObject({ name: 'InvalidStateError' });
  });

  it('a response that is being read has as much time as it needs', async () => {
    const asking = new Asking(unread);
    const first = asking.session.request('/');
    await settled();
    await asking.answer(`${large(4)}12`);
    const { body } = await first;
    expect(String(await body.read())).toBe('12');
    await asking.pass(30_000);
    await asking.answer('34');
    expect(String(await body.read())).toBe('34');
  });
});
