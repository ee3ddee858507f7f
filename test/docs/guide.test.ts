import { describe, expect, it } from '@jest/globals';

import { HTTPClientSession, type HTTPServer } from '../../src/index.js';
import { PageCheck } from '../support/docs/page-check.js';
import { blocksByHeading, runPageProgram } from '../support/docs/page-program.js';

const page = new PageCheck(blocksByHeading('docs/guide.md'));

const CHECKS: Readonly<Record<string, () => Promise<void>>> = {
  'First server': async () => {
    const { port, lines } = await page.start('First server');
    expect(lines).toEqual([`listening on http://127.0.0.1:${String(port)}`]);
    const session = new HTTPClientSession('127.0.0.1', port);
    const created = await session.request({ method: 'POST', path: '/notes', body: 'second' });
    expect(created.status).toBe(201);
    const notes = await session.request({ path: '/notes?all' });
    expect([notes.get('Content-Type'), await notes.json()]).toEqual([
      'application/json',
      ['first', 'second'],
    ]);
    expect((await session.request({ path: '/nothing' })).status).toBe(404);
    const large = await session.request({ method: 'POST', path: '/notes', body: 'x'.repeat(1025) });
    expect(large.status).toBe(413);
    session.close();
  },

  'First client': async () => {
    const { port } = await page.start('First server');
    const { lines, exports } = await runPageProgram(page.program('First client'), ['session'], {
      8080: String(port),
    });
    expect(lines).toEqual(['201', "application/json [ 'first', 'second' ]"]);
    expect((exports['session'] as HTTPClientSession).state).toBe('closed');
  },

  Errors: async () => {
    const { lines } = await runPageProgram(page.program('Errors'));
    expect(lines).toEqual(page.output('Errors'));
  },

  Shutdown: async () => {
    const { port, lines, exports, terminate } = await page.start('Shutdown');
    const exitCode = process.exitCode;
    const session = new HTTPClientSession('127.0.0.1', port);
    const response = session.request();
    const server = exports['server'] as HTTPServer;
    while (server.counts().activities.active === 0) await new Promise((resolve) => setImmediate(resolve));
    await terminate();
    expect(process.exitCode).toBe(0);
    process.exitCode = exitCode;
    expect(await (await response).text()).toBe('done');
    expect(lines).toEqual(['{"finished":1,"aborted":0}']);
    expect(server.state).toBe('stopped');
  },

  'Watch a session': async () => {
    const { lines } = await runPageProgram(page.program('Watch a session'));
    expect(lines).toEqual(page.output('Watch a session'));
  },

  'Tests without ports': async () => {
    const { exports } = await runPageProgram(page.program('Tests without ports'), ['session', 'server']);
    expect((exports['session'] as HTTPClientSession).state).toBe('closed');
    expect((exports['server'] as HTTPServer).currentConnections).toBe(0);
  },
};

describe('docs/guide.md', () => {
  it.each(Object.entries(CHECKS))(
    'docs/guide.md, %s: the program does what the page says',
    async (_, check) => {
      await check();
    },
  );

  it('every program in docs/guide.md is run', () => {
    expect(page.headings).toEqual(Object.keys(CHECKS));
  });
});
