import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';

import { describe, expect, it } from '@jest/globals';

import { supervise, onSessions } from '../../../src/adapters/node/index.js';
import type { LogEntry, Recording } from '../../../src/inspector/model/shapes.js';
import { HTTPServer } from '../../../src/server/index.js';
import { HTTPClientSession } from '../../../src/session/index.js';
import { createMemoryPair, systemClock, VirtualClock } from '../../../src/transport/index.js';
import { memoryPool } from '../../support/client/memory-pool.js';
import { echoBody, get, post, postChunked, Served } from '../../support/http/served.js';
import { Both } from '../../support/inspector/both.js';
import { settled } from '../../support/transport/sockets.js';

/** Which transition it was: the page does not know the state before the first one that it hears of. */
function namesIn(recording: Recording): string[] {
  return transitionsIn(recording).map(({ at, actor, event, to }) => [at, actor, event, to].join(' '));
}

/** The transitions, without what only says that actors come and go. */
function transitionsIn({ log }: Recording): Omit<LogEntry, 'number'>[] {
  return log.filter(({ event }) => event !== '').map(({ number: _, ...entry }) => entry);
}

describe('a recorder beside the page, over memory', () => {
  it('a recorder remembers of the sessions of a server what the page does', async () => {
    const served = new Served(echoBody);
    using both = new Both(served.clock, { of: [served.server] });
    await served.pass(5);
    await served.send(get('/one?with=query'));
    await served.pass(5);
    await served.send(post('hello'));
    await served.send(postChunked(['hel', 'lo']));
    expect(both.recorded).toEqual(both.paged);
    expect(transitionsIn(both.recorded).length).toBeGreaterThan(10);
    await served.fin();
    expect(both.recorded).toEqual(both.paged);
    await served.server.stop();
    expect(both.recorded).toEqual(both.paged);
  });

  it('a recorder remembers the error and the fault of a session as the page does', async () => {
    const served = new Served(() => {
      throw new Error('of the handler');
    });
    using both = new Both(served.clock, { of: [served.server] });
    await served.send(get());
    await served.send('GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n');
    await served.pass(10_000);
    expect(served.faults).toHaveLength(1);
    expect(both.recorded).toEqual(both.paged);
    expect(both.recorded.actors.some(({ totals }) => totals?.errors === 2)).toBe(true);
  });

  it('a recorder remembers sessions that were there, come, are removed, and come again as the page does', async () => {
    const served = new Served(echoBody);
    await served.send(get());
    using both = new Both(served.clock, { of: [served.session] });
    await served.send(get('/two'));
    both.each((it) => {
      it.remove(served.session);
    });
    await served.send(get('/three'));
    expect(both.recorded).toEqual(both.paged);
    both.each((it) => {
      it.add(served.session);
    });
    await served.send(get('/four'));
    await served.reset();
    expect(both.recorded).toEqual(both.paged);
  });

  it('a recorder remembers a client session that is opened again, from the first transition on', async () => {
    const clock = new VirtualClock(1_000_000);
    const server = new HTTPServer(echoBody, { clock });
    const open = (): ReturnType<typeof createMemoryPair>['client'] => {
      const pair = createMemoryPair({ clock });
      server.serve(pair.server);
      return pair.client;
    };
    const session = new HTTPClientSession(open(), 80, { clock });
    using both = new Both(clock, { of: [session, server] });
    for (let count = 0; count < 2; count++) {
      await (await session.request({ method: 'POST', path: '/', body: 'hello' })).bytes();
      session.close();
      await settled();
      if (count === 0) session.attachSocket(open());
    }
    expect(namesIn(both.recorded)).toEqual(expect.arrayContaining(namesIn(both.paged)));
    const opened = transitionsIn(both.recorded).filter(({ event }) => event === 'socket.attach');
    expect(opened.map(({ from }) => from)).toEqual(['closed']);
    await server.stop();
  });

  it('a recorder remembers pools, places, calls and their sessions as the page does', async () => {
    const clock = new VirtualClock(1_000_000);
    const server = new HTTPServer((_request, response) => response.end('hello'), { clock });
    const pool = memoryPool(server, clock);
    using both = new Both(clock, { of: [pool] });
    await Promise.all([1, 2, 3].map(async (n) => (await pool.request(`/orders/${n}?token=x`)).text()));
    await (await pool.request('/orders')).text();
    expect(both.recorded).toEqual(both.paged);
    expect(both.recorded.actors.map(({ name }) => name)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^call \d+: GET \/orders\/2$/)]),
    );
    await pool.drain();
    await server.stop();
    expect(both.recorded).toEqual(both.paged);
  });

  it('a closed recorder still has what it remembered, as the page has', async () => {
    const served = new Served(echoBody);
    const both = new Both(served.clock, { of: [served.server] });
    await served.send(get());
    both[Symbol.dispose]();
    await served.send(get());
    expect(both.recorded).toEqual(both.paged);
  });

  it('a recorder of the whole process has each transition that the page has, and the first of each session as well', async () => {
    const served = new Served(echoBody);
    const clock = served.clock;
    await served.send(get());
    using both = new Both(clock, {});
    await served.send(get());
    const pool = memoryPool(served.server, clock);
    await (await pool.request('/orders')).text();
    await pool.drain();
    await served.fin();
    expect(namesIn(both.recorded)).toEqual(expect.arrayContaining(namesIn(both.paged)));
    const { actors } = both.recorded;
    const first = actors.find(({ name }) => name === `server session ${String(served.session.id)}`);
    expect(first?.earlier.length).toBeGreaterThan(0);
  });
});

