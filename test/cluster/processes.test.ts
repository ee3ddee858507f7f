import { setImmediate as nextLoopTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';

import type { WorkerInfo, WorkerPool } from '../../src/cluster/index.js';
import { HTTPClientSession } from '../../src/session/index.js';
import { rejection } from '../support/transport/promises.js';
import { freePort } from '../support/transport/sockets.js';
import { faultsOfPools } from '../support/cluster/pool-faults.js';
import { Load } from '../support/cluster/load.js';
import {
  faultsOf,
  NO_FAULTS,
  openGate,
  portOf,
  realPool,
  startedPool,
  whoAnswers,
} from '../support/cluster/real-pool.js';
import { itInTestAll, sized } from '../support/thoroughness.js';

const ROUNDS = sized(3, 1);

const pidsOf = (pool: WorkerPool): number[] => pool.workers.map(({ pid }) => pid);

/** Resolves when a worker is in a state. */
function whenWorker(pool: WorkerPool, state: string): Promise<WorkerInfo> {
  return new Promise((resolve) => {
    const off = pool.on('worker', (worker) => {
      if (worker.state !== state) return;
      off();
      resolve(worker);
    });
  });
}

/** The process that answers on a connection. */
async function answerOf(session: HTTPClientSession, path = '/'): Promise<number> {
  return Number(await (await session.request({ path })).text());
}

/** A kept connection to one of the workers. */
async function connectedTo(pool: WorkerPool, pid: number): Promise<HTTPClientSession> {
  for (;;) {
    const session = new HTTPClientSession('127.0.0.1', portOf(pool));
    if ((await answerOf(session)) === pid) return session;
    session.dispose();
  }
}

/** A kept connection to whichever worker has room, as soon as one has. */
async function connectedToAny(pool: WorkerPool): Promise<{ session: HTTPClientSession; pid: number }> {
  for (;;) {
    const session = new HTTPClientSession('127.0.0.1', portOf(pool));
    const pid = await answerOf(session).catch(() => NaN);
    if (!Number.isNaN(pid)) return { session, pid };
    session.dispose();
    await nextLoopTurn();
  }
}

describe('several processes', () => {
  it('several processes share one port, and take connections in turn', async () => {
    const pool = await startedPool({ workers: 3 });
    const answers: number[] = [];
    for (let count = 0; count < 6; count++) answers.push(await whoAnswers(portOf(pool)));
    expect([...new Set(answers)].sort()).toEqual(pidsOf(pool).sort());
  });

  itInTestAll('close and open a port that has a number, each for itself, when they are full', async () => {
    const pool = await startedPool({ env: { MANNER: 'stops accepting', PORT: String(await freePort()) } });
    for (let round = 0; round < 3; round++) {
      const [first, second] = [await connectedToAny(pool), await connectedToAny(pool)];
      expect([first.pid, second.pid].sort()).toEqual(pidsOf(pool).sort());
      for (const { session } of [first, second]) session.dispose();
    }
  });

  itInTestAll('do not start when they are to close a port that the system has picked', async () => {
    const pool = realPool({ workers: 1, env: { MANNER: 'stops accepting' } });
    expect(await rejection(pool.start())).toMatchObject({ code: 'ERR_HTTP_SESSION_WORKER', exitCode: 1 });
  });

  itInTestAll('share a Unix domain socket as well', async () => {
    const pool = await startedPool({ env: { MANNER: 'has a path' } });
    const { address, family } = pool.address!;
    expect(family).toBe('unix');
    const session = new HTTPClientSession();
    await session.connect({ path: address });
    expect(pidsOf(pool)).toContain(await answerOf(session));
    session.dispose();
  });

  itInTestAll('may join before they listen', async () => {
    const pool = await startedPool({ env: { MANNER: 'joins first' } });
    expect(pidsOf(pool)).toContain(await whoAnswers(portOf(pool)));
  });

  it('several processes report how many connections they have had, and end by themselves', async () => {
    const pool = await startedPool();
    for (let count = 0; count < 4; count++) await whoAnswers(portOf(pool));
    const reports = await pool.drain();
    expect(reports).toMatchObject([
      { served: 2, exitCode: 0, signal: null, report: { aborted: 0 } },
      { served: 2, exitCode: 0, signal: null, report: { aborted: 0 } },
    ]);
  });
});

describe('under a load of keep-alive connections', () => {
  it('a rolling restart fails and duplicates no request on keep-alive connections', async () => {
    const pool = await startedPool();
    const before = pidsOf(pool);
    const load = new Load(portOf(pool));
    await load.progress(50);
    for (let round = 0; round < ROUNDS; round++) {
      await pool.restart();
      await load.progress(50);
    }
    await load.end();
    expect({ ...faultsOf(load), refused: load.refused }).toEqual({ ...NO_FAULTS, refused: 0 });
    expect(pidsOf(pool).some((pid) => before.includes(pid))).toBe(false);
  });

  itInTestAll('a drain fails no request, and doubles none', async () => {
    const pool = await startedPool({ workers: 3 });
    const load = new Load(portOf(pool), { clients: 6 });
    await load.progress(50);
    const reports = await pool.drain();
    await load.ended();
    expect({ ...faultsOf(load), refused: load.refused }).toEqual({ ...NO_FAULTS, refused: 6 });
    expect(reports.map(({ exitCode, report }) => [exitCode, report?.aborted])).toEqual(
      Array.from({ length: 3 }, () => [0, 0]),
    );
  });
});

describe('under a load of new connections', () => {
  itInTestAll('a rolling restart fails no request, and doubles none', async () => {
    const pool = await startedPool();
    const load = new Load(portOf(pool), { keepAlive: false });
    await load.progress(50);
    for (let round = 0; round < 3; round++) {
      await pool.restart();
      await load.progress(50);
    }
    await load.end();
    expect({ ...faultsOf(load), refused: load.refused }).toEqual({ ...NO_FAULTS, refused: 0 });
  });

  itInTestAll('a connection that is on its way to a worker which closes goes to another one', async () => {
    const pool = await startedPool();
    const [pid] = pidsOf(pool);
    const session = await connectedTo(pool, pid!);
    // It hears nothing of what it is told from now on.
    const answer = answerOf(session, '/busy');
    const told = whenWorker(pool, 'draining.asked');
    const restarted = pool.restart();
    expect((await told).pid).toBe(pid);
    const answers = Array.from({ length: 6 }, () => whoAnswers(portOf(pool)));
    // One of them was handed to it, and waits there.
    await new Promise<void>((resolve) => {
      let answered = 0;
      for (const one of answers) void one.then(() => ++answered === 5 && resolve());
    });
    openGate();
    expect(await answer).toBe(pid);
    expect(await Promise.all(answers)).not.toContain(pid);
    await restarted;
    session.dispose();
  });
});

describe('a worker that is killed', () => {
  it('a worker that is killed loses its own connections only, and is replaced', async () => {
    const pool = await startedPool();
    const [first, second] = pidsOf(pool) as [number, number];
    const sessions = [await connectedTo(pool, first), await connectedTo(pool, second)] as const;
    const replaced = whenWorker(pool, 'serving');
    process.kill(first, 'SIGKILL');
    await sessions[0].waitFor('closed');
    expect(await answerOf(sessions[1])).toBe(second);
    const { pid } = await replaced;
    expect(pidsOf(pool)).toEqual([second, pid]);
    expect(new Set([await whoAnswers(portOf(pool)), await whoAnswers(portOf(pool))])).toEqual(
      new Set([second, pid]),
    );
    expect(faultsOfPools().map(({ error }) => (error as Error).message)).toEqual([
      `worker ${String(first)} was ended by SIGKILL while it served`,
    ]);
    for (const session of sessions) session.dispose();
  });

  itInTestAll('by a signal that asks, is replaced before it drains', async () => {
    const pool = await startedPool();
    const load = new Load(portOf(pool));
    await load.progress(20);
    const [asked] = pidsOf(pool);
    const gone = whenWorker(pool, 'gone.left');
    process.kill(asked!, 'SIGTERM');
    expect((await gone).pid).toBe(asked);
    expect(pool.workers.map(({ state }) => state)).toEqual(['serving', 'serving']);
    await load.end();
    expect(faultsOf(load)).toEqual(NO_FAULTS);
  });
});

describe('a worker that does not do as it should', () => {
  itInTestAll('by ending before it serves, fails the start', async () => {
    const pool = realPool({ env: { MANNER: 'ends early' } });
    expect(await rejection(pool.start())).toMatchObject({ code: 'ERR_HTTP_SESSION_WORKER', exitCode: 3 });
    await rejection(pool.whenStopped());
    expect(pool.state).toBe('stopped');
  });

  itInTestAll('by dying young again and again, makes the pool give up', async () => {
    const pool = realPool({ workers: 1, env: { MANNER: 'dies young' } });
    pool.start().catch(() => undefined);
    expect(await rejection(pool.whenStopped())).toMatchObject({ exitCode: 9 });
    expect(pool.state).toBe('stopped');
  });

  itInTestAll('by not ending after its drain, is killed', async () => {
    const pool = await startedPool({ workers: 1, killMargin: 200, env: { MANNER: 'stays' } });
    expect(await pool.drain()).toMatchObject([{ report: { aborted: 0 }, exitCode: null, signal: 'SIGKILL' }]);
  });

  it('an unresponsive worker is killed at the deadline', async () => {
    const pool = await startedPool({ workers: 1, deadline: 300, killMargin: 200 });
    const session = await connectedTo(pool, pidsOf(pool)[0]!);
    // Not a GET: that would be sent once more, on a new connection.
    const answer = rejection(session.request({ method: 'POST', path: '/busy' }));
    expect(await pool.drain()).toMatchObject([{ report: null, exitCode: null, signal: 'SIGKILL' }]);
    await answer;
    session.dispose();
  });

  itInTestAll('by never answering, has its connection aborted at the deadline', async () => {
    const pool = await startedPool({ workers: 1, deadline: 300 });
    const session = await connectedTo(pool, pidsOf(pool)[0]!);
    const answer = rejection(session.request({ method: 'POST', path: '/never' }));
    const reports = await pool.drain();
    expect(reports).toMatchObject([{ report: { finished: 0, aborted: 1 }, exitCode: 0, signal: null }]);
    await answer;
    session.dispose();
  });
});
