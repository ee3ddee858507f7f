import { describe, expect, it } from '@jest/globals';

import { TIMEOUTS } from '../../../src/constants.js';
import { errors } from '../../../src/diagnostics.js';
import { NetworkError, RemoteProtocolError } from '../../../src/errors/index.js';
import { HTTPClientSession } from '../../../src/session/index.js';
import { createMemoryPair } from '../../../src/transport/index.js';
import { heardOn } from '../../support/session/heard-on.js';
import { settled } from '../../support/transport/sockets.js';
import { Asking, ok } from '../../support/http/asking.js';
import { FarEnd } from '../../support/http/far-end.js';
import { rejection } from '../../support/transport/promises.js';

describe('a keep-alive connection that is idle', () => {
  it.each<[string, (asking: Asking) => unknown]>([
    ['the server closes it', ({ server }) => server.fin()],
    ['its time has passed', (asking) => asking.pass(TIMEOUTS.clientKeepAliveTimeout.value + 100)],
    ['it is closed', ({ session }) => session.close()],
  ])('an idle connection ends without an error when %s', async (_how, end) => {
    const asking = await Asking.reused();
    const published = await heardOn(errors, async () => {
      await end(asking);
    });
    expect(asking.session.connected()).toBe(false);
    expect(published).toEqual([]);
    expect(asking.armedDeadlines).toBe(0);
  });

  it('an idle connection that is aborted reports that', async () => {
    const asking = await Asking.reused();
    const published = await heardOn(errors, () => {
      asking.session.abort();
      return Promise.resolve();
    });
    expect(published).toMatchObject([{ error: { name: 'AbortedError', testimony: { endedBy: 'local' } } }]);
  });

  it('an idle connection is closed at once when the server closes it, without an exception', async () => {
    const asking = await Asking.reused();
    await asking.server.fin();
    expect(asking.session.state).toBe('closed');
    expect(asking.session.networkException()).toBeNull();
    expect(asking.server.ended).toBe(true);
    expect(asking.armedDeadlines).toBe(0);
  });

  it('an idle connection is closed at once when the server resets it', async () => {
    const asking = await Asking.reused();
    await asking.server.reset();
    expect(asking.session.state).toBe('errored.fatal');
    expect(asking.session.networkException()).toBeInstanceOf(NetworkError);
    expect(asking.session.networkException()?.testimony).toMatchObject({ endedBy: 'rst', request: null });
  });

  it.each(['x', '\r\n', ok('poison'), 'HTTP/1.1 408 Request Timeout\r\n\r\n'])(
    'an idle connection is closed at once when the server sends %j unsolicited',
    async (bytes) => {
      const asking = await Asking.reused();
      await asking.server.send(bytes);
      expect(asking.session.state).toBe('errored.fatal');
      expect(asking.session.networkException()).toBeInstanceOf(RemoteProtocolError);
      expect(asking.session.networkException()).toMatchObject({ code: 'ERR_HTTP_SESSION_UNEXPECTED_DATA' });
      const next = asking.session.request();
      await asking.answer(ok('wanted'));
      expect(await (await next).text()).toBe('wanted');
      expect(asking.connections).toHaveLength(2);
    },
  );

  it('an idle connection is closed when its timeout expires', async () => {
    const asking = await Asking.reused({ keepAliveTimeout: 5_000 });
    await asking.pass(4_980);
    expect(asking.session.state).toBe('connected.open');
    await asking.pass(50);
    expect(asking.session.state).toBe('closed');
    expect(asking.session.networkException()).toBeNull();
    expect(asking.armedDeadlines).toBe(0);
    const next = asking.session.request();
    await asking.answer(ok('next'));
    expect(await (await next).text()).toBe('next');
  });

  it('the idle time starts with the end of the response', async () => {
    const asking = new Asking({ keepAliveTimeout: 5_000 });
    const response = asking.session.request();
    await settled();
    await asking.pass(30_000);
    await asking.answer(ok('slow'));
    await asking.pass(30_000);
    expect(await (await response).text()).toBe('slow');
    await asking.pass(4_900);
    expect(asking.session.state).toBe('connected.open');
    await asking.pass(200);
    expect(asking.session.state).toBe('closed');
  });

  it('an idle connection has no limit when the timeout is 0', async () => {
    const asking = await Asking.reused({ keepAliveTimeout: 0 });
    await asking.pass(86_400_000);
    expect(asking.session.state).toBe('connected.open');
  });
});

