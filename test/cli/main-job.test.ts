import http from 'node:http';
import { setImmediate as nextLoopTurn } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';

import { runMainJob } from '../../src/cli/main-job.js';
import { VirtualClock } from '../../src/transport/index.js';
import { ask, withListening } from '../support/cli/ask.js';
import { run, TestIO } from '../support/cli/run.js';

const TURN = 2_000;

describe('The main job', () => {
  it('npm start --trace serves, shows three connections from open to close, and ends with exit code 0 on a signal', async () => {
    const clock = new VirtualClock();
    const io = new TestIO({ env: { PORT: '0', INSPECT_PORT: '0' } });
    const exitCode = runMainJob(['--trace'], io, clock);
    const [, url = ''] = await io.printed(/^listening on (http:\/\/127\.0\.0\.1:\d+)\n/);
    expect((await ask(url)).body.toString()).toBe('Hello, world!');
    const [, page = ''] = await io.printed(/^See the sessions live: (http:\/\/127\.0\.0\.1:\d+)\n/m);
    expect((await ask(page)).headers['content-type']).toBe('text/html; charset=utf-8');

    await io.printed(/^regular .*response\.end +idle\.reused\n/m);
    await clock.advance(TURN);
    await io.printed(/^hasty .*response\.end +idle\.reused\n/m);
    await clock.advance(TURN);
    await io.printed(/^hasty .*session\.close +closed\n/m);
    await io.printed(/^single .*response\.end +mustClose\n/m);
    await clock.advance(TURN);
    // The kept connection is used again.
    await io.printed(/^regular .*request\.head +active\(keepAlive\.on,replay\.possible/m);
    await io.printed(/^regular .*response\.end[^]*^regular .*response\.end/m);

    io.signals.emit('SIGINT');
    expect(await exitCode).toBe(0);
    expect(io.out).toMatch(/^regular .*session\.close +closed\n/m);
    expect(io.err).toMatch(/^draining [^\n]+\ndrained in [^\n]+\n$/);
    const lines = io.out.trimEnd().split('\n').slice(4);
    for (const line of lines) {
      expect(line).toMatch(/^(regular|hasty  |single ) +[\d.]+ ms {2}(session |exchange) {2}\S+ +\S+$/);
    }
    // Calm: a handful of lines per turn, two more for each new connection.
    expect(lines.length).toBeLessThan(46);
  });

  it('npm start takes a free port if its own is in use, and says so', async () => {
    await withListening(http.createServer(), async (port) => {
      const io = new TestIO({ env: { PORT: String(port), INSPECT_PORT: '0' } });
      const exitCode = runMainJob([], io, new VirtualClock());
      const [, chosen] = await io.printed(/^listening on http:\/\/127\.0\.0\.1:(\d+)\n/);
      expect(Number(chosen)).not.toBe(port);
      expect(io.err).toBe(`port ${String(port)} is in use; using a free port\n`);
      io.signals.emit('SIGTERM');
      expect(await exitCode).toBe(0);
    });
  });

  it('npm start shows how many connections are in which state, in place on a terminal', async () => {
    const clock = new VirtualClock();
    const io = new TestIO({ env: { PORT: '0', INSPECT_PORT: '0' }, terminals: ['stdout'] });
    const exitCode = runMainJob([], io, clock);
    await io.printed(
      /^connections {2}0 of 0 so far\nstates {7}-\ndoing {8}-\nanswered {5}0 requests\nvisitors {5}regular unconnected\.idle, /m,
    );
    const up = String.raw`\u001B\[5A\r\u001B\[J`;
    const busy = new RegExp(
      `${up}connections  1 of 1 so far\nstates {7}connected.open 1\ndoing {8}idle 1\nanswered {5}1 request\n`,
    );
    while (!busy.test(io.out)) {
      await clock.advance(TURN / 10);
      await nextLoopTurn();
    }
    io.signals.emit('SIGINT');
    expect(await exitCode).toBe(0);
  });

  it('npm start prints a line where counts have changed if there is no terminal', async () => {
    const clock = new VirtualClock();
    const io = new TestIO({ env: { PORT: '0', INSPECT_PORT: '0' } });
    const exitCode = runMainJob([], io, clock);
    await io.printed(/^connections: 0 of 0 so far; states: -; doing: -; answered: 0 requests; visitors: /m);
    io.signals.emit('SIGINT');
    expect(await exitCode).toBe(0);
    expect(io.out).not.toContain('\u001B');
  });

  it('npm start takes the options of serve', async () => {
    const io = new TestIO();
    const args = ['--host', 'localhost', '--port', '0', '--inspect', 'localhost:0', '--log', 'json'];
    const exitCode = runMainJob(args, io, new VirtualClock());
    const [, url = ''] = await io.printed(/^listening on (http:\/\/localhost:\d+)\n/);
    await io.printed(/^See the sessions live: http:\/\/localhost:\d+\n/m);
    await ask(`${url}/headers`);
    await io.printed(/"path":"\/headers","status":200/);
    io.signals.emit('SIGTERM');
    expect(await exitCode).toBe(0);
  });

  it('npm start does not take another port than the one that you choose', async () => {
    await withListening(http.createServer(), async (port) => {
      const { code, stderr } = await run(['start', '--port', String(port)]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^http-session: cannot serve: [^\n]*EADDRINUSE/);
    });
  });

  it('npm start refuses an invalid PORT', async () => {
    const { code, stderr } = await run(['start'], new TestIO({ env: { PORT: 'http' } }));
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^http-session: PORT must be a whole number[^\n]*\ntry http-session start --help\n$/,
    );
  });
});
