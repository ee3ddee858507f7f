import http from 'node:http';

import { describe, expect, it } from '@jest/globals';
import { createWebSocketInspector } from '@statelyai/inspect';
import { createActor, createMachine } from 'xstate';

import type { ActorList } from '../../src/inspector/model/shapes.js';
import { countOf, fleetWhere } from '../support/inspector/page-server.js';
import { ask, withListening } from '../support/cli/ask.js';
import { run, TestIO, whileServing } from '../support/cli/run.js';

/** The list of actors, once there is one of a machine in a state; whoever tells of them takes a moment. */
async function actorsIn(page: string, name: string, state: string): Promise<ActorList['actors']> {
  await fleetWhere(page, (frame) => countOf(frame, name, state) > 0);
  const { body } = await ask(`${page}/api/actors?state=${state}`);
  return (JSON.parse(body.toString()) as ActorList).actors;
}

describe('http-session inspect', () => {
  it('inspect shows the machines of programs that report to it, until a signal ends it', async () => {
    const io = new TestIO();
    const outcome = run(['inspect', '--port', '0'], io);
    const [, url = ''] = await io.printed(/^listening on (http:\/\/127\.0\.0\.1:\d+)\n$/);
    const [, socket = ''] = await io.complained(/^programs report to (ws:\S+)\n$/);
    const inspector = createWebSocketInspector({ url: socket });
    const machine = createMachine({ id: 'lamp', initial: 'on', states: { on: {} } });
    createActor(machine, { inspect: inspector.inspect }).start();
    expect(await actorsIn(url, 'lamp', 'on')).toMatchObject([{ name: 'lamp' }]);
    inspector.stop();
    io.signals.emit('SIGTERM');
    expect((await outcome).code).toBe(0);
  });

  it('inspect reports a port in use in one line, and ends with exit code 1', async () => {
    await withListening(http.createServer(), async (port) => {
      const { code, stdout, stderr } = await run(['inspect', '--port', String(port)]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^http-session: cannot show the inspector: [^\n]*EADDRINUSE[^\n]*\n$/);
    });
  });
});

describe('http-session serve --inspect', () => {
  it.each([['--inspect', '0'], ['--inspect=0']])(
    'serve shows its sessions on a page: %s %s',
    async (...args) => {
      const { code, stdout } = await whileServing(
        async (url, io) => {
          const [, page = ''] = await io.complained(/^inspector at (http:\/\/127\.0\.0\.1:\d+)\n$/);
          const agent = new http.Agent({ keepAlive: true });
          await ask(url, { agent });
          const [session] = await actorsIn(page, 'session', 'connected.open');
          expect(session).toMatchObject({ state: 'connected.open', totals: { requests: 1 } });
          agent.destroy();
        },
        args.filter((arg) => arg !== undefined),
      );
      expect(code).toBe(0);
      expect(stdout).toMatch(/^listening on http:\/\/127\.0\.0\.1:\d+\n$/);
    },
  );

  it('serve --inspect without a port leaves the next option alone', async () => {
    const { code, stderr } = await run(['serve', '--inspect', '--port', 'none']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^http-session: --port must be/);
  });

  it('serve --inspect does not start if the page cannot listen', async () => {
    await withListening(http.createServer(), async (port) => {
      const { code, stdout, stderr } = await run(['serve', '--port', '0', '--inspect', String(port)]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^http-session: cannot show the inspector: [^\n]*EADDRINUSE/);
    });
  });
});
