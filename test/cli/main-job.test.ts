import http from 'node:http';

import { describe, expect, it } from '@jest/globals';

import { exitCodeOf } from '../../src/cli/io.js';
import { MAIN_JOB_USAGE, runMainJob } from '../../src/cli/main-job.js';
import { VirtualClock } from '../../src/transport/index.js';
import { ask, withListening } from '../support/cli/ask.js';
import { TestIO } from '../support/cli/run.js';

const TURN = 2_000;

describe('The main job', () => {
  it('npm start serves, shows three connections from open to close, and ends with exit code 0 on a signal', async () => {
    const clock = new VirtualClock();
    const io = new TestIO({ env: { PORT: '0', INSPECT_PORT: '0' } });
    const exitCode = runMainJob(io, clock);
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
      const exitCode = runMainJob(io, new VirtualClock());
      const [, chosen] = await io.printed(/^listening on http:\/\/127\.0\.0\.1:(\d+)\n/);
      expect(Number(chosen)).not.toBe(port);
      expect(io.err).toBe(`port ${String(port)} is in use; using a free port\n`);
      io.signals.emit('SIGTERM');
      expect(await exitCode).toBe(0);
    });
  });

  it('npm start refuses an invalid PORT', async () => {
    const io = new TestIO({ env: { PORT: 'http' } });
    expect(await exitCodeOf(() => runMainJob(io), MAIN_JOB_USAGE, io)).toBe(2);
    expect(io.err).toMatch(/^http-session: PORT must be a whole number/);
  });
});
