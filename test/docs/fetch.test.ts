import { describe, expect, it } from '@jest/globals';

import { HTTPClientSession, type HTTPServer } from '../../src/index.js';
import { committed } from '../support/generate/committed.js';
import { codeBlocks } from '../support/docs/markdown.js';
import { runProgram } from '../support/docs/run-module.js';

/** A module from a data: URL can import no package by name except this one. */
const HONO = new URL('../../node_modules/hono/dist/index.js', import.meta.url).href;

describe('the first program in docs/fetch.md', () => {
  it('the first program in docs/fetch.md serves Hono', async () => {
    const code = codeBlocks(committed('docs/fetch.md'))[0]?.code ?? '';
    const runnable = code.replaceAll('8080', '0').replace("'hono'", `'${HONO}'`);
    const program = `${runnable}\nexport { server, port };`;
    const { lines, exports } = await runProgram(
      () => import(`data:text/javascript,${encodeURIComponent(program)}`),
    );
    const { server, port } = exports as { server: HTTPServer; port: number };
    expect(lines).toEqual([`listening on http://127.0.0.1:${String(port)}`]);
    const client = new HTTPClientSession('127.0.0.1', port);
    const answer = await client.request();
    expect([answer.status, await answer.text()]).toEqual([200, 'Hello!']);
    client.close();
    await server.stop();
  });
});
