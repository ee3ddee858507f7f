import http, { METHODS, type IncomingMessage, type RequestListener } from 'node:http';

import { describe, expect, it } from '@jest/globals';

import { onSessions } from '../../src/adapters/node/index.js';
import { routesOver } from '../../src/cli/routes.js';
import { HTTPServer } from '../../src/server/index.js';
import { corpusCases } from '../support/protocol/corpus.js';
import { verdictsOf, type MakeServer } from '../support/proofs/verdicts.js';
import { payloads } from './garden/payloads.js';

/*
 * The wire corpus and the payloads of the garden, sent to `http-session serve` and to an Express application with the same
 * routes on sessions: the same requests reach the application, with the same answers, and the connection ends alike.
 */

const { routesApp } = (await import(new URL('../support/express/serve.mjs', import.meta.url).href)) as {
  routesApp: (sessions: () => Iterable<unknown>, see: (request: IncomingMessage) => void) => RequestListener;
};

const serve: MakeServer = (clock, see) => {
  const routes = routesOver(() => []);
  return new HTTPServer(
    (request, response) => {
      see(request.clientAddress()?.port ?? 0, `${request.method} ${request.uri}`);
      return routes(request, response);
    },
    { clock },
  );
};

const expressOnSessions: MakeServer = (clock, see) => {
  const app = routesApp(
    () => [],
    ({ method, url, socket }) => {
      see(socket.remotePort ?? 0, `${String(method)} ${String(url)}`);
    },
  );
  return onSessions(http.createServer(app), { clock }).sessions;
};

interface Input {
  readonly name: string;
  readonly bytes: Buffer;
}

function expectationsIn(text: string): string {
  return [...text.matchAll(/^Expect: *(.*)\r$/gm)].map(([, value]) => value).join(', ');
}

/** What is another verdict on purpose: the input, and how the verdict of Express on sessions begins. */
const DIFFERENCES: Readonly<Record<string, { is: (text: string) => boolean; due: RegExp }>> = {
  'methods that node:http does not know are refused, as there': {
    is: (text) => !METHODS.includes(/^[!-~]+(?= )/.exec(text)?.[0] ?? 'GET'),
    due: /^ \| 501, closed/,
  },
  'CONNECT is for the listeners of connect': {
    is: (text) => text.startsWith('CONNECT '),
    due: /^ \| 501, closed/,
  },
  'node:http takes 100-continue out of whatever else an Expect says': {
    is: (text) => expectationsIn(text).includes('100-continue') && expectationsIn(text) !== '100-continue',
    due: /^POST \/\w*(?:, GET \/innocent)? \| (?:404|405|200 "\[1,2\]")(?:, 404)?, (?:closed|kept)/,
  },
  'node:http takes an empty Expect for an unknown one': {
    is: (text) => /^Expect:\r$/m.test(text) && !text.includes('HTTP/1.0'),
    due: /^ \| 417, closed/,
  },
  'node:http reads no Expect in HTTP/1.0': {
    is: (text) => /^POST .* HTTP\/1\.0\r\n/.test(text) && text.includes('\r\nExpect: x'),
    due: /^POST \/\w+, GET \/innocent \| (?:404|200 "\[1,2\]"), 404, kept/,
  },
  'maxHeaderSize of node:http covers the start line': {
    is: (text) => (/^[^\r]*/.exec(text)?.[0].length ?? 0) > 8_192,
    due: /^ \| kept \| FIN \| 400, closed/,
  },
  'maxHeadersCount is 2000': {
    is: (text) => text.split('\r\n').length > 257,
    due: /^GET \/ \| 200 "Hello, world!", kept/,
  },
};

/** The inputs whose verdicts are not due, and the reasons for other verdicts that were met. */
async function compare(inputs: readonly Input[]): Promise<{ undue: string[]; reasons: Set<string> }> {
  const all = inputs.map(({ bytes }) => bytes);
  const [due, actual] = [await verdictsOf(serve, all), await verdictsOf(expressOnSessions, all)];
  const undue: string[] = [];
  const reasons = new Set<string>();
  for (const [index, { name, bytes }] of inputs.entries()) {
    const [expected = '', line = ''] = [due[index], actual[index]];
    if (line === expected) continue;
    const text = bytes.toString('latin1');
    const [reason] =
      Object.entries(DIFFERENCES).find(([, each]) => each.is(text) && each.due.test(line)) ?? [];
    if (reason === undefined) undue.push(`${name}:\n  ${expected}\n  ${line}`);
    else reasons.add(reason);
  }
  return { undue, reasons };
}

const corpus: readonly Input[] = corpusCases()
  .filter(({ reading }) => reading.answers === null)
  .map(({ file, name, input }) => ({ name: `${file}, ${name}`, bytes: input }));

/** The payloads, to a route that gives their bodies back. */
const echoed: readonly Input[] = payloads
  .map(({ name, bytes }) => ({
    name: `${name}, echoed`,
    bytes: Buffer.from(bytes.toString('latin1').replace(/^POST \/p(?= HTTP)/, 'POST /echo'), 'latin1'),
  }))
  .filter(({ bytes }) => bytes.includes('POST /echo '));

const met = new Set<string>();

describe('An Express application with the routes of serve on sessions', () => {
  it.each([
    ['each request of the wire corpus', corpus, 200],
    ['each payload of the garden', payloads, 1_500],
    ['each payload of the garden whose body is given back', echoed, 900],
  ])('Express on sessions gives the verdict of serve on %s', async (_what, inputs, least) => {
    expect(inputs.length).toBeGreaterThan(least);
    const { undue, reasons } = await compare(inputs);
    expect(undue).toEqual([]);
    for (const reason of reasons) met.add(reason);
  });

  it('each reason for another verdict than that of serve applies to something', () => {
    expect([...met].sort()).toEqual(Object.keys(DIFFERENCES).sort());
  });
});
