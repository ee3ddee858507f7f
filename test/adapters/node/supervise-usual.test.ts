import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import http from 'node:http';
import { describe, expect, it } from '@jest/globals';

import { supervise, type SupervisedSession } from '../../../src/adapters/node/index.js';
import { LIMITS } from '../../../src/constants.js';
import { TRANSITION_CHANNEL } from '../../../src/diagnostics.js';
import { get } from '../../support/http/served.js';
import { RawClient, supervised, until } from '../../support/node/supervised.js';

const hello: http.RequestListener = (request, response) => {
  request.resume();
  response.end(`hello ${String(request.url)}`);
};

/** Makes requests one after another on one connection; `look` is called after each of them. */
async function exchanged(
  count: number,
  look: (session: SupervisedSession) => unknown,
  listener = hello,
): Promise<{ session: SupervisedSession; client: RawClient; end: () => Promise<unknown> }> {
  const { supervisor, port } = await supervised(http.createServer(listener));
  const client = new RawClient(port);
  await until(() => supervisor.sessions.size === 1);
  const session = [...supervisor.sessions][0] as SupervisedSession;
  for (let number = 1; number <= count; number++) {
    client.text = '';
    client.socket.write(get(`/${String(number)}`));
    await client.saw(new RegExp(`hello /${String(number)}$`));
    await until(() => session.answered === number);
    look(session);
  }
  return {
    session,
    client,
    end: () => {
      client.socket.destroy();
      return supervisor.drain({ grace: 0 });
    },
  };
}

const steps = (session: SupervisedSession): string[] =>
  session.history.map(({ chart, event, state }) => `${chart} ${event} ${state}`);

describe('exchanges that are not looked at', () => {
  it.each([1, 2, 3, 7, 8, 9, 10, 17, 25])(
    'after %d requests the history of a session is the same, whether it was looked at before or not',
    async (count) => {
      const unseen = await exchanged(count, () => undefined);
      const seen = await exchanged(count, (session) => session.history);
      expect(steps(unseen.session)).toEqual(steps(seen.session));
      expect(unseen.session.history).toHaveLength(Math.min(2 + 4 * count, LIMITS.maxHistory.value));
      const times = unseen.session.history.map(({ at }) => at);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(unseen.session).toMatchObject({
        exchangeState: 'idle.reused',
        activity: 'idle',
        answered: count,
      });
      expect(unseen.session.changedAt).toBe(times.at(-1));
      await Promise.all([unseen.end(), seen.end()]);
    },
  );

  it('a session that is looked at during an exchange shows its request, and each step once', async () => {
    const held: http.ServerResponse[] = [];
    const { session, client, end } = await exchanged(
      3,
      () => undefined,
      (request, response) => {
        if (request.url === '/held') held.push(response);
        else hello(request, response);
      },
    );
    client.socket.write(get('/held'));
    await until(() => held.length === 1);
    expect(session.activity).toBe('active');
    await until(() => session.history.at(-1)?.event === 'request.end');
    expect(session.history.at(-2)?.event).toBe('request.head');
    held[0]?.end('now');
    await until(() => session.answered === 4);
    expect(session.history.slice(-4).map(({ event }) => event)).toEqual([
      'request.head',
      'request.end',
      'response.head',
      'response.end',
    ]);
    expect(session.history).toHaveLength(2 + 4 * 4);
    await end();
  });

  it('the error of a connection that is lost remembers the exchanges before, and names the last request', async () => {
    const { session, client } = await exchanged(4, () => undefined);
    client.socket.resetAndDestroy();
    await session.waitFor('errored.fatal');
    const testimony = session.networkException()?.testimony;
    expect(testimony).toMatchObject({ endedBy: 'rst' });
    expect(testimony?.history.filter(({ event }) => event === 'response.end')).toHaveLength(4);
    expect(session.toJSON()).toMatchObject({ requests: 4 });
  });

  it('a subscriber that comes between two requests hears the steps of the next one, and of none before', async () => {
    const { session, client, end } = await exchanged(3, () => undefined);
    const heard: string[] = [];
    const hear = (message: unknown): void => {
      heard.push((message as { event: string }).event);
    };
    subscribe(TRANSITION_CHANNEL, hear);
    client.socket.write(get('/4'));
    await until(() => session.answered === 4);
    unsubscribe(TRANSITION_CHANNEL, hear);
    expect(heard.sort()).toEqual(['request.end', 'request.head', 'response.end', 'response.head']);
    expect(session.history).toHaveLength(2 + 4 * 4);
    await end();
  });

  it('a drain that begins during an exchange on a reused connection closes it behind the response', async () => {
    const held: http.ServerResponse[] = [];
    const server = http.createServer((request, response) => {
      if (request.url === '/held') held.push(response);
      else hello(request, response);
    });
    const { supervisor, port } = await supervised(server);
    const client = await new RawClient(port, get('/1')).saw(/hello \/1$/);
    client.socket.write(get('/2'));
    await client.saw(/hello \/2$/);
    client.socket.write(get('/held'));
    await until(() => held.length === 1);
    const report = supervisor.drain({ grace: 1_000, deadline: 5_000 });
    held[0]?.end('last');
    await client.ended();
    expect(client.text).toMatch(/Connection: close\r\n[^]*last$/);
    expect(await report).toMatchObject({
      finished: 1,
      sessions: [{ was: 'active', outcome: 'answered', answered: 1 }],
    });
  });

  it('an event that other code emits with odd values passes as it came', () => {
    const server = http.createServer();
    const seen: unknown[][] = [];
    server.removeAllListeners('request').on('request', (...values: unknown[]) => seen.push(values));
    supervise(server);
    const emit = server.emit.bind(server) as (...values: unknown[]) => boolean;
    const request = { socket: null };
    emit('request', request, { req: request });
    emit('request', request);
    emit('request', request, { req: { socket: {} } }, 'more');
    expect(seen.map(({ length }) => length)).toEqual([2, 1, 3]);
  });
});
