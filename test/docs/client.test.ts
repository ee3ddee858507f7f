import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { describe, expect, it } from '@jest/globals';

import { CALL_CHANNEL, HTTPClient, HTTPPool, type CallMessage } from '../../src/client/index.js';
import { POOL_OPTIONS } from '../../src/client/client-options.js';
import { HTTPServer, TimeoutError, type RequestHandler } from '../../src/index.js';
import { HTTPClientResponse } from '../../src/session/client/http-client-response.js';
import { tableRows } from '../support/docs/markdown.js';
import { PageCheck } from '../support/docs/page-check.js';
import { blocksByHeading, runPageProgram } from '../support/docs/page-program.js';
import { committed } from '../support/generate/committed.js';

const PAGE = 'docs/client.md';
const text = committed(PAGE);
const page = new PageCheck(blocksByHeading(PAGE));

const CLASSES: Readonly<Record<string, readonly { readonly prototype: object }[]>> = {
  client: [HTTPClient],
  pool: [HTTPPool],
  response: [HTTPClientResponse],
};

/** The members of clients, pools and responses that a text names and that do not exist. */
function unknownMembers(prose: string): readonly string[] {
  return [...prose.matchAll(/\b(client|pool|response)\.(\w+)/g)]
    .filter(([, owner = '', member = '']) => {
      // A page of this name, and what the class keeps on each object.
      if (member === 'md' || member === 'mjs' || member === 'redirects') return false;
      return !(CLASSES[owner] ?? []).some(({ prototype }) => member in prototype);
    })
    .map(([call]) => call);
}

async function serve(handler: RequestHandler): Promise<string> {
  const server = new HTTPServer(handler);
  page.cleanup(() => server.stop());
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  return String(port);
}

/** Resolves when a call has waited too long for a connection. */
function waitedInVain(): Promise<void> {
  return new Promise((resolve) => {
    const listener = (message: unknown): void => {
      const { error } = message as CallMessage;
      if (!(error instanceof TimeoutError) || error.timer !== 'queue') return;
      unsubscribe(CALL_CHANNEL, listener);
      resolve();
    };
    subscribe(CALL_CHANNEL, listener);
  });
}

async function run(heading: string, handler: RequestHandler): Promise<readonly string[]> {
  const { lines } = await runPageProgram(page.program(heading), [], { 8080: await serve(handler) });
  return lines;
}

describe('docs/client.md', () => {
  it('docs/client.md: the first program sends its order', async () => {
    const lines = await run('', async (request, response) => {
      const order: unknown = await request.json();
      response.status = 201;
      response.end(JSON.stringify({ path: request.path, order }));
    });
    expect(lines).toEqual(["201 { path: '/orders', order: { apples: 2 } }"]);
  });

  it('docs/client.md: the queue refuses what does not fit, and gives up on what waits in vain', async () => {
    const lines = await run('The queue', async (_request, response) => {
      await waitedInVain();
      response.end();
    });
    expect(lines).toEqual(page.output('The queue'));
  });

  it('docs/client.md: the composed client retries, follows and authenticates', async () => {
    const asked: string[] = [];
    const lines = await run('Retry, redirect, authenticate', (request, response) => {
      asked.push(`${request.path} ${String(request.has('Authorization'))}`);
      if (asked.length === 1) response.status = 503;
      else if (request.path === '/orders') {
        response.status = 302;
        response.set('Location', '/all');
      } else if (!request.has('Authorization')) {
        response.status = 401;
        response.set('WWW-Authenticate', 'Basic realm="orders"');
      }
      response.end();
    });
    expect(lines).toEqual(['200 /all 1']);
    expect(asked).toEqual(['/orders false', '/orders false', '/all false', '/all true']);
  });

  it.each(['Proxies', 'From axios and got'])(
    'docs/client.md: the program under "%s" runs',
    async (heading) => {
      const { exports } = await runPageProgram(page.program(heading), ['client']);
      expect(exports['client']).toBeInstanceOf(HTTPClient);
    },
  );

  it('every program in docs/client.md is run', () => {
    expect(page.headings).toEqual([
      '',
      'The queue',
      'Proxies',
      'Retry, redirect, authenticate',
      'From axios and got',
    ]);
  });

  it('docs/client.md names every option of a client', () => {
    const section = text.split('\n## ').find((part) => part.startsWith('Pools and their caps')) ?? '';
    const options = [...POOL_OPTIONS, 'maxTotalConnections', 'proxy', 'socketPath'];
    expect(options.filter((name) => !section.includes(`\`${name}\``))).toEqual([]);
  });

  it('docs/client.md names only members of clients, pools and responses that exist', () => {
    // The left column has the calls of other libraries.
    const rows = tableRows(text).map((cells) => cells.slice(1).join(' '));
    const prose = text.replaceAll(/^\|.*$/gm, '');
    expect(rows.length).toBeGreaterThan(50);
    expect(unknownMembers([prose, ...rows].join('\n'))).toEqual([]);
    expect(unknownMembers('`client.get()` and `response.body`')).toEqual(['client.get', 'response.body']);
  });
});
