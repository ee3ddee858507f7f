import { afterEach, describe, expect, it } from '@jest/globals';

import { HTTPClientSession, type HTTPServer } from '../../src/index.js';
import { committed } from '../support/generate/committed.js';
import { codeBlocks } from '../support/docs/markdown.js';
import { runProgram, type ProgramRun } from '../support/docs/run-module.js';

const PORT = '8080';
const README = committed('README.md');

const servers: HTTPServer[] = [];
const othersListeners = process.listeners('SIGTERM');

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
  for (const listener of process.listeners('SIGTERM')) {
    if (!othersListeners.includes(listener)) process.off('SIGTERM', listener);
  }
});

/** The first block of code under a heading. */
function blockUnder(heading: string): string {
  const section = README.split('\n## ').find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const block = codeBlocks(section)[0];
  if (block === undefined) throw new Error(`README has no code under "${heading}"`);
  return block.code;
}

let runs = 0;

/** Runs a block as a program. It is what people read, but for the port; what it declares can be had from outside. */
async function run(code: string, port: number, names: readonly string[]): Promise<ProgramRun> {
  const program = `${code.replaceAll(PORT, String(port))}\nexport { ${names.join(', ')} };`;
  // A module of the same text would be the same module.
  const url = `data:text/javascript,${encodeURIComponent(`${program} // ${String(++runs)}`)}`;
  return await runProgram(() => import(url));
}

async function startServer(): Promise<{ server: HTTPServer; port: number; lines: readonly string[] }> {
  const { lines, exports } = await run(blockUnder('A server'), 0, ['server', 'port']);
  const server = exports['server'] as HTTPServer;
  servers.push(server);
  return { server, port: exports['port'] as number, lines };
}

describe('the server in README.md', () => {
  it('listens, says where, and answers', async () => {
    const { port, lines } = await startServer();
    expect(lines).toEqual([`listening on http://127.0.0.1:${String(port)}`]);
    const session = new HTTPClientSession('127.0.0.1', port);
    const hello = await session.request({ path: '/there' });
    expect([hello.status, hello.get('Content-Type'), await hello.text()]).toEqual([
      200,
      'text/plain',
      'Hello from /there',
    ]);
    const echo = await session.request({ method: 'POST', body: 'once more' });
    expect(await echo.text()).toBe('once more');
    session.close();
  });

  it('drains at SIGTERM and tells what became of its sessions', async () => {
    const { server, port } = await startServer();
    const session = new HTTPClientSession('127.0.0.1', port);
    await (await session.request()).text();
    const [onSigterm] = process.listeners('SIGTERM').slice(-1);
    const { lines } = await runProgram(async () => {
      await (onSigterm?.('SIGTERM') as unknown as Promise<void>);
    });
    expect(lines).toEqual(['{ finished: 1, aborted: 0 }']);
    expect(server.state).toBe('stopped');
    await session.waitFor('closed');
  });
});

describe('the client in README.md', () => {
  it('gets an answer from the server in README.md', async () => {
    const { port } = await startServer();
    const { lines, exports } = await run(blockUnder('A client'), port, ['session']);
    expect(lines).toEqual(['200 Hello from /world connected.open']);
    expect((exports['session'] as HTTPClientSession).state).toBe('closed');
  });
});

describe('what else README.md shows', () => {
  it('observes a session as it says', async () => {
    const { port } = await startServer();
    const client = blockUnder('A client').replace('session.close();\n', '');
    const observing = codeBlocks(README).find(({ code }) => code.includes('waitFor'))?.code ?? '';
    const program = `${client}\nsetImmediate(() => session.close());\n${observing}`;
    const { exports } = await run(program, port, ['session']);
    const session = exports['session'] as HTTPClientSession;
    expect(session.state).toBe('closed');
    expect(session.history.at(-1)).toMatchObject({ event: 'session.close', state: 'closed' });
  });

  it('names commands and options that exist', async () => {
    const { wholeUsage } = await import('../../src/cli/usage.js');
    const commands = [...README.matchAll(/^npx http-session (.*?)(?:\s+#.*)?$/gm)].map(
      ([, words]) => words ?? '',
    );
    expect(commands).not.toEqual([]);
    const words = commands.flatMap((command) => command.match(/^\w+|--\w+/g) ?? []);
    for (const word of words) expect(wholeUsage()).toContain(word);
  });
});
