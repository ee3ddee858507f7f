import http from 'node:http';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { countOf, fleetWhere } from '../support/inspector/page-server.js';
import { Load } from '../support/cluster/load.js';
import { ask, Wire, withListening } from '../support/cli/ask.js';
import { buildPackage, type BuiltPackage } from '../support/cli/build.js';
import { Process } from '../support/cli/process.js';
import { itInTestAll } from '../support/thoroughness.js';

let built: BuiltPackage;
const processes: Process[] = [];

beforeAll(() => {
  built = buildPackage();
}, 120_000);

afterEach(async () => {
  for (const { child, ended } of processes.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
});

afterAll(() => {
  built.remove();
});

/** `http-session serve` with more arguments, as a process with a group of its own. */
function serve(...args: string[]): Process {
  const env = { NODE_OPTIONS: `--import=${new URL('../support/cli/tell-pid.mjs', import.meta.url).href}` };
  const command = new Process(built.script('cli/main'), ['serve', ...args], env, { detached: true });
  processes.push(command);
  return command;
}

async function listening(command: Process): Promise<string> {
  const [, url = ''] = await command.printed(/^listening on (http:\S+)\n$/);
  return url;
}

/** Sends the signal that asks for the end; resolves with the exit code. */
async function terminated(command: Process): Promise<number | string | null> {
  command.child.kill('SIGTERM');
  return await command.ended;
}

/** What the command said on standard error, without what every process and every drain says. */
function complaints(command: Process): string {
  return command.err.replaceAll(/^(?:\d+ (?:began|ended)|(?:restart|drain)(?:ing|ed) .*)\n/gm, '');
}

/** The workers that have begun, in their order. */
function workersOf(command: Process): number[] {
  const pids = [...command.err.matchAll(/^(\d+) began$/gm)].map(([, pid]) => Number(pid));
  return pids.filter((pid) => pid !== command.child.pid);
}

/** Resolves once a process has ended in good order. */
async function whenEnded(command: Process, pid: number | undefined): Promise<void> {
  await command.complained(new RegExp(`^${String(pid)} ended$`, 'm'));
}

/** A connection that was used, and is kept. */
async function keptConnection(url: string): Promise<Wire> {
  const wire = new Wire(url);
  wire.socket.write('GET / HTTP/1.1\r\nHost: test\r\n\r\n');
  await wire.received(/Hello, world!/);
  return wire;
}

/** Resolves once somebody listens and answers. */
async function answered(url: string): Promise<void> {
  for (;;) {
    const answer = await ask(url).catch(() => null);
    if (answer?.status === 200) return;
  }
}

/** How many sessions each of two answers tells of. Each comes on a connection of its own. */
async function sessionsSeen(url: string): Promise<number[]> {
  const answers = [await ask(`${url}/sessions`), await ask(`${url}/sessions`)];
  return answers.map(({ body }) => (JSON.parse(body.toString()) as unknown[]).length).sort();
}

describe('http-session serve --workers', () => {
  it('serve --workers prints one line when all workers are ready, and ends with exit code 0 on a signal', async () => {
    const command = serve('--port', '0', '--workers', '2');
    const url = await listening(command);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
    for (let asked = 0; asked < 4; asked++) {
      expect((await ask(url)).body.toString()).toBe('Hello, world!');
    }
    expect(await terminated(command)).toBe(0);
    expect([command.out, complaints(command)]).toEqual([`listening on ${url}\n`, '']);
  });

  itInTestAll('shares the port among the workers, each of which knows its own sessions', async () => {
    const command = serve('--port', '0', '--workers', '2');
    const url = await listening(command);
    const wire = await keptConnection(url);
    // Connections go round: one of two answers comes from the worker that has the wire as well.
    expect(await sessionsSeen(url)).toEqual([1, 2]);
    wire.socket.destroy();
    expect(await terminated(command)).toBe(0);
  });

  itInTestAll(
    'takes one worker for one worker, under a process that replaces it at the same port',
    async () => {
      const command = serve('--port', '0', '--workers', '1');
      const url = await listening(command);
      const wire = await keptConnection(url);
      const [worker] = workersOf(command);
      process.kill(worker!, 'SIGKILL');
      await wire.finished();
      const lost = `http-session: worker ${String(worker)} was ended by SIGKILL while it served\n`;
      await command.complained(new RegExp(lost));
      await command.complained(/(began\n[^]*){3}/);
      await answered(url);
      expect(await terminated(command)).toBe(0);
      expect([workersOf(command).length, complaints(command)]).toEqual([2, lost]);
    },
  );

  it('serve --workers replaces its workers at SIGHUP, and no request fails under load', async () => {
    const command = serve('--port', '0', '--workers', '2');
    const url = await listening(command);
    const load = new Load(Number(new URL(url).port), { path: '/echo' });
    await load.progress(50);
    command.child.kill('SIGHUP');
    const [first, second] = workersOf(command);
    await whenEnded(command, first);
    await whenEnded(command, second);
    await command.complained(/^restarted in /m);
    await load.progress(50);
    await load.end();
    expect([load.failed, load.refused]).toEqual([[], 0]);
    expect(await terminated(command)).toBe(0);
    expect([workersOf(command).length, complaints(command)]).toEqual([4, '']);
    expect(command.err).toMatch(
      /^restarting 2 workers one by one\n[^]*^restarted in [\d.]+ m?s: 2 workers replaced\n/m,
    );
    expect(command.err).toMatch(
      /^draining 2 workers; [^]*^drained in [\d.]+ m?s: \d+ connections? finished, 0 aborted/m,
    );
  });

  it('serve --workers --log prints the answers of all workers', async () => {
    const command = serve('--port', '0', '--workers', '2', '--log', 'json');
    const [, url = ''] = await command.printed(/^listening on (http:\S+)\n/);
    for (let asked = 0; asked < 4; asked++) await ask(`${url}/json`);
    await command.printed(/(?:"path":"\/json","status":200[^]*){4}/);
    expect(await terminated(command)).toBe(0);
  });

  itInTestAll(
    'drains all workers, also when a whole group is told to end: under a load no request fails',
    async () => {
      const command = serve('--port', '0', '--workers', '2');
      const url = await listening(command);
      const load = new Load(Number(new URL(url).port), { path: '/echo' });
      await load.progress(50);
      process.kill(-command.child.pid!, 'SIGTERM');
      await load.ended();
      expect([load.failed, load.refused]).toEqual([[], 4]);
      expect(await command.ended).toBe(0);
      expect(complaints(command)).toBe('');
    },
  );

  itInTestAll(
    'drains in the middle of a renewal as well: successors that come are drained, too',
    async () => {
      const command = serve('--port', '0', '--workers', '2');
      await listening(command);
      command.child.kill('SIGHUP');
      await command.complained(/(began\n[^]*){4}/);
      expect(await terminated(command)).toBe(0);
      expect([workersOf(command).length, complaints(command)]).toEqual([3, '']);
    },
  );

  itInTestAll('aborts what is left at a further signal', async () => {
    const command = serve('--port', '0', '--workers', '2');
    const url = await listening(command);
    const wire = new Wire(url);
    wire.socket.write('POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 6\r\n\r\none');
    await wire.received(/one$/);
    command.child.kill('SIGTERM');
    // Signals that come too soon are taken for echoes. One that comes when all is aborted would find a process that
    // ends, in which Node.js has given signals their default effect back.
    const again = setInterval(() => command.child.kill('SIGTERM'), 100);
    wire.socket.once('close', () => {
      clearInterval(again);
    });
    expect(await command.ended).toBe(0);
    clearInterval(again);
  });

  itInTestAll('tells of a port that is taken in one line, and ends with exit code 1', async () => {
    await withListening(http.createServer(), async (port) => {
      const command = serve('--port', String(port), '--workers', '2');
      expect(await command.ended).toBe(1);
      expect(command.out).toBe('');
      expect(complaints(command)).toMatch(/^http-session: cannot serve: [^\n]*EADDRINUSE[^\n]*\n$/);
    });
  });

  it('serve --workers --inspect shows the sessions of all workers on one page', async () => {
    const command = serve('--port', '0', '--workers', '2', '--inspect', '0');
    const [, page = ''] = await command.complained(/^inspector at (http:\S+)$/m);
    const url = await listening(command);
    const wire = await keptConnection(url);
    await fleetWhere(page, (frame) => {
      return countOf(frame, 'session', 'connected.open') === 1 && countOf(frame, 'process', '') === 3;
    });
    wire.socket.destroy();
    expect(await terminated(command)).toBe(0);
  });

  it('start --workers serves with workers beside its own traffic', async () => {
    const command = new Process(
      built.script('cli/start'),
      ['--port', '0', '--inspect', '0', '--workers', '2'],
      {},
      { detached: true },
    );
    processes.push(command);
    const [, url = ''] = await command.printed(/^listening on (http:\S+)\n/);
    expect((await ask(url)).body.toString()).toBe('Hello, world!');
    await command.printed(/^workers: serving 2; connections: \d+ so far; visitors: regular /m);
    expect(await terminated(command)).toBe(0);
    expect(command.err).toMatch(/^draining 2 workers; /m);
  });
});
