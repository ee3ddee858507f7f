import { describe, expect, it } from '@jest/globals';

import { HTTPSessionError } from '../../../src/errors/index.js';
import { rejection } from '../../support/transport/promises.js';
import { settled } from '../../support/transport/sockets.js';
import { Asking } from '../../support/http/asking.js';
import { Source } from '../../support/http/source.js';

/** The head of a refusal whose three bytes are still on their way. */
const REFUSAL = 'HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\n';

describe('an upload that the server refuses keeps the connection until the refusal was read', () => {
  it('a refused upload keeps the connection when the refusal comes together with 100 Continue for a body that is known whole', async () => {
    const asking = new Asking();
    const response = asking.session.request({ method: 'POST', body: 'hello', expectContinue: true });
    await asking.answer(`HTTP/1.1 100 Continue\r\n\r\n${REFUSAL}`);
    const refusal = await response;
    await asking.server.send('big');
    expect(await refusal.text()).toBe('big');
    expect(asking.server.text).not.toContain('hello');
  });

  it.each(['has one more piece', 'is at its end'] as const)(
    'a refused upload keeps the connection when its source %s',
    async (what) => {
      const asking = new Asking();
      const source = new Source();
      const response = asking.session.request({ method: 'POST', body: source });
      await settled();
      await source.give('first');
      await asking.answer(REFUSAL);
      const refusal = await response;
      if (what === 'is at its end') await source.end();
      else await source.give('second');
      await asking.server.send('big');
      expect(await refusal.text()).toBe('big');
      expect(asking.server.text.endsWith('first\r\n')).toBe(true);
    },
  );
});

describe('an upload whose source fails before anything was answered', () => {
  it('an upload whose source fails before anything was answered rejects the request and leaves no exception behind', async () => {
    const asking = new Asking();
    const source = new Source();
    const fault = new Error('the source failed');
    const failure = rejection(asking.session.request({ method: 'POST', body: source }));
    await settled();
    await source.fail(fault);
    expect(await failure).toBe(fault);
    expect(asking.session.state).toBe('closed');
    expect(asking.session.networkException()).toBeNull();
  });
});

describe('an upload that waits for the socket while an exception is stored', () => {
  it('an upload that waits for the socket while an exception is stored fails with it, and leaves the connection open', async () => {
    const asking = new Asking({}, 16_384);
    const body = Array.from({ length: 100 }, () => Buffer.alloc(10_000));
    const failure = rejection(asking.session.request({ method: 'POST', body }));
    await settled();
    expect(asking.isBlocked).toBe(true);
    const exception = new HTTPSessionError('stored by the test');
    asking.session.setException(exception);
    expect(await failure).toBe(exception);
    await settled();
    expect(asking.session.state).toBe('errored.recoverable.open');
    asking.session.dispose();
  });
});

describe('the right to send a request', () => {
  it('the right to send a request goes to the first caller once the connection is open; the other is refused', async () => {
    const asking = new Asking();
    const first = asking.session.request({ path: '/first' });
    const failure = rejection(first);
    for (let turn = 0; turn < 100 && !asking.isReady; turn++) await Promise.resolve();
    const second = asking.session.request({ path: '/second' });
    expect(await failure).toMatchObject({ name: 'InvalidStateError' });
    await asking.answer('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond');
    expect(await (await second).text()).toBe('second');
    expect(asking.server.text.startsWith('GET /second ')).toBe(true);
  });

  it('the right to send a request is refused to a second request, with an error that names its call', async () => {
    const asking = new Asking();
    const first = asking.session.request();
    expect(await rejection(asking.session.request())).toMatchObject({ call: 'request()' });
    await asking.answer('HTTP/1.1 204 No Content\r\n\r\n');
    expect((await first).status).toBe(204);
  });
});
