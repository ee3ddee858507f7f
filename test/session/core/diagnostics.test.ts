import { afterEach, describe, expect, it, jest } from '@jest/globals';

import {
  errors,
  exchanges,
  transitions,
  type ErrorMessage,
  type ExchangeMessage,
  type TransitionMessage,
} from '../../../src/diagnostics.js';
import { Asking, ok } from '../../support/http/asking.js';
import { echoBody, get, post, Served } from '../../support/http/served.js';

const subscriptions: (() => void)[] = [];

/** Everything that is published on a channel until the test is over. */
function heard<TMessage>(channel: Pick<typeof transitions, 'subscribe' | 'unsubscribe'>): TMessage[] {
  const messages: TMessage[] = [];
  const listener = (message: unknown): void => {
    messages.push(message as TMessage);
  };
  channel.subscribe(listener);
  subscriptions.push(() => channel.unsubscribe(listener));
  return messages;
}

afterEach(() => {
  for (const end of subscriptions.splice(0)) end();
});

describe('the channel of transitions', () => {
  it('the transition channel reports those of both charts, in order, with the time in each state', async () => {
    const messages = heard<TransitionMessage>(transitions);
    const served = new Served(echoBody);
    await served.send(post('hello'));
    await served.pass(3_000);
    await served.fin();
    const own = messages.filter(({ sessionId }) => sessionId === served.session.id);
    expect(own.map(({ chart, event }) => [chart, event])).toEqual(
      served.session.history.map(({ chart, event }) => [chart, event]),
    );
    expect(own.every(({ role }) => role === 'server')).toBe(true);
    expect(own.at(-1)).toMatchObject({
      chart: 'session',
      from: 'connected.halfClosed',
      to: 'closed',
      heldFor: 0,
    });
    expect(own.find(({ event }) => event === 'socket.ended')).toMatchObject({
      from: 'connected.open',
      heldFor: 3_000,
    });
  });
});

describe('the channel of exchanges', () => {
  it('the exchange channel reports when each begins, and how it ends', async () => {
    const messages = heard<ExchangeMessage>(exchanges);
    const served = new Served((request, response) => {
      if (request.path === '/first') response.end();
    });
    const address = served.session.clientAddress();
    await served.send(get('/first') + get('/second'));
    await served.pass(500);
    await served.reset();
    const { id: sessionId } = served.session;
    const common = { sessionId, role: 'server', method: 'GET', error: null, address };
    const first = { ...common, number: 1, target: '/first' };
    const second = { ...first, number: 2, target: '/second' };
    expect(messages).toEqual([
      {
        ...first,
        phase: 'begin',
        at: expect.any(Number),
        status: undefined,
        duration: undefined,
        outcome: undefined,
      },
      { ...first, phase: 'end', at: expect.any(Number), status: 200, duration: 0, outcome: 'completed' },
      {
        ...second,
        phase: 'begin',
        at: expect.any(Number),
        status: undefined,
        duration: undefined,
        outcome: undefined,
      },
      {
        ...second,
        phase: 'end',
        at: expect.any(Number),
        status: undefined,
        duration: 500,
        outcome: 'failed',
        error: served.session.networkException(),
      },
    ]);
    expect(messages[3]?.error).toMatchObject({ code: 'ERR_HTTP_SESSION_RESET' });
  });

  it('the exchange channel reports client exchanges and retries too', async () => {
    const asking = await Asking.reused();
    const messages = heard<ExchangeMessage>(exchanges);
    const response = asking.session.request();
    await asking.pass(0);
    await asking.server.fin();
    await asking.answer(ok('again'));
    await (await response).bytes();
    expect(messages.map(({ role, phase, outcome, status }) => [role, phase, outcome, status])).toEqual([
      ['client', 'begin', undefined, undefined],
      ['client', 'end', 'replayed', undefined],
      ['client', 'begin', undefined, undefined],
      ['client', 'end', 'completed', 200],
    ]);
  });

  it.each([
    ['anybody had subscribed', () => undefined],
    ['anybody had subscribed to it', () => heard<TransitionMessage>(transitions)],
  ])(
    'the exchange channel has no duration of an exchange that began before %s',
    async (_, subscribeToOthers) => {
      subscribeToOthers();
      const served = new Served(echoBody);
      await served.send(post('hello').slice(0, -1));
      const messages = heard<ExchangeMessage>(exchanges);
      await served.send('o');
      expect(messages).toMatchObject([
        { phase: 'end', duration: undefined, outcome: 'completed', status: 200 },
      ]);
    },
  );
});

describe('the channel of errors', () => {
  it('the error channel reports each error when it is made, with its context', async () => {
    const messages = heard<ErrorMessage>(errors);
    const served = new Served(echoBody);
    const address = served.session.clientAddress();
    await served.send('GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n');
    const error = served.session.networkException();
    expect(messages).toEqual([{ sessionId: served.session.id, error, address }]);
    expect(address).toMatchObject({ address: '127.0.0.1' });
    expect(messages[0]?.error).toMatchObject({
      code: 'ERR_HTTP_SESSION_BAD_HOST',
      testimony: { sessionId: served.session.id, endedBy: 'parse' },
    });
  });

  it('the error channel reports unsolicited bytes of a server once', async () => {
    const messages = heard<ErrorMessage>(errors);
    const asking = new Asking();
    const response = asking.session.request();
    await asking.pass(0);
    const address = asking.session.serverAddress();
    await asking.answer(`${ok('body')}GARBAGE`);
    expect(await (await response).text()).toBe('body');
    const error = asking.session.networkException();
    expect(messages).toEqual([{ sessionId: asking.session.id, error, address }]);
  });

  it('the error channel reports no timeout when the wait for an optional response ends', async () => {
    const messages = heard<ErrorMessage>(errors);
    const asking = new Asking({ continueTimeout: 1_000, keepAliveTimeout: 5_000 });
    const response = asking.session.request({ method: 'POST', body: 'body', expectContinue: true });
    await asking.pass(1_050);
    await asking.answer(ok());
    await response;
    await asking.pass(5_050);
    expect(asking.session.state).toBe('closed');
    expect(messages.filter(({ error }) => error.name === 'TimeoutError')).toEqual([]);
  });
});

describe('without a subscriber', () => {
  it.each([
    ['of transitions', transitions, exchanges],
    ['of exchanges', exchanges, transitions],
  ])(
    'without a subscriber, %s publishes nothing, whatever else is subscribed to',
    async (_, unheard, other) => {
      const messages = heard<unknown>(other);
      const spy = jest.spyOn(unheard, 'publish');
      try {
        await new Served(echoBody).send(post('hello'));
        expect(spy.mock.calls).toEqual([]);
        expect(messages).not.toEqual([]);
      } finally {
        spy.mockRestore();
      }
    },
  );

  it('without a subscriber, no message is created', async () => {
    // Files that run later in this process hold the same channels: what is spied on has to be theirs again.
    const spies = [transitions, exchanges, errors].map((channel) => jest.spyOn(channel, 'publish'));
    try {
      const served = new Served(echoBody);
      await served.send(post('hello'));
      await served.send('nonsense\r\n\r\n');
      expect(served.session.history.length).toBeGreaterThan(4);
      expect(spies.map(({ mock }) => mock.calls)).toEqual([[], [], []]);
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
    expect([transitions, exchanges, errors].some((channel) => Object.hasOwn(channel, 'publish'))).toBe(false);
  });
});
