import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { errors } from '../../../src/diagnostics.js';
import { InspectionModel } from '../../../src/inspector/model/inspection-model.js';
import type { Recording } from '../../../src/inspector/model/shapes.js';
import {
  recordSessions,
  type RecordingFile,
  type SessionsRecorder,
} from '../../../src/inspector/record-sessions.js';
import { readRecording } from '../../../src/inspector/recorder/recording-lines.js';
import { sessionWatch, type SessionLedger } from '../../../src/session/index.js';
import { echoBody, get, post, Served } from '../../support/http/served.js';
import { faultsDuring } from '../../support/server/faults.js';

const BROKEN = 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recorder-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  expect(sessionWatch).toBeNull();
  expect(errors.hasSubscribers).toBe(false);
});

function dumped(recorder: SessionsRecorder): Recording {
  return JSON.parse(JSON.stringify(recorder.dump())) as Recording;
}

/** Node.js has the collector where it is asked for only; this is the same without an option for the whole process. */
function collect(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

describe('what a recorder remembers', () => {
  it('a recorder counts no bytes of requests before its first one', async () => {
    const served = new Served(echoBody);
    const bytes = (recorder: SessionsRecorder): unknown[] =>
      InspectionModel.from(dumped(recorder))
        .requests({ limit: 1 })
        .requests.map(({ turn, bytesIn, bytesOut }) => [turn, bytesIn, bytesOut]);
    using whole = recordSessions({ of: [served.server], clock: served.clock });
    using short = recordSessions({ of: [served.server], last: 5, clock: served.clock });
    for (let count = 0; count < 9; count++) await served.send(get('/'));
    using late = recordSessions({ of: [served.server], clock: served.clock });
    await served.send(post('/', 'twelve bytes'));
    const [[turn, bytesIn, bytesOut] = []] = bytes(whole) as [number, number, number][];
    expect(turn).toBe(10);
    expect(bytes(late)).toEqual([[10, bytesIn, bytesOut]]);
    expect(bytes(short)).toEqual([[10, expect.any(Number), bytesOut]]);
    expect((bytes(short) as number[][])[0]?.[1]).toBeLessThanOrEqual(bytesIn ?? 0);
  });

  it('a recorder keeps the last changes, and what was there before them', async () => {
    const served = new Served(echoBody);
    using recorder = recordSessions({ of: [served.server], last: 10, clock: served.clock });
    for (let count = 0; count < 30; count++) {
      await served.pass(10);
      await served.send(get(`/${count}`));
    }
    const recording = dumped(recorder);
    expect(recorder.length).toBe(10);
    expect(recording.log).toHaveLength(10);
    expect(recording.log.every(({ from, to }) => from !== null && to !== null)).toBe(true);
    const model = InspectionModel.from(recording);
    const { actors } = model.list({});
    const session = actors.find(({ name }) => name.startsWith('server session'));
    expect(session).toMatchObject({ state: 'connected.open', totals: { requests: 30 } });
    expect(session?.since).toBe(1_700_000_000_000);
    const exchange = actors.find(({ parent, name }) => parent === session?.id && name !== 'bufferService');
    expect(exchange?.transitions).toBe(120);
    const { requests } = model.requests({ order: 'at', ascending: true });
    expect(requests.map(({ turn, path }) => [turn, path])).toEqual(
      expect.arrayContaining([
        [29, '/28'],
        [30, '/29'],
      ]),
    );
  });

  it('the requests of a recording have method, path, status and bytes', async () => {
    const served = new Served(echoBody);
    using recorder = recordSessions({ of: [served.server], clock: served.clock });
    await served.send(post('hello', '', '/orders?token=x'));
    const [row] = InspectionModel.from(dumped(recorder)).requests({}).requests;
    expect(row).toMatchObject({
      method: 'POST',
      path: '/orders',
      status: 200,
      turn: 1,
      outcome: 'completed',
    });
    expect(row?.bytesIn).toBeGreaterThan(50);
    expect(row?.bytesOut).toBeGreaterThan(50);
  });

  it('a request that is under way when a recorder is dumped is open', async () => {
    const served = new Served(() => undefined);
    using recorder = recordSessions({ of: [served.server], clock: served.clock });
    await served.send(get('/stuck'));
    await served.pass(70);
    const [row] = InspectionModel.from(dumped(recorder)).requests({}).requests;
    expect(row).toMatchObject({ path: '/stuck', status: null, outcome: 'open', duration: 70 });
    await served.reset();
  });

  it('header fields, bodies and queries are not in a recording; queries are if they are asked for', async () => {
    const secrets = ['planted-field', 'planted-body', 'planted-query', 'planted-user', 'planted-answer'];
    const found: string[][] = [];
    for (const queries of [false, true]) {
      const served = new Served(async (request, response) => {
        await request.bytes();
        response.set('X-Answer', 'planted-answer').end('planted-answer');
      });
      using recorder = recordSessions({ of: [served.server], queries, clock: served.clock });
      const field = 'X-Secret: planted-field\r\nAuthorization: Bearer planted-field\r\n';
      await served.send(post('planted-body', field, '/orders?token=planted-query'));
      await served.send(get('http://planted-user:planted-user@test/?token=planted-query', field));
      await served.send(`GET /?token=planted-query HTTP/1.1\r\nHost: a\r\nHost: planted-field\r\n\r\n`);
      await served.pass(10_000);
      const text = JSON.stringify(recorder.dump());
      expect(text).toContain('/orders');
      found.push(secrets.filter((secret) => text.includes(secret)));
    }
    expect(found[0]).toEqual([]);
    expect(found[1]).toContain('planted-query');
    expect(found[1]).not.toContain('planted-field');
  });

  it('the requests of a recording have their queries if these were asked for, on the page and in a terminal', async () => {
    const found: unknown[] = [];
    for (const queries of [false, true]) {
      const served = new Served(echoBody);
      using recorder = recordSessions({ of: [served.server], queries, clock: served.clock });
      await served.send(get('/without'));
      await served.pass(5);
      await served.send(get('/orders?page=2'));
      const recording = dumped(recorder);
      const model = InspectionModel.from(recording);
      const { requests } = model.requests({ hasQueries: true, order: 'path' });
      const { lines } = readRecording(JSON.stringify(recording), true);
      found.push([
        requests.map(({ path, query }) => [path, query]),
        lines.flatMap((line) => (line.type === 'request' ? [line.target] : [])),
      ]);
      expect(JSON.stringify(model.requests({}))).not.toContain('page=2');
    }
    expect(found).toEqual([
      [
        [
          ['/without', undefined],
          ['/orders', undefined],
        ],
        ['/without', '/orders'],
      ],
      [
        [
          ['/without', undefined],
          ['/orders', '?page=2'],
        ],
        ['/without', '/orders?page=2'],
      ],
    ]);
  });

  it('several recorders at once each have their own sessions', async () => {
    const one = new Served(echoBody);
    const two = new Served(echoBody);
    using both = recordSessions({ clock: one.clock });
    const first = recordSessions({ of: [one.server], clock: one.clock });
    using second = recordSessions({ of: [two.server], clock: two.clock });
    await one.send(get());
    await two.send(get());
    expect([both.size, first.size, second.size]).toEqual([2, 1, 1]);
    first.close();
    first.close();
    const { length } = first;
    await one.send(get());
    expect(first.length).toBe(length);
    expect(both.length).toBeGreaterThan(first.length + second.length);
  });

  it('a session that outlives many recorders keeps nothing of those that are closed', async () => {
    const served = new Served(echoBody);
    const { core } = served.session as unknown as { readonly core: SessionLedger };
    for (let count = 0; count < 10; count++) {
      using recorder = recordSessions({ of: [served.session], clock: served.clock });
      using other = recordSessions({ of: [], clock: served.clock });
      await served.send(get());
      expect([recorder.size, other.size]).toEqual([1, 0]);
    }
    using _ = recordSessions({ of: [served.session], clock: served.clock });
    expect(core.seats).not.toBeNull();
    expect(core.seats?.next).toBeNull();
  });

  it('a session that was added by itself and is over is not kept alive', async () => {
    using recorder = recordSessions({ of: [] });
    const sessionOf = async (): Promise<WeakRef<object>> => {
      const served = new Served(echoBody);
      recorder.add(served.session);
      await served.send(get());
      await served.reset();
      return new WeakRef(served.session);
    };
    const session = await sessionOf();
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    expect(session.deref()).toBeUndefined();
    expect(dumped(recorder).actors).not.toEqual([]);
  });

  it('a filter that throws is a fault, and its session is not recorded', async () => {
    const faults = await faultsDuring(async () => {
      using recorder = recordSessions({
        filter: () => {
          throw new Error('of the filter');
        },
      });
      const served = new Served(echoBody);
      await served.send(get());
      expect(served.text).toContain('200');
      expect(recorder.size).toBe(0);
    });
    expect(faults).toMatchObject([{ error: { message: 'of the filter' } }]);
  });
});

describe('the files of a recorder', () => {
  it('a saved recording is readable by its owner alone, and leaves no other file', async () => {
    const served = new Served(echoBody);
    using recorder = recordSessions({ of: [served.server], clock: served.clock });
    await served.send(get());
    const path = join(folder, 'it.json');
    await recorder.save(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['it.json']);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(dumped(recorder));
  });

  it('a recording that cannot be saved rejects, and leaves nothing behind', async () => {
    using recorder = recordSessions();
    await expect(recorder.save(join(folder, 'missing', 'it.json'))).rejects.toThrow('ENOENT');
    writeFileSync(join(folder, 'file'), '');
    await expect(recorder.save(join(folder, 'file', 'it.json'))).rejects.toThrow('ENOTDIR');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  /** Resolves with the next file. */
  function filesOf(options: Parameters<typeof recordSessions>[0]): {
    readonly recorder: SessionsRecorder;
    readonly next: () => Promise<RecordingFile>;
  } {
    const files: RecordingFile[] = [];
    let wake: (() => void) | null = null;
    const recorder = recordSessions({
      ...options,
      folder,
      onFile: (file) => {
        files.push(file);
        wake?.();
      },
    });
    const next = async (): Promise<RecordingFile> => {
      while (files.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return files.shift() as RecordingFile;
    };
    return { recorder, next };
  }

  it('an error of a given code has a file written that shows what came of it', async () => {
    const served = new Served(echoBody);
    const { recorder, next } = filesOf({
      ...{ of: [served.server], clock: served.clock, onErrors: ['ERR_HTTP_SESSION_BAD_HOST'] },
    });
    await served.send(BROKEN);
    const { path, reason, error } = await next();
    expect([reason, error?.code]).toEqual(['error', 'ERR_HTTP_SESSION_BAD_HOST']);
    const recording = JSON.parse(readFileSync(path, 'utf8')) as Recording;
    expect(recording.marks).toMatchObject([{ code: 'ERR_HTTP_SESSION_BAD_HOST' }]);
    recorder.close();
  });

  it('a storm of errors has one file for each pause, and no more than the most that may be there', async () => {
    const served = new Served(echoBody, { keepAliveTimeout: 0 });
    const { recorder, next } = filesOf({
      ...{ clock: served.clock, onErrors: () => true, pause: 1_000, maxFiles: 2 },
    });
    const names: string[] = [];
    for (let storm = 0; storm < 3; storm++) {
      for (let count = 0; count < 5; count++) await new Served(echoBody).send(BROKEN);
      names.push((await next()).path);
      await served.pass(1_000);
    }
    expect(
      readdirSync(folder)
        .map((name) => join(folder, name))
        .sort(),
    ).toEqual(names.slice(1));
    recorder.close();
  });

  it('a file that cannot be written is a fault, and disturbs no session', async () => {
    writeFileSync(join(folder, 'file'), '');
    const served = new Served(echoBody);
    let fault: ((value: unknown) => void) | null = null;
    const faulted = new Promise((resolve) => (fault = resolve));
    const { watchFaults } = await import('../../../src/diagnostics.js');
    const unwatch = watchFaults(({ error }) => fault?.(error));
    const faults = await faultsDuring(async () => {
      using _ = recordSessions({
        ...{ of: [served.server], clock: served.clock, onErrors: () => true },
        folder: join(folder, 'file', 'below'),
      });
      await served.send(BROKEN);
      await faulted;
    });
    unwatch();
    expect(faults).toMatchObject([{ where: 'implementation', error: { code: 'ENOTDIR' } }]);
    expect(served.text).toContain('400');
  });
});

describe('the options of a recorder', () => {
  it.each([
    [{ last: 0 }, 'last: must be above 0 (got 0)'],
    [{ last: 1.5 }, 'last: must be an integer'],
    [{ maxFiles: 0 }, 'maxFiles: must be above 0'],
    [{ pause: -1 }, 'pause'],
    [{ sampling: 2 }, 'sampling: must be a number from 0 to 1'],
    [{ last: 1e12 }, 'last: must be at most 10000000 (got 1000000000000)'],
    [
      { signal: 'SIGNOTHING' },
      'signal: must be the name of a signal that a program can hear (got "SIGNOTHING")',
    ],
    [{ signal: 'SIGKILL' }, 'signal: must be the name of a signal that a program can hear (got "SIGKILL")'],
    [{ onErrors: ['ERR_HTTP_SESSION_TIMEOUTS'] }, 'did you mean "ERR_HTTP_SESSION_TIMEOUT"'],
    [{ onErrors: 'all' }, 'onErrors: must be a list of codes or a function'],
    [{ queries: 1 }, 'queries'],
    [{ folder: 1 }, 'folder: must be a path'],
    [{ onFile: 1 }, 'onFile: must be a function'],
    [{ of: [{}] }, 'target: is not a session, a server or a client'],
    [{ lst: 1 }, 'did you mean "last"'],
  ])('%j is refused', (options, message) => {
    expect(() => recordSessions(options as never)).toThrow(message);
  });
});
