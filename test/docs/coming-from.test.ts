import { describe, expect, it } from '@jest/globals';

import { HTTPClientSession, HTTPServer } from '../../src/index.js';
import { HTTPClientResponse } from '../../src/session/client/http-client-response.js';
import { RequestBody } from '../../src/session/client/request-body.js';
import { HTTPServerRequest } from '../../src/session/server/http-server-request.js';
import { HTTPServerResponse } from '../../src/session/server/http-server-response.js';
import { tableRows } from '../support/docs/markdown.js';
import { PageCheck } from '../support/docs/page-check.js';
import { blocksByHeading, runPageProgram } from '../support/docs/page-program.js';
import { committed } from '../support/generate/committed.js';

const PAGE = 'docs/coming-from.md';
const page = new PageCheck(blocksByHeading(PAGE));

type Classes = Readonly<Record<string, readonly { readonly prototype: object }[]>>;

const SERVER: Classes = {
  request: [HTTPServerRequest],
  response: [HTTPServerResponse],
  server: [HTTPServer],
};
const CLIENT: Classes = {
  response: [HTTPClientResponse],
  session: [HTTPClientSession],
  body: [RequestBody],
};

/** The classes behind each name in the right column of a section. */
const CLASSES: Readonly<Record<string, Classes>> = {
  'From node:http and Express': SERVER,
  'From undici and fetch': CLIENT,
  'From POCO': { ...CLIENT, ...SERVER, response: [HTTPClientResponse, HTTPServerResponse] },
};

/** The calls in the right column of a section that do not exist. */
function unknownCalls(section: string, classes: Classes): readonly string[] {
  return tableRows(section)
    .flatMap(([, here = '']) => [...here.matchAll(/\b(request|response|server|session|body)\.(\w+)/g)])
    .filter(([, owner = '', member = '']) => {
      const owners = classes[owner] ?? [];
      return !owners.some(({ prototype }) => member in prototype);
    })
    .map(([call]) => call);
}

async function serve(): Promise<{ port: number; requests: readonly string[] }> {
  const requests: string[] = [];
  const server = new HTTPServer(async (request, response) => {
    requests.push(`${request.method} ${request.path} ${await request.text()}`);
    response.end('thank you');
  });
  page.cleanup(() => server.stop());
  const { port } = await server.listen({ port: 0 });
  return { port, requests };
}

describe('docs/coming-from.md', () => {
  it('docs/coming-from.md: the server answers as shown under "From node:http and Express"', async () => {
    const { port } = await page.start('From node:http and Express');
    const session = new HTTPClientSession('127.0.0.1', port);
    const response = await session.request({ path: '/greet?name=Ada' });
    expect([response.get('Content-Language'), await response.text()]).toEqual([
      'en',
      'Hello Ada, from /greet\n',
    ]);
    session.close();
  });

  it.each([
    ['From undici and fetch', 'POST /orders {"apples":2}'],
    ['From POCO', 'POST /orders two apples'],
  ])('docs/coming-from.md: the client under "%s" sends its request', async (heading, request) => {
    const { port, requests } = await serve();
    const { lines } = await runPageProgram(page.program(heading), [], { 8080: String(port) });
    expect(lines).toEqual(['200 thank you']);
    expect(requests).toEqual([request]);
  });

  const sections = committed(PAGE).split('\n## ').slice(1);

  it('docs/coming-from.md has a section with a program for each library', () => {
    expect(sections.map((section) => section.split('\n', 1)[0])).toEqual(Object.keys(CLASSES));
    expect(page.headings).toEqual(Object.keys(CLASSES));
  });

  it.each(sections.map((section) => [section.split('\n', 1)[0] ?? '', section]))(
    'docs/coming-from.md, "%s": the table names only calls that exist',
    (heading, section) => {
      expect(tableRows(section).length).toBeGreaterThan(10);
      expect(unknownCalls(section, CLASSES[heading] ?? {})).toEqual([]);
    },
  );

  it('the check finds a call that does not exist', () => {
    const section =
      'From undici\n\n| there | here |\n| --- | --- |\n| `a` | `session.get()`, `session.fetch()` |\n';
    expect(unknownCalls(section, CLIENT)).toEqual(['session.fetch']);
  });
});
