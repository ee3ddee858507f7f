import type { Duplex } from 'node:stream';
import { describe, expect, it } from '@jest/globals';

import { TIMEOUTS } from '../../src/constants.js';
import { HTTPServer } from '../../src/server/index.js';
import { createMemoryPair, deadlinesOf } from '../../src/transport/index.js';
import { settled } from '../support/transport/sockets.js';
import { FarEnd } from '../support/http/far-end.js';
import { responseIn } from '../support/http/messages.js';
import { isPending, rejection } from '../support/transport/promises.js';
import { echoPath, get, post } from '../support/http/served.js';
import { Draining, held } from '../support/server/draining.js';

describe('a drain', () => {
  it('a drain closes a connection that has long been silent at once, and reads on what may have a request on its way', async () => {
    const draining = await Draining.listening(echoPath);
    const silent = await draining.connection();
    await draining.clock.advance(2_000);
    const young = await draining.connection();
    const idle = await draining.connection(get());
    const report = draining.server.drain({ grace: 2_000 });
    await settled();
    expect([silent.ended, young.ended, idle.ended]).toEqual([true, false, false]);
    await draining.clock.advance(1_980);
    expect([young.ended, idle.ended]).toEqual([false, false]);
    await draining.clock.advance(50);
    expect([young.ended, idle.ended]).toEqual([true, true]);
    expect(await report).toEqual({
      finished: 3,
      aborted: 0,
      duration: 2_000,
      sessions: [
        { id: expect.any(Number), was: 'silent', outcome: 'closed', answered: 0, after: 0 },
        { id: expect.any(Number), was: 'silent', outcome: 'closed', answered: 0, after: 2_000 },
        { id: expect.any(Number), was: 'idle', outcome: 'closed', answered: 0, after: 2_000 },
      ],
    });
    expect(responseIn(idle.text).body).toBe('/');
    expect(deadlinesOf(draining.clock).armedCount).toBe(0);
    expect(draining.server.state).toBe('stopped');
    expect(draining.server.address).toBeNull();
  });

  it('a drain without a grace closes silent and idle connections at once', async () => {
    const draining = await Draining.listening(echoPath);
    const silent = await draining.connection();
    const idle = await draining.connection(get());
    expect(await draining.server.drain({ grace: 0 })).toMatchObject({ finished: 2, aborted: 0 });
    await settled();
    expect([silent.ended, idle.ended]).toEqual([true, true]);
  });

  it.each([
    ['on a new connection', ''],
    ['on a kept one', get('/before')],
  ])(
    'a drain answers a request that crosses with it %s, and says that the connection closes',
    async (_where, before) => {
      const draining = await Draining.listening(echoPath);
      const crossing = await draining.connection(before);
      crossing.take();
      const report = draining.server.drain();
      await draining.clock.advance(500);
      await crossing.send(get('/crossing') + get('/never'));
      expect(responseIn(crossing.text)).toMatchObject({
        body: '/crossing',
        fields: ['Content-Length: 9', 'Connection: close'],
      });
      await crossing.fin();
      expect(await report).toMatchObject({ sessions: [{ outcome: 'answered', answered: 1, after: 500 }] });
    },
  );

  it('a drain counts half a head as a request, and answers it even after the grace', async () => {
    const draining = await Draining.listening(echoPath);
    const partial = await draining.connection('GET / HT');
    const report = draining.server.drain({ grace: 1_000 });
    await draining.clock.advance(5_000);
    expect(partial.ended).toBe(false);
    await partial.send('TP/1.1\r\nHost: test\r\n\r\n');
    expect(responseIn(partial.text).fields).toContain('Connection: close');
    expect(await report).toMatchObject({ sessions: [{ was: 'active', outcome: 'answered', answered: 1 }] });
  });

  it('a drain gives the owner of a detached socket a signal, and the deadline', async () => {
    const upgraded: { signal: AbortSignal; socket: Duplex }[] = [];
    const draining = await Draining.listening((_request, response) => {
      upgraded.push(response.upgrade());
    });
    const upgrade = get('/', 'Connection: upgrade\r\nUpgrade: test\r\n');
    const obedient = await draining.connection(upgrade);
    const deaf = await draining.connection(upgrade);
    expect(draining.server.counts()).toMatchObject({ states: { detached: 2 } });
    upgraded[0]?.signal.addEventListener('abort', () => upgraded[0]?.socket.end());
    expect(upgraded.map(({ signal }) => signal.aborted)).toEqual([false, false]);
    const report = draining.server.drain({ deadline: 5_000 });
    expect(upgraded.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    await obedient.fin();
    expect(obedient.ended).toBe(true);
    await draining.clock.advance(5_050);
    expect(await report).toMatchObject({
      finished: 1,
      aborted: 1,
      sessions: [
        { was: 'detached', outcome: 'released' },
        { was: 'detached', outcome: 'aborted' },
      ],
    });
    await settled();
    expect(deaf.socket.destroyed || deaf.ended).toBe(true);
    expect(draining.server.state).toBe('stopped');
  });

  it('a drain reports connections that fail before they are answered', async () => {
    const { handler } = held();
    const draining = await Draining.listening(handler);
    const failing = await draining.connection(get());
    const report = draining.server.drain();
    await failing.reset();
    expect(await report).toMatchObject({ finished: 1, sessions: [{ was: 'active', outcome: 'failed' }] });
  });

  it('a drain lets a request in progress finish, and says that the connection closes', async () => {
    const { handler, responses } = held();
    const draining = await Draining.listening(handler);
    const busy = await draining.connection(get());
    const report = draining.server.drain();
    expect(await isPending(report)).toBe(true);
    expect(draining.server.state).toBe('draining');
    expect(draining.server.sessions.size).toBe(1);
    responses[0]?.end('finished');
    expect(await report).toMatchObject({ finished: 1, aborted: 0 });
    await settled();
    expect(responseIn(busy.text)).toMatchObject({
      body: 'finished',
      fields: ['Content-Length: 8', 'Connection: close'],
    });
    expect(busy.ended).toBe(true);
  });

  it('a drain lets a response in progress finish, whose head promised nothing', async () => {
    const { handler, responses } = held();
    const draining = await Draining.listening(handler);
    const busy = await draining.connection(get());
    await responses[0]?.write('first, ');
    const report = draining.server.drain();
    responses[0]?.end('second');
    expect(await report).toMatchObject({ finished: 1, aborted: 0 });
    await settled();
    expect(responseIn(busy.text).body).toBe('first, second');
    expect(busy.ended).toBe(true);
  });

  it('a drain answers no request that was pipelined behind the one in progress', async () => {
    const { handler, responses } = held();
    const draining = await Draining.listening(handler);
    const busy = await draining.connection(get('/1') + get('/2'));
    const report = draining.server.drain();
    responses[0]?.end('first');
    await settled();
    expect(responseIn(busy.text).fields).toContain('Connection: close');
    expect(responses).toHaveLength(1);
    // What was pipelined is discarded for a while, so that no reset destroys the answer.
    await busy.fin();
    expect(await report).toMatchObject({ finished: 1, aborted: 0 });
  });

  it('a drain lets a request body still arrive', async () => {
    const draining = await Draining.listening(async (request, response) => {
      response.end(await request.bytes());
    });
    const busy = await draining.connection('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 8\r\n\r\nhalf');
    const report = draining.server.drain();
    expect(await isPending(report)).toBe(true);
    await busy.send('half');
    expect(responseIn(busy.text)).toMatchObject({ body: 'halfhalf' });
    expect(await report).toMatchObject({ finished: 1, aborted: 0 });
  });

  it('a drain may be asked for by the handler itself', async () => {
    let report: Promise<unknown> | undefined;
    const draining = await Draining.listening((_request, response) => {
      report = draining.server.drain();
      response.end('the last one');
    });
    const last = await draining.connection(get() + get());
    expect(responseIn(last.text).fields).toContain('Connection: close');
    await last.fin();
    expect(await report).toMatchObject({ finished: 1, aborted: 0 });
  });

  it('a drain aborts what is left at the deadline, and reports that', async () => {
    const { handler } = held();
    const draining = await Draining.listening(handler);
    const idle = await draining.connection();
    const stuck = await draining.connection(get());
    const report = draining.server.drain({ grace: 0, deadline: 5_000 });
    await draining.clock.advance(4_900);
    expect(await isPending(report)).toBe(true);
    expect(idle.ended).toBe(true);
    await draining.clock.advance(200);
    expect(await report).toMatchObject({ finished: 1, aborted: 1 });
    await settled();
    expect(stuck.wasReset).toBe(true);
    expect(draining.server.sessions.size).toBe(0);
    expect(deadlinesOf(draining.clock).armedCount).toBe(0);
  });

  it('a drain has a deadline of half a minute, and none when it is 0', async () => {
    const { handler, responses } = held();
    const draining = await Draining.listening(handler);
    await draining.connection(get());
    const report = draining.server.drain();
    await draining.clock.advance(TIMEOUTS.drainTimeout.value + 100);
    expect(await report).toMatchObject({ finished: 0, aborted: 1 });

    const patient = await Draining.listening(handler);
    await patient.connection(get());
    const late = patient.server.drain({ deadline: 0 });
    await patient.clock.advance(86_400_000);
    expect(await isPending(late)).toBe(true);
    responses[1]?.end();
    expect(await late).toMatchObject({ finished: 1, aborted: 0 });
  });

  it('a drain refuses a malformed deadline', async () => {
    const draining = await Draining.listening(echoPath);
    for (const time of [-1, Number.NaN, Infinity]) {
      expect(await rejection(draining.server.drain({ deadline: time }))).toBeInstanceOf(RangeError);
      expect(await rejection(draining.server.drain({ grace: time }))).toBeInstanceOf(RangeError);
    }
    expect(draining.server.state).toBe('listening');
    await draining.server.drain();
  });

  it('a drain is shared by all callers', async () => {
    const { handler, responses } = held();
    const draining = await Draining.listening(handler);
    await draining.connection(get());
    const reports = [draining.server.drain(), draining.server.drain()];
    responses[0]?.end();
    expect(await Promise.all(reports)).toMatchObject([
      { finished: 1, aborted: 0 },
      { finished: 1, aborted: 0 },
    ]);
  });

  it('a drain leaves no answer behind on a connection that lingers', async () => {
    const draining = await Draining.listening(echoPath);
    const lingering = await draining.connection(
      post('x'.repeat(1_000), 'Connection: close\r\n').slice(0, -10),
    );
    const report = draining.server.drain();
    await lingering.send('more of the body');
    expect(lingering.wasReset).toBe(false);
    expect(responseIn(lingering.text).body).toBe('/');
    await lingering.fin();
    expect(await report).toMatchObject({ finished: 1, aborted: 0 });
  });

  it('a drain continues to discard what was pipelined behind the last answer', async () => {
    const draining = await Draining.listening(echoPath);
    const lingering = await draining.connection(get('/last', 'Connection: close\r\n') + get('/never'));
    const report = draining.server.drain();
    // Sent to a closed socket this would come back as a reset, which may overtake the answer.
    await lingering.send(get('/never'));
    expect(lingering.wasReset).toBe(false);
    expect(responseIn(lingering.text).body).toBe('/last');
    await lingering.fin();
    expect(await report).toMatchObject({ finished: 1, aborted: 0 });
  });

  it('a drain waits until an answer is taken by a client that reads slowly', async () => {
    const draining = await Draining.listening((_request, response) => {
      response.setContentLength(1_000_000);
      for (let part = 0; part < 4; part++) void response.write(Buffer.alloc(250_000, 'x'));
      response.end();
    });
    const pair = createMemoryPair();
    draining.server.serve(pair.server);
    const slow = await new FarEnd(pair.client, false).send(get());
    const report = draining.server.drain();
    await settled();
    await draining.clock.advance(3_000);
    expect(await isPending(report)).toBe(true);
    slow.read();
    await report;
    await draining.clock.advance(0);
    expect(responseIn(slow.text).body).toHaveLength(1_000_000);
    expect(slow.wasReset).toBe(false);
  });

  it('a drain reaches connections of a server that never listened', async () => {
    const { handler, responses } = held();
    const draining = new Draining(handler);
    const idle = await draining.connection();
    const busy = await draining.connection(get());
    const report = draining.server.drain({ grace: 0 });
    await settled();
    expect(idle.ended).toBe(true);
    responses[0]?.end('finished');
    expect(await report).toMatchObject({ finished: 2, aborted: 0 });
    await settled();
    expect(responseIn(busy.text).fields).toContain('Connection: close');
    expect(draining.server.state).toBe('stopped');
  });

  it('a drain includes connections that are served while it runs', async () => {
    const { handler, responses } = held();
    const draining = await Draining.listening(handler);
    await draining.connection(get());
    const report = draining.server.drain({ grace: 1_000 });
    const early = await draining.connection(get('/early'));
    expect(responses).toHaveLength(2);
    responses[1]?.end();
    await settled();
    expect(responseIn(early.text).fields).toContain('Connection: close');
    await draining.clock.advance(1_050);
    const late = await draining.connection();
    expect(late.ended).toBe(true);
    responses[0]?.end();
    expect(await report).toMatchObject({ finished: 3, aborted: 0 });
  });

  it('a drain shows its progress in the chart, and arms a timer only in the state that names it', async () => {
    const { handler, responses } = held();
    const draining = await Draining.listening(handler);
    await draining.connection(get());
    const seen: unknown[] = [];
    draining.server.actor.subscribe((snapshot) => {
      const timers = deadlinesOf(draining.clock).armedCount;
      seen.push([(snapshot as unknown as { value: unknown }).value, timers]);
    });
    const timersOfSession = deadlinesOf(draining.clock).armedCount;
    let release = (): void => undefined;
    const after = new Promise<void>((resolve) => (release = resolve));
    const report = draining.server.drain({ grace: 1_000, deadline: 10_000, after });
    release();
    await draining.clock.advance(1_050);
    responses[0]?.end();
    await report;
    expect(seen).toEqual([
      [{ draining: 'waiting' }, timersOfSession + 1],
      [{ draining: 'reading' }, timersOfSession + 2],
      [{ draining: 'finishing' }, timersOfSession + 1],
      ['stopped', expect.any(Number)],
    ]);
    expect(deadlinesOf(draining.clock).armedCount).toBe(0);
  });

  it('a drain requested as the one before ends is a new one', async () => {
    const draining = await Draining.listening(echoPath);
    await draining.connection(get());
    const first = draining.server.drain({ grace: 0 });
    const { id } = draining.server.serve(createMemoryPair().server);
    const second = draining.server.drain({ grace: 0 });
    expect((await second).sessions).toMatchObject([{ id }]);
    expect((await first).sessions).not.toMatchObject([{ id }]);
  });

  it('a drain may have to wait for others before it asks connections to end, with its port closed', async () => {
    const draining = await Draining.listening(echoPath);
    const idle = await draining.connection(get('/before'));
    let release = (): void => undefined;
    const after = new Promise<void>((resolve) => (release = resolve));
    const report = draining.server.drain({ grace: 1_000, after });
    expect([draining.server.state, draining.server.address]).toEqual(['draining', null]);
    await draining.clock.advance(5_000);
    await idle.send(get('/meanwhile'));
    expect(idle.text.match(/^Connection: close\r$/gim)).toBeNull();
    release();
    await settled();
    await idle.send(get('/after'));
    expect(idle.text.match(/^Connection: close\r$/gim)).toHaveLength(1);
    await idle.fin();
    expect(await report).toMatchObject({
      finished: 1,
      sessions: [{ was: 'idle', outcome: 'answered', answered: 2 }],
    });
    expect(deadlinesOf(draining.clock).armedCount).toBe(0);
  });

  it('a drain that waits keeps its deadline, and ends with its connections', async () => {
    const after = new Promise<void>(() => undefined);
    const draining = await Draining.listening(echoPath);
    await draining.connection(get());
    const aborted = draining.server.drain({ deadline: 500, after });
    await draining.clock.advance(550);
    expect(await aborted).toMatchObject({ finished: 0, aborted: 1 });

    await draining.server.listen();
    const idle = await draining.connection(get());
    const finished = draining.server.drain({ after: settled() });
    await idle.fin();
    expect(await finished).toMatchObject({ finished: 1, aborted: 0 });
    expect(deadlinesOf(draining.clock).armedCount).toBe(0);
  });

  it('a drain of a server without connections is over at once, in every state', async () => {
    const server = new HTTPServer(echoPath);
    expect(await server.drain()).toMatchObject({ finished: 0, aborted: 0 });
    expect(await server.drain()).toMatchObject({ finished: 0, aborted: 0 });
    await server.listen();
    expect(await server.drain()).toMatchObject({ finished: 0, aborted: 0 });
    expect(server.state).toBe('stopped');
  });
});

describe('a stop', () => {
  it('a stop resets everything at once', async () => {
    const { handler } = held();
    const draining = await Draining.listening(handler);
    const busy = await draining.connection(get());
    const idle = await draining.connection();
    await draining.server.stop();
    await settled();
    expect([busy.wasReset, idle.wasReset]).toEqual([true, true]);
    expect(draining.server.state).toBe('stopped');
    expect(draining.server.sessions.size).toBe(0);
  });

  it('a stop ends a drain', async () => {
    const { handler } = held();
    const draining = await Draining.listening(handler);
    await draining.connection(get());
    const report = draining.server.drain();
    await draining.server.stop();
    expect(await report).toMatchObject({ finished: 0, aborted: 1 });
  });

  it('a stop reaches connections of a server that never listened', async () => {
    const { handler } = held();
    const draining = new Draining(handler);
    const busy = await draining.connection(get());
    await draining.server.stop();
    await settled();
    expect(busy.wasReset).toBe(true);
    expect(draining.server.sessions.size).toBe(0);
  });
});

describe('disposal', () => {
  it('disposing of a server drains it', async () => {
    const { handler, responses } = held();
    let busy!: FarEnd;
    let server!: HTTPServer;
    await (async () => {
      await using draining = (await Draining.listening(handler)).server;
      server = draining;
      const pair = createMemoryPair();
      draining.serve(pair.server);
      busy = await new FarEnd(pair.client).send(get());
      setImmediate(() => responses[0]?.end('finished'));
    })();
    await settled();
    expect(server.state).toBe('stopped');
    expect(responseIn(busy.text).body).toBe('finished');
  });
});
