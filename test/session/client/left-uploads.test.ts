import { describe, expect, it } from '@jest/globals';

import { HTTPRequest } from '../../../src/protocol/index.js';
import { Asking, ok } from '../../support/http/asking.js';
import { Source } from '../../support/http/source.js';
import { isPending, rejection } from '../../support/transport/promises.js';
import { settled } from '../../support/transport/sockets.js';

/* A response may be complete before its request is: the rest of the upload has a source that nobody can hurry. */

/** A client that has read the whole response to an upload whose source has given one piece, and then nothing. */
async function parked(options: ConstructorParameters<typeof Asking>[0] = {}, answer = ok('early')) {
  const asking = new Asking(options);
  const source = new Source();
  const response = asking.session.request({ method: 'POST', body: source });
  await settled();
  await source.give('first');
  await asking.answer(answer);
  expect(await (await response).text()).toBe('early');
  return { asking, source };
}

describe('an upload whose response is complete', () => {
  it('an upload whose response is complete may finish, and the next request uses its connection', async () => {
    const { asking, source } = await parked();
    const next = asking.session.request('/next');
    await source.give('second');
    await source.end();
    await asking.answer(ok('next'));
    expect(await (await next).text()).toBe('next');
    expect(asking.server.text).toContain('6\r\nsecond\r\n0\r\n\r\nGET /next ');
    expect(asking.connections).toHaveLength(1);
  });

  it('an upload whose response is complete and whose source pauses lets the next request go out on another connection within a second', async () => {
    const { asking, source } = await parked();
    const next = asking.session.request('/next');
    await asking.pass(900);
    expect(await isPending(next)).toBe(true);
    await asking.pass(150);
    expect(source.isLeft).toBe(true);
    await asking.answer(ok('next'));
    expect(await (await next).text()).toBe('next');
    expect(asking.connections).toHaveLength(2);
  });

  it('an upload whose response is complete is not cut off by the next request as long as pieces come', async () => {
    const { asking, source } = await parked();
    const next = asking.session.request('/next');
    for (let piece = 0; piece < 5; piece++) {
      await asking.pass(900);
      await source.give('more');
    }
    await source.end();
    await asking.answer(ok('next'));
    expect(await (await next).text()).toBe('next');
    expect(asking.connections).toHaveLength(1);
  });

  it('an upload whose response is complete is given up after the send timeout, and its source is returned', async () => {
    const { asking, source } = await parked({ sendTimeout: 5_000 });
    await asking.pass(4_900);
    expect([asking.session.state, source.isLeft]).toEqual(['connected.open', false]);
    await asking.pass(150);
    expect([asking.session.state, source.isLeft]).toEqual(['closed', true]);
    expect([asking.session.networkException(), asking.armedDeadlines]).toEqual([null, 0]);
  });

  it.each([
    ['keeps the connection', ok('early')],
    ['announces the end of the connection', ok('early', 'Connection: close\r\n')],
  ])(
    'an upload whose response is complete ends at once when the server leaves: it %s',
    async (_how, answer) => {
      const { asking, source } = await parked({}, answer);
      await asking.server.fin();
      expect([asking.session.state, source.isLeft]).toEqual(['closed', true]);
      const next = asking.session.request('/next');
      await asking.answer(ok('next'));
      expect(await (await next).text()).toBe('next');
      expect(asking.connections).toHaveLength(2);
    },
  );

  it('an upload ends at once when the end of the connection is the end of the response', async () => {
    const asking = new Asking();
    const source = new Source();
    const response = asking.session.request({ method: 'POST', body: source });
    await source.give('first');
    await asking.answer('HTTP/1.1 200 OK\r\n\r\nearly');
    const text = (await response).text();
    await asking.server.fin();
    expect(await text).toBe('early');
    expect([asking.session.state, source.isLeft]).toEqual(['closed', true]);
  });

  it('an upload whose response is complete ends when the server resets or sends what nothing asked for', async () => {
    for (const end of ['reset', 'surplus'] as const) {
      const { asking, source } = await parked();
      if (end === 'reset') await asking.server.reset();
      else await asking.server.send('HTTP/1.1 200 OK\r\n');
      expect([asking.session.state, source.isLeft]).toEqual(['errored.fatal', true]);
      const next = asking.session.request('/next');
      await asking.answer(ok('next'));
      expect(await (await next).text()).toBe('next');
    }
  });

  it('an upload whose response is complete refuses a third request, and an aborted second one does not end it', async () => {
    const { asking, source } = await parked();
    const controller = new AbortController();
    const second = rejection(asking.session.request({ path: '/second', signal: controller.signal }));
    expect(await rejection(asking.session.request('/third'))).toMatchObject({
      ...{ name: 'InvalidStateError', reason: 'another request is in progress on this session' },
      testimony: { request: null, replay: 'unknown' },
    });
    controller.abort();
    expect(await second).toMatchObject({
      name: 'AbortedError',
      testimony: { request: { method: 'GET', target: '/second' }, replay: 'safe' },
    });
    await source.end();
    expect(asking.session.exchangeState).toBe('idle.reused');
  });

  it('an upload whose response is complete ends with the session, and the request behind it is not sent', async () => {
    for (const end of ['close', 'abort', 'dispose'] as const) {
      const { asking, source } = await parked();
      const next = rejection(asking.session.request('/next'));
      asking.session[end]();
      expect((await next).name).toMatch(/AbortedError|InvalidStateError/);
      await settled();
      expect([source.isLeft, asking.connections.length, asking.armedDeadlines]).toEqual([true, 1, 0]);
    }
  });

  it('an upload step by step is limited likewise, and its body says why it takes no more', async () => {
    const asking = new Asking({ sendTimeout: 5_000 });
    const request = new HTTPRequest('POST', '/');
    request.setChunkedTransferEncoding(true);
    const body = await asking.session.sendRequest(request);
    await body.write('first');
    const response = asking.session.receiveResponse();
    await asking.answer(ok('early'));
    expect(await (await response).text()).toBe('early');
    await asking.pass(4_000);
    await body.write('second');
    await asking.pass(4_000);
    expect(asking.session.state).toBe('connected.open');
    await asking.pass(1_100);
    expect(asking.session.state).toBe('closed');
    expect(await rejection(body.write('third'))).toMatchObject({ reason: 'the connection is gone' });
  });
});

describe('an upload that the server refuses', () => {
  it('an upload that the server refuses returns a source that is waited for at that moment', async () => {
    const asking = new Asking();
    const source = new Source();
    const response = asking.session.request({ method: 'POST', body: source });
    await settled();
    await source.give('first');
    await asking.answer('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
    expect((await response).status).toBe(403);
    expect(source.isLeft).toBe(true);
  });
});
