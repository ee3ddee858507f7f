import { describe, expect, it } from '@jest/globals';

import type { Process } from '../support/cli/process.js';
import { ask, Wire } from '../support/cli/ask.js';
import { Load } from '../support/cluster/load.js';
import { faultsOf, NO_FAULTS, program } from '../support/cluster/real-pool.js';
import { itInTestAll, sampled } from '../support/thoroughness.js';

const HEAD = 'POST /orders HTTP/1.1\r\nHost: test\r\nContent-Length: 6\r\n\r\n';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** A primary whose workers serve, and the port. */
async function primary(env: Record<string, string> = {}): Promise<readonly [Process, number]> {
  const process = program('primary', env);
  const [, port] = await process.printed(/^ready at (\d+)$/m);
  return [process, Number(port)];
}

/** What a worker printed that tells of itself. */
async function toldBy(process: Process): Promise<{ readonly pid: number; readonly port: number }> {
  const [, pid, port] = await process.printed(/^(\d+) serves (\d+)$/m);
  return { pid: Number(pid), port: Number(port) };
}

function url(port: number): string {
  return `http://127.0.0.1:${String(port)}/`;
}

describe('a primary that gets a signal to end', () => {
  it('a primary that gets a signal drains its workers: no request fails or is duplicated under load', async () => {
    const [server, port] = await primary({ WORKERS: '3' });
    const load = new Load(port, { clients: 6 });
    await load.progress(50);
    server.child.kill('SIGTERM');
    await load.ended();
    expect(await server.ended).toBe(0);
    expect({ ...faultsOf(load), refused: load.refused }).toEqual({ ...NO_FAULTS, refused: 6 });
    expect(server.out.match(/^\d+ left: \{"finished":\d+,"aborted":0,/gm)).toHaveLength(3);
    expect(server.err).toBe('');
  });

  it.each(sampled(SIGNALS, 1))(
    'a primary drains also when the whole process group gets %s',
    async (signal) => {
      const [server, port] = await primary();
      const load = new Load(port);
      await load.progress(50);
      process.kill(-server.child.pid!, signal);
      await load.ended();
      expect(await server.ended).toBe(0);
      expect(faultsOf(load)).toEqual(NO_FAULTS);
      expect(server.err).toBe('');
    },
  );

  itInTestAll('waits for a request in progress', async () => {
    const [server, port] = await primary({ WORKERS: '1' });
    const wire = new Wire(url(port));
    wire.socket.write(`${HEAD}one`);
    await ask(url(port));
    server.child.kill('SIGTERM');
    await server.printed(/ draining\.unreachable$/m);
    wire.socket.write('two');
    expect(await wire.finished()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(await server.ended).toBe(0);
  });
});

/** Moments of a rolling restart, as the primary prints them; the last one is of the second worker. */
const MOMENTS: readonly (readonly [string, RegExp])[] = [
  ['when it has just begun', /^hung up$/m],
  [
    'when a successor listens or has joined',
    / starting\.(?:listening|joined)[^]* starting\.(?:listening|joined)[^]* starting\.(?:listening|joined)$/m,
  ],
  ['when a successor serves', /( serving\n[^]*){3}/],
  ['when a worker was asked to drain', / draining\.asked$/m],
  ['when a worker has closed its port', / draining\.unreachable$/m],
  ['when a worker closes its connections', / draining\.closing$/m],
  ['when a worker has drained', / draining\.drained$/m],
  ['when a worker has ended', / gone\.left$/m],
  ['when the second worker drains', /( draining\.asked\n[^]*){2}/],
];

/** Whether a process exists. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a rolling restart that SIGTERM interrupts', () => {
  it.each(sampled(MOMENTS, 1))(
    'a rolling restart that SIGTERM interrupts %s loses no request and leaves no process',
    async (_when, moment) => {
      const [server, port] = await primary();
      const load = new Load(port);
      await load.progress(50);
      server.child.kill('SIGHUP');
      await server.printed(moment);
      server.child.kill('SIGTERM');
      await load.ended();
      expect(await server.ended).toBe(0);
      expect({ ...faultsOf(load), refused: load.refused }).toEqual({ ...NO_FAULTS, refused: 4 });
      expect(server.err).toBe('');
      const pids = new Set([...server.out.matchAll(/^(\d+) [a-z]/gm)].map(([, pid]) => Number(pid)));
      expect([...pids].filter(lives)).toEqual([]);
    },
  );

  itInTestAll('a stop in a rolling restart ends every process at once', async () => {
    const [server, port] = await primary({ ENDS: 'stop' });
    const load = new Load(port);
    await load.progress(50);
    server.child.kill('SIGHUP');
    await server.printed(/^hung up$/m);
    server.child.kill('SIGTERM');
    await load.ended();
    expect(await server.ended).toBe(0);
    expect(server.err).toBe('');
  });

  it.each(sampled(['drain', 'stop'], 1))('a %s while the pool starts ends every process', async (end) => {
    const server = program('primary', { ENDS: end });
    await server.printed(/^\d+ starting\.|^started$/m);
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(server.err).toBe('');
  });
});

describe('a group that hangs up', () => {
  itInTestAll('restarts where the primary does so at SIGHUP: no worker ends by itself', async () => {
    const [server, port] = await primary();
    const load = new Load(port);
    await load.progress(50);
    process.kill(-server.child.pid!, 'SIGHUP');
    await server.printed(/^renewed$/m);
    await load.end();
    expect({ ...faultsOf(load), refused: load.refused }).toEqual({ ...NO_FAULTS, refused: 0 });
    expect(server.out.match(/ gone\.left$/gm)).toHaveLength(2);
    expect(server.out).not.toContain('gone.crashed');
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  });
});

describe('a primary that dies', () => {
  itInTestAll('is survived by its workers for as long as they have requests in progress', async () => {
    const [server, port] = await primary({ WORKERS: '1', MANNER: 'tells' });
    const { pid } = await toldBy(server);
    const idle = new Wire(url(port));
    idle.socket.write('GET / HTTP/1.1\r\nHost: test\r\n\r\n');
    await idle.received(/200 OK/);
    const wire = new Wire(url(port));
    wire.socket.write(`${HEAD}one`);
    await ask(url(port));
    server.child.kill('SIGKILL');
    // Its grace is over: by now it knows that it is alone.
    await idle.finished();
    wire.socket.write('two');
    expect(await wire.finished()).toMatch(new RegExp(`\r\n\r\n${String(pid)}$`));
    // Nobody has the output open any more, so the worker has ended too.
    expect(await server.ended).toBe('SIGKILL');
    expect(server.out).toMatch(new RegExp(`^${String(pid)} leaves \\{"finished":2,"aborted":0,`, 'm'));
  });
});

describe('a worker without a pool', () => {
  it.each(sampled(SIGNALS, 1))('a worker without a pool drains at %s', async (signal) => {
    const alone = program('worker', { MANNER: 'tells' });
    const { port } = await toldBy(alone);
    const wire = new Wire(url(port));
    wire.socket.write(`${HEAD}one`);
    await ask(url(port));
    const idle = new Wire(url(port));
    idle.socket.write('GET / HTTP/1.1\r\nHost: test\r\n\r\n');
    await idle.received(/200 OK/);
    alone.child.kill(signal);
    await idle.finished();
    wire.socket.write('two');
    expect(await wire.finished()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(await alone.ended).toBe(0);
    expect([alone.out.match(/leaves/g)?.length, alone.err]).toEqual([1, '']);
  });

  itInTestAll('does not wait any longer when it is told a second time', async () => {
    const alone = program('worker', { MANNER: 'tells' });
    const { port } = await toldBy(alone);
    const wire = new Wire(url(port));
    wire.socket.write(`${HEAD}one`);
    await ask(url(port));
    alone.child.kill('SIGTERM');
    // Signals that come too soon are taken for echoes.
    const again = setInterval(() => alone.child.kill('SIGTERM'), 100);
    // After the abort nothing handles signals any more, and one would end the process before it has left.
    wire.socket.once('close', () => {
      clearInterval(again);
    });
    expect(await alone.ended).toBe(0);
    expect(alone.out).toMatch(/leaves \{"finished":\d,"aborted":1,/);
  });

  itInTestAll('drains and leaves in good order where its primary knows of no pool', async () => {
    const primary = program('plain-primary', { MANNER: 'tells' });
    const { pid, port } = await toldBy(primary);
    expect((await ask(url(port))).body.toString()).toBe(String(pid));
    process.kill(pid, 'SIGTERM');
    expect(await primary.ended).toBe(0);
    expect(primary.out).toMatch(/leaves [^]*^exit 0 true$/m);
  });
});
