import { describe, expect, it } from '@jest/globals';

import { AbortedError } from '../../../src/errors/index.js';
import { rejection } from '../../support/transport/promises.js';
import { settled } from '../../support/transport/sockets.js';
import { Asking, ok } from '../../support/http/asking.js';
import { Source } from '../../support/http/source.js';

const reason = new Error('enough');

/** A client that has the head of a response, of whose body a part has come. */
async function responding(controller: AbortController, head = 'Content-Length: 10') {
  const asking = new Asking();
  const response = asking.session.request({ path: '/long', signal: controller.signal });
  await asking.answer(`HTTP/1.1 200 OK\r\n${head}\r\n\r\nbegin`);
  return { asking, response: await response };
}

describe('the signal of a request whose response has begun', () => {
  it.each(['Content-Length: 10', 'Connection: close'])(
    'the signal of a request whose response has begun rejects pending reads and ends the connection (%s)',
    async (head) => {
      const controller = new AbortController();
      const { asking, response } = await responding(controller, head);
      const body = rejection(response.bytes());
      controller.abort(reason);
      const error = await body;
      expect(error).toBeInstanceOf(AbortedError);
      expect(error).toMatchObject({
        cause: reason,
        testimony: { endedBy: 'local', responseBegun: true, request: { target: '/long' }, replay: 'unknown' },
      });
      await settled();
      expect(asking.server.wasReset).toBe(true);
      expect([asking.session.state, asking.armedDeadlines]).toEqual(['closed', 0]);
    },
  );

  it('the signal of a request whose response has begun ends the body after what has arrived, for later reads too', async () => {
    const controller = new AbortController();
    const { response } = await responding(controller);
    controller.abort(reason);
    expect(String(await response.body.read())).toBe('begin');
    expect(await rejection(response.body.read())).toMatchObject({ name: 'AbortedError', cause: reason });
  });

  it('the signal of a request whose response has begun ends an upload that continues after the response', async () => {
    const asking = new Asking();
    const source = new Source();
    const controller = new AbortController();
    const response = asking.session.request({ method: 'POST', body: source, signal: controller.signal });
    await source.give('first');
    await asking.answer(ok('early'));
    expect(await (await response).text()).toBe('early');
    expect(asking.session.exchangeState).not.toContain('idle');
    controller.abort(reason);
    await source.give('second');
    expect(source.isLeft).toBe(true);
    expect(asking.server.wasReset).toBe(true);
  });

  it('an aborted response lets the next request go out on a new connection', async () => {
    const controller = new AbortController();
    const { asking } = await responding(controller);
    controller.abort(reason);
    const next = asking.session.request();
    await asking.answer(ok('next'));
    expect(await (await next).text()).toBe('next');
    expect(asking.connections).toHaveLength(2);
  });
});

describe('the signal of a request that is over has no effect', () => {
  it('the signal of a request has no effect when the response is complete', async () => {
    const controller = new AbortController();
    const { asking, response } = await responding(controller);
    await asking.server.send('ended');
    expect(await response.text()).toBe('beginended');
    controller.abort(reason);
    expect([asking.session.state, asking.session.exchangeState]).toEqual(['connected.open', 'idle.reused']);
  });

  it('the signal of a request has no effect when its connection was lost, and another request has a new one', async () => {
    const controller = new AbortController();
    const { asking, response } = await responding(controller);
    const lost = rejection(response.bytes());
    await asking.server.reset();
    await lost;
    const next = asking.session.request();
    await asking.answer('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nne');
    controller.abort(reason);
    await asking.server.send('xt');
    expect(await (await next).text()).toBe('next');
  });

  it.each([
    ['Upgrade', { headers: { Connection: 'Upgrade', Upgrade: 'other' } }, '101 Switching Protocols'],
    ['CONNECT', { method: 'CONNECT', path: 'example.com:443' }, '200 OK'],
  ])(
    'the signal of a request has no effect when the connection has switched to another protocol: %s',
    async (_how, init, status) => {
      const controller = new AbortController();
      const asking = new Asking();
      const response = asking.session.request({ ...init, signal: controller.signal });
      await asking.answer(`HTTP/1.1 ${status}\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n`);
      await response;
      controller.abort(reason);
      expect(asking.session.state).toBe('connected.open');
      await asking.server.send('other');
      expect(String(await asking.session.read(5))).toBe('other');
    },
  );

  it('the signal of a request has no effect when the rest of its response was discarded for the next request', async () => {
    const controller = new AbortController();
    const { asking } = await responding(controller);
    const next = asking.session.request();
    await asking.server.send('ended');
    await asking.answer('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nne');
    controller.abort(reason);
    await asking.server.send('xt');
    expect(await (await next).text()).toBe('next');
    expect(asking.connections).toHaveLength(1);
  });
});