describe('what follows a complete response in the same segment', () => {
  const answers: Record<string, string> = {
    'with a body': ok('body'),
    'without a body': 'HTTP/1.1 204 No Content\r\n\r\n',
    'of length 0': ok(),
  };
  it.each(Object.entries(answers))(
    'after a complete response, %s is an error of the connection, not of the response',
    async (_what, answer) => {
      for (const sizes of [undefined, [1], [answer.length]]) {
        const asking = new Asking();
        const response = asking.session.request();
        await settled();
        asking.server.socket.segment(sizes);
        await asking.server.send(`${answer}GARBAGE`);
        expect(await (await response).text()).toBe(answer.endsWith('body') ? 'body' : '');
        await settled();
        expect(asking.session.state).toBe('errored.fatal');
        expect(asking.session.networkException()).toMatchObject({ code: 'ERR_HTTP_SESSION_UNEXPECTED_DATA' });
      }
    },
  );

  it.each(Object.entries(answers))(
    'after a complete response, %s does no harm if it ends the connection',
    async (_what, answer) => {
      const asking = new Asking();
      const response = asking.session.request();
      await settled();
      await asking.server.sendLast(answer);
      expect(await (await response).text()).toBe(answer.endsWith('body') ? 'body' : '');
      expect(asking.session.state).toBe('closed');
    },
  );
});

describe('a connection on which nothing was asked yet', () => {
  it('an unused connection is replaced when the server spoke first: its bytes would be read as the response', async () => {
    const asking = new Asking();
    await asking.session.connect('test:80');
    await asking.server.send(ok('poison'));
    const response = asking.session.request();
    await settled();
    expect(asking.connections).toHaveLength(2);
    expect(asking.connections[0]?.text).toBe('');
    await asking.answer(ok('wanted'));
    expect(await (await response).text()).toBe('wanted');
  });

  it('an attached connection is refused when the server spoke first, as there is no other', async () => {
    const pair = createMemoryPair();
    const session = new HTTPClientSession(pair.client);
    const server = await new FarEnd(pair.server).send(ok('poison'));
    expect(await rejection(session.request())).toMatchObject({ name: 'InvalidStateError' });
    expect(server.text).toBe('');
  });

  it('an unused connection that the server half-closes stays open for bytes until its idle time has passed', async () => {
    const asking = await Asking.halfClosed();
    expect([asking.session.state, asking.session.connected()]).toEqual(['connected.halfClosed', true]);
    await asking.pass(TIMEOUTS.clientKeepAliveTimeout.value + 100);
    expect([asking.session.state, asking.armedDeadlines]).toEqual(['closed', 0]);
  });

  it('an unused connection that the server half-closes has no idle time once bytes were sent on it', async () => {
    const asking = await Asking.halfClosed();
    expect(await asking.session.write('still here')).toBe(10);
    await asking.pass(TIMEOUTS.clientKeepAliveTimeout.value + 100);
    expect([asking.session.state, asking.server.text]).toEqual(['connected.halfClosed', 'still here']);
    expect(await asking.session.get()).toBe(-1);
  });

  it('an unused connection that the server half-closes is replaced by a request', async () => {
    const asking = await Asking.halfClosed();
    const response = asking.session.request();
    await asking.answer(ok('on the second'));
    expect(await (await response).text()).toBe('on the second');
    expect(asking.connections).toHaveLength(2);
  });
});