describe('a recorder beside the page, over sockets', () => {
  it('a recorder remembers the sessions of a supervised server as the page does', async () => {
    const server = createServer((_request, response) => response.end('hello'));
    const supervisor = supervise(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    using both = new Both(systemClock, { of: [supervisor] });
    const client = new HTTPClientSession('127.0.0.1', (server.address() as AddressInfo).port);
    for (let count = 0; count < 3; count++) await (await client.request('/')).text();
    client.close();
    await supervisor.drain();
    expect(withoutTimes(both.recorded)).toEqual(withoutTimes(both.paged));
    expect(transitionsIn(both.recorded).filter(({ event }) => event === 'response.end')).toHaveLength(3);
  });

  it('a recorder alone has each step of the exchanges of a supervised server', async () => {
    const server = createServer((_request, response) => response.end('hello'));
    const supervisor = supervise(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { recordSessions } = await import('../../../src/inspector/record-sessions.js');
    using recorder = recordSessions({ of: [supervisor] });
    const client = new HTTPClientSession('127.0.0.1', (server.address() as AddressInfo).port);
    for (let count = 0; count < 3; count++) await (await client.request('/')).text();
    client.close();
    await supervisor.drain();
    const recording = recorder.dump() as unknown as Recording;
    const steps = transitionsIn(recording).filter(({ event }) => event.startsWith('re'));
    expect(steps.map(({ event }) => event)).toEqual(
      [1, 2, 3].flatMap(() => ['request.head', 'request.end', 'response.head', 'response.end']),
    );
    for (const [i, { from }] of steps.slice(1).entries()) expect(from).toBe(steps[i]?.to);
    const session = recording.actors.find(({ session }) => session !== null);
    expect(session?.totals?.bytesOut).toBeGreaterThan(300);
  });

  it('a recorder remembers the sessions of a node:http server on sessions as the page does', async () => {
    const server = onSessions(createServer((_request, response) => response.end('hello')));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    using both = new Both(systemClock, {});
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write('GET /there HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n');
    socket.resume();
    await once(socket, 'close');
    await new Promise((resolve) => server.close(resolve));
    const steps = (recording: Recording): string[] => transitionsIn(recording).map(({ event }) => event);
    expect(steps(both.recorded)).toEqual(expect.arrayContaining(steps(both.paged)));
    expect(steps(both.recorded)).toEqual(expect.arrayContaining(['request.head', 'response.end']));
  });
});

/** Times of the system's clock are read one after the other. */
function withoutTimes({ actors, log }: Recording): unknown {
  const text = JSON.stringify({ actors, log }, (key, part: unknown) =>
    ['at', 'since', 'changedAt', 'endedAt'].includes(key) && part !== null ? 0 : part,
  );
  return JSON.parse(text);
}
