import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { recordSessions } from '../../src/inspector/record-sessions.js';
import { run, TestIO } from '../support/cli/run.js';
import { echoPath, get, Served } from '../support/http/served.js';

let folder = '';
let file = '';
let session = 0;
let text = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'show-'));
  file = join(folder, 'it.json');
  const served = new Served(echoPath);
  session = served.session.id;
  const recorder = recordSessions({ of: [served.server], clock: served.clock });
  await served.send(get('/orders?token=secret'));
  await served.pass(20);
  await served.send('GET /bad HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n');
  await served.pass(10_000);
  text = JSON.stringify(recorder.dump());
  writeFileSync(file, text);
  recorder.close();
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('http-session show', () => {
  it('show prints a line for each change, each request and each error', async () => {
    const { code, stdout, stderr } = await run(['show', file]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {2}server \d+ +request\.end +request: body → done$/m);
    expect(stdout).toMatch(/^\S+ {2}server \d+ +#1 GET \/orders 200 {2}0\.0 ms {2}\d+ B in {2}\d+ B out$/m);
    expect(stdout).toMatch(/^\S+ {2}server \d+ +ERR_HTTP_SESSION_BAD_HOST: .+$/m);
    expect(stdout).toContain('what the client sent ended it');
    expect(stdout).not.toContain('retry');
    expect(stdout).not.toContain('secret');
  });

  it('show fits a terminal of 80 columns', async () => {
    const { stdout } = await run(['show', file], new TestIO({ terminals: ['stdout'] }));
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toContain('#1 GET /orders 200');
  });

  it('show prints no mark that reorders or hides text', async () => {
    const stdin = text.replaceAll('/orders', '/or\u202Eders\u2066\u200B');
    const { code, stdout } = await run(['show', '-'], new TestIO({ stdin }));
    expect(code).toBe(0);
    expect(stdout).toContain('#1 GET /or?ders?? 200');
  });

  it('show prints every request, however many a list of the page has', async () => {
    const served = new Served(echoPath);
    const recorder = recordSessions({ of: [served.server], clock: served.clock });
    for (let sent = 0; sent < 1_100; sent++) await served.send(get(`/${String(sent)}`));
    const stdin = JSON.stringify(recorder.dump());
    recorder.close();
    const { stdout } = await run(['show', '-', '--format', 'jsonl'], new TestIO({ stdin }));
    expect(stdout.match(/"type":"request"/g)).toHaveLength(1_100);
    expect(stdout).toContain('"target":"/0"');
  });

  it('show reads standard input', async () => {
    expect(await run(['show', '-'], new TestIO({ stdin: text }))).toEqual(await run(['show', file]));
  });

  it('show prints the last lines alone, and those of one session', async () => {
    const { stdout } = await run(['show', file, '--format', 'jsonl', '--last', '2']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    const ofOne = await run(['show', file, '--format', 'jsonl', '--session', String(session)]);
    const all = ofOne.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { session: number; type: string });
    expect(new Set(all.map((line) => line.session))).toEqual(new Set([session]));
    expect(new Set(all.map(({ type }) => type))).toEqual(new Set(['change', 'request', 'error']));
    expect(all.find(({ type }) => type === 'request')).toMatchObject({
      ...{ number: 1, method: 'GET', target: '/orders', status: 200, outcome: 'completed', code: null },
    });
  });

  it('show writes a sequence as Mermaid', async () => {
    const { stdout } = await run(['show', file, '--format', 'mermaid']);
    expect(stdout).toMatch(
      /^sequenceDiagram\n {2}participant p\d+ as .*\n {2}participant s\d+ as server session \d+\n/,
    );
    expect(stdout).toMatch(/^ {2}p\d+->>s\d+: #35;1 GET \/orders$/m);
    expect(stdout).toMatch(/^ {2}s\d+-->>p\d+: 200 0\.0 ms$/m);
  });

  it.each<[string, number, RegExp, string[]]>([
    ['no file', 2, /the file of a recording is missing/, ['show']],
    ['two files', 2, /unexpected argument "b"/, ['show', 'a', 'b']],
    [
      'an unknown format',
      2,
      /--format must be one of table, mermaid, jsonl/,
      ['show', 'a', '--format', 'svg'],
    ],
    ['no lines', 2, /--last must be a whole number from 1/, ['show', 'a', '--last', '0']],
    ['a file that is not there', 1, /^http-session: cannot read .*: ENOENT\n$/, ['show', '/missing/it.json']],
  ])('show with %s ends with %d', async (_what, code, message, args) => {
    const outcome = await run(args);
    expect([outcome.code, outcome.stdout]).toEqual([code, '']);
    expect(outcome.stderr).toMatch(message);
  });

  it('show says in one line that a session is not there', async () => {
    const { code, stderr } = await run(['show', file, '--session', '999999']);
    expect([code, stderr]).toEqual([1, `http-session: ${file}: has no session 999999\n`]);
  });

  it.each([
    ['text', 'hello', 'This is not a recording: it is not JSON.'],
    ['other JSON', '{}', 'This is not a recording: its format is not "http-session-recording".'],
    [
      'another version',
      '{"format":"http-session-recording","version":{}}',
      'This recording is of no version that is a number; versions 1 and 2 can be read.',
    ],
  ])('show says in one line that %s is not a recording', async (_what, stdin, message) => {
    const { code, stderr } = await run(['show', '-'], new TestIO({ stdin }));
    expect([code, stderr]).toEqual([1, `http-session: standard input: ${message}\n`]);
  });
});
