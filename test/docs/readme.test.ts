import { afterEach, describe, expect, it } from '@jest/globals';

import { usageFor } from '../../src/cli/usage.js';
import { HTTPClientSession, type HTTPServer } from '../../src/index.js';
import { ENTRY_POINTS } from '../support/docs/entry-points.js';
import { codeBlocks, tableRows } from '../support/docs/markdown.js';
import { runPageProgram } from '../support/docs/page-program.js';
import { committed } from '../support/generate/committed.js';

const README = committed('README.md');
const [SERVER = '', CLIENT = '', OBSERVING = ''] = codeBlocks(README)
  .filter(({ language }) => language === 'js')
  .map(({ code }) => code);

const servers: HTTPServer[] = [];
const othersListeners = process.listeners('SIGTERM');

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
  for (const listener of process.listeners('SIGTERM')) {
    if (!othersListeners.includes(listener)) process.off('SIGTERM', listener);
  }
});

async function startServer(): Promise<{ server: HTTPServer; port: number; lines: readonly string[] }> {
  const { lines, exports } = await runPageProgram(SERVER, ['server', 'port']);
  const server = exports['server'] as HTTPServer;
  servers.push(server);
  return { server, port: exports['port'] as number, lines };
}

describe('README.md', () => {
  it('README.md has at most 150 lines of at most 100 columns, tables and links aside', () => {
    const lines = README.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(150);
    expect(lines.filter((line) => line.length > 100 && !/^\||\]\(|<img /.test(line))).toEqual([]);
  });

  it('README.md begins with one sentence, a picture, two commands and a server of 10 lines', () => {
    const [, first = ''] = README.split('\n\n');
    expect(first.match(/\.(?=\s|$)/g)).toHaveLength(1);
    const order = ['<picture>', 'npm ci && npm start', 'npm ci && npm test', 'new HTTPServer', '## Install'];
    const places = order.map((text) => README.indexOf(text));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(SERVER.trim().split('\n').length).toBeLessThanOrEqual(10);
  });
});

describe('the server in README.md', () => {
  it('the server in README.md listens, prints its address, and answers', async () => {
    const { port, lines } = await startServer();
    expect(lines).toEqual([`listening on http://127.0.0.1:${String(port)}`]);
    const session = new HTTPClientSession('127.0.0.1', port);
    const hello = await session.request({ path: '/there' });
    expect([hello.status, hello.get('Content-Type'), await hello.text()]).toEqual([
      200,
      'text/plain',
      'Hello from /there',
    ]);
    const echo = await session.request({ method: 'POST', body: 'the same' });
    expect(await echo.text()).toBe('the same');
    session.close();
  });

  it('the server in README.md drains on SIGTERM and closes its connections', async () => {
    const { server, port } = await startServer();
    const session = new HTTPClientSession('127.0.0.1', port);
    await (await session.request()).text();
    const [onSigterm] = process.listeners('SIGTERM').slice(-1);
    const report = await (onSigterm?.('SIGTERM') as unknown as Promise<unknown>);
    expect(report).toMatchObject({ finished: 1, aborted: 0 });
    expect(server.state).toBe('stopped');
    await session.waitFor('closed');
  });
});

describe('the client in README.md', () => {
  it('the client in README.md gets a response from the server in README.md', async () => {
    const { port } = await startServer();
    const { lines, exports } = await runPageProgram(CLIENT, ['session'], { 8080: String(port) });
    expect(lines).toEqual(['200 Hello from /world connected.open']);
    expect((exports['session'] as HTTPClientSession).state).toBe('closed');
  });
});

describe('the rest of README.md', () => {
  it('README.md shows how to watch a session', async () => {
    const { port } = await startServer();
    const client = CLIENT.replace('session.close();\n', '');
    const program = `${client}\nsetImmediate(() => session.close());\n${OBSERVING}`;
    const { exports } = await runPageProgram(program, ['session'], { 8080: String(port) });
    const session = exports['session'] as HTTPClientSession;
    expect(session.state).toBe('closed');
    expect(session.history.at(-1)).toMatchObject({ event: 'session.close', state: 'closed' });
  });

  it('README.md has a row for each entry point of the package', () => {
    const rows = tableRows(README).map(([first = '']) => first.replaceAll('`', ''));
    const entries = ENTRY_POINTS.map(({ specifier }) => specifier);
    expect(rows.filter((row) => row.startsWith('http-session-machine')).sort()).toEqual(entries.sort());
  });

  it('README.md names only commands and options that exist', () => {
    const commands = [...README.matchAll(/^npx http-session (.*?)(?:\s+#.*)?$/gm)].map(
      ([, words]) => words ?? '',
    );
    expect(commands).not.toEqual([]);
    for (const command of commands) {
      const [name = '', ...options] = command.match(/^\w+|--\w+/g) ?? [];
      const { text } = usageFor(name);
      for (const option of [`http-session ${name}`, ...options]) expect(text()).toContain(option);
    }
  });
});
