import type { Duplex } from 'node:stream';
import { describe, expect, it } from '@jest/globals';

import { HTTPServerSession } from '../../src/session/index.js';
import { createMemoryPair } from '../../src/transport/index.js';
import { FarEnd } from '../support/http/far-end.js';
import { responseIn } from '../support/http/messages.js';
import { echoPath, get } from '../support/http/served.js';
import { Draining } from '../support/server/draining.js';
import { settled } from '../support/transport/sockets.js';

const UPGRADE = get('/', 'Connection: upgrade\r\nUpgrade: test\r\n');

/** An owner of upgraded sockets that does what most do: it only listens. */
function takesOver(taken: AbortSignal[] = []) {
  return (_request: unknown, response: { upgrade(): { socket: Duplex; signal: AbortSignal } }): void => {
    const { socket, signal } = response.upgrade();
    taken.push(signal);
    socket.on('error', () => undefined);
    signal.addEventListener('abort', () => socket.end('going away'));
  };
}

describe('the signal of an upgraded socket', () => {
  it('an upgrade during the drain is notified, although its owner can only listen after the drain began', async () => {
    const draining = await Draining.listening(takesOver());
    const crossing = await draining.connection();
    const report = draining.server.drain({ grace: 1_000, deadline: 4_000 });
    await crossing.send(UPGRADE);
    expect(crossing.text).toBe('going away');
    await crossing.fin();
    expect(await report).toMatchObject({ aborted: 0, sessions: [{ was: 'silent', outcome: 'released' }] });
  });

  it('an upgrade during the drain aborts its signal in the next turn, whenever that is asked for', async () => {
    const owners: { readonly signal: AbortSignal; readonly socket: Duplex }[] = [];
    const draining = await Draining.listening((_request, response) => {
      owners.push(response.upgrade());
    });
    const crossing = await draining.connection();
    void draining.server.drain({ grace: 1_000, deadline: 4_000 });
    await crossing.send(UPGRADE);
    const signal = owners[0]?.signal;
    expect(signal?.aborted).toBe(false);
    await settled();
    expect(signal?.aborted).toBe(true);
    expect(String(signal?.reason)).toContain('drains');
    await draining.server.stop();
  });

  it('request.drainSignal of a request that was upgraded is the signal of the new owner', async () => {
    const seen: string[] = [];
    const draining = await Draining.listening((request, response) => {
      const before = request.drainSignal;
      before.addEventListener('abort', () => seen.push('asked before'));
      const upgraded = response.upgrade();
      expect([request.drainSignal, response.drainSignal]).toEqual([before, before]);
      expect(upgraded.signal).toBe(before);
    });
    await draining.connection(UPGRADE);
    void draining.server.drain({ grace: 0 });
    expect(seen).toEqual(['asked before']);
    await draining.server.stop();
  });
});

describe('the signals of a drain', () => {
  it('request.drainSignal ends an event stream when the drain begins', async () => {
    const draining = await Draining.listening(async ({ drainSignal }, response) => {
      await response.write('first');
      drainSignal.addEventListener('abort', () => {
        response.end('bye');
      });
    });
    const listening = await draining.connection(get());
    const report = draining.server.drain();
    await settled();
    expect(responseIn(listening.text).body).toBe('firstbye');
    expect(await report).toMatchObject({ aborted: 0, sessions: [{ outcome: 'answered' }] });
  });

  it('request.drainSignal is aborted from the start for a request that comes during the drain', async () => {
    const draining = await Draining.listening(({ drainSignal }, response) => {
      response.end(String(drainSignal.aborted));
    });
    const idle = await draining.connection(get());
    expect(responseIn(idle.take()).body).toBe('false');
    const report = draining.server.drain();
    await idle.send(get());
    expect(responseIn(idle.text).body).toBe('true');
    await idle.fin();
    expect(await report).toMatchObject({ aborted: 0 });
  });

  it('request.drainSignal is aborted for a request of a client that has finished sending, too', async () => {
    const signals: (() => AbortSignal)[] = [];
    const draining = await Draining.listening((request) => {
      signals.push(() => request.drainSignal);
    });
    const halfClosed = await draining.connection(get());
    await halfClosed.fin();
    void draining.server.drain();
    expect(signals.map((signal) => signal().aborted)).toEqual([true]);
    await draining.server.stop();
  });

  it('request.drainSignal is one for each request of a connection, so that listeners do not pile up', async () => {
    const signals: AbortSignal[] = [];
    const draining = await Draining.listening((request, response) => {
      signals.push(request.drainSignal);
      if (signals.length < 2) response.end();
    });
    await draining.connection(get() + get());
    void draining.server.drain();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
    await draining.server.stop();
  });

  it('response.drainSignal is the one of its request while that is in progress', async () => {
    let same = false;
    const draining = await Draining.listening((request, response) => {
      same = response.drainSignal === request.drainSignal;
      response.end();
    });
    await draining.connection(get());
    expect(same).toBe(true);
    await draining.server.stop();
  });

  it('request.drainSignal of a request that is over never aborts', async () => {
    const late: (() => AbortSignal)[] = [];
    const draining = await Draining.listening((request, response) => {
      late.push(() => request.drainSignal);
      response.end();
      late.push(() => response.drainSignal);
    });
    await draining.connection(get());
    await draining.connection(get());
    void draining.server.drain();
    expect(late[0]?.().aborted).toBe(false);
    await draining.server.stop();
  });

  it('request.drainSignal aborts when the session alone is drained', async () => {
    const pair = createMemoryPair();
    const session = new HTTPServerSession(pair.server);
    const signals: AbortSignal[] = [];
    session.serve((request) => {
      signals.push(request.drainSignal);
    });
    await new FarEnd(pair.client).send(get());
    session.drain();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    session.abort();
  });

  it('server.drainSignal aborts when the drain begins, and is a new one for a server that listens again', async () => {
    const { server } = await Draining.listening(echoPath);
    const first = server.drainSignal;
    expect([first.aborted, server.drainSignal === first]).toEqual([false, true]);
    const report = server.drain();
    expect([first.aborted, server.drainSignal.aborted]).toEqual([true, true]);
    await report;
    await server.listen();
    expect([server.drainSignal === first, server.drainSignal.aborted]).toEqual([false, false]);
    await server.stop();
    expect(server.drainSignal.aborted).toBe(true);
  });

  it('server.drainSignal waits until connections are asked to end, as long as another process may accept for the server', async () => {
    const draining = await Draining.listening(echoPath);
    await draining.connection();
    const { server } = draining;
    let confirm = (): void => undefined;
    const report = server.drain({ grace: 0, after: new Promise<void>((resolve) => (confirm = resolve)) });
    const { drainSignal } = server;
    expect(drainSignal.aborted).toBe(false);
    confirm();
    await report;
    expect(drainSignal.aborted).toBe(true);
  });
});
