import { describe, expect, it } from '@jest/globals';

import { joinWorkerPool, WorkerPool } from '../../src/cluster/index.js';
import { InvalidStateError } from '../../src/errors/index.js';
import { NOTHING, PlayedPool } from '../support/cluster/pool.js';
import { rejection, thrown } from '../support/transport/promises.js';

const server = { drain: () => Promise.resolve(NOTHING), stop: () => Promise.resolve() };

describe('wrong arguments of a pool', () => {
  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /^new WorkerPool\(\): the options must be an object \(got undefined\)$/],
    [
      'a path alone',
      'worker.mjs',
      /^new WorkerPool\(\): the options must be an object \(got "worker\.mjs"\)$/,
    ],
    ['no file', {}, /^new WorkerPool\(\): exec must be the path or URL of .* \(got undefined\)$/],
    ['a number for the file', { exec: 5 }, /exec must be .* \(got 5\)$/],
    ['a URL of the web', { exec: new URL('http://a/b.mjs') }, /exec must be a file: URL \(got http:/],
    [
      'a misspelt option',
      { exec: 'a', worker: 2 },
      /unknown option .* "worker" \(did you mean "workers"\?\)/,
    ],
    ['arguments in one text', { exec: 'a', args: '--port 80' }, /args must be an array of strings/],
    ['a number among the arguments', { exec: 'a', args: ['--port', 80] }, /args must be an array of strings/],
    [
      'Node options in one text',
      { exec: 'a', execArgv: '--inspect' },
      /execArgv must be an array of strings/,
    ],
    [
      'a number in the environment',
      { exec: 'a', env: { PORT: 80 } },
      /env\.PORT must be a string \(got 80\)/,
    ],
    ['a list for the environment', { exec: 'a', env: ['A=1'] }, /env must be an object of strings/],
    [
      'the number of workers as text',
      { exec: 'a', workers: '2' },
      /workers: must be an integer .* \(got "2"\)/,
    ],
  ])('a pool refuses %s', (_what, options, text) => {
    const error = thrown(() => new WorkerPool(options as never)) as Error;
    expect(error.message).toMatch(text);
    expect(error).toBeInstanceOf(error.message.startsWith('workers') ? RangeError : TypeError);
  });

  it('a pool refuses an unknown event, and a listener that cannot be called', () => {
    const { pool } = new PlayedPool(1);
    expect(thrown(() => pool.on('crash' as never, () => undefined))).toMatchObject({
      message: expect.stringMatching(/"crash" \(did you mean "crashed"\?\)/),
    });
    const error = thrown(() => pool.on('crashed', undefined as never));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ message: 'on(): the listener must be a function (got undefined)' });
  });

  it.each([[5_000], [{ timeout: 5 }], [{ dedline: 5 }]])(
    'the drain of a pool refuses %j, and changes nothing',
    async (options) => {
      const played = await PlayedPool.running(1);
      expect(await rejection(played.pool.drain(options as never))).toBeInstanceOf(TypeError);
      expect(played.pool.state).toBe('running');
    },
  );
});

describe('wrong arguments of joinWorkerPool()', () => {
  it.each<[string, readonly unknown[], string]>([
    ['nothing', [], 'joinWorkerPool(): the server must have drain() and stop() (got undefined)'],
    ['a text', ['x'], 'joinWorkerPool(): the server must have drain() and stop() (got "x")'],
    [
      'a server of node:http',
      [{ close() {} }],
      'joinWorkerPool(): the server must have drain() and stop() (got an object)',
    ],
    ['a number of options', [server, 5], 'joinWorkerPool(): the options must be an object (got 5)'],
  ])('joinWorkerPool() refuses %s at once', (_what, values, text) => {
    const error = thrown(() => joinWorkerPool(...(values as [never])));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ message: text });
  });

  it('joinWorkerPool() refuses a misspelt option', () => {
    const error = thrown(() => joinWorkerPool(server, { graze: 5 } as never));
    expect(error).toMatchObject({ message: expect.stringMatching(/"graze" \(did you mean "grace"\?\)/) });
  });
});

describe('a promise of a pool that is not awaited', () => {
  /** Rejections that no code has handled by the end of the turn, as Node.js sees them. */
  async function unhandledDuring(act: () => unknown): Promise<readonly unknown[]> {
    const seen: unknown[] = [];
    const hear = (reason: unknown): void => void seen.push(reason);
    process.on('unhandledRejection', hear);
    await act();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', hear);
    return seen;
  }

  it('a start that fails ends no process when it is not awaited', async () => {
    const played = new PlayedPool(1);
    const unhandled = await unhandledDuring(() => {
      void played.pool.start();
      void played.pool.whenStopped();
      played.process(1).exits(1);
    });
    expect([unhandled, played.pool.state]).toEqual([[], 'stopped']);
    expect(played.faults).toMatchObject([{ where: 'worker' }]);
  });

  it.each([
    ['fails', (played: PlayedPool) => played.process(2).exits(1)],
    ['is interrupted by a drain', (played: PlayedPool) => void played.pool.drain()],
  ])('a restart that %s ends no process when it is not awaited', async (_what, act) => {
    const played = await PlayedPool.running(1);
    const unhandled = await unhandledDuring(() => {
      void played.pool.restart();
      act(played);
    });
    expect(unhandled).toEqual([]);
  });

  it('a restart of a pool that is ending rejects, and is reported when it is not awaited', async () => {
    const played = await PlayedPool.running(1);
    const unhandled = await unhandledDuring(() => {
      void played.pool.drain();
      void played.pool.restart();
    });
    expect(unhandled).toEqual([]);
    expect(played.faults).toMatchObject([
      { where: 'worker', error: { call: 'restart()', state: 'draining' } },
    ]);
    expect(await rejection(played.pool.restart())).toBeInstanceOf(InvalidStateError);
  });
});

describe('an observer of a pool', () => {
  it('an observer of a pool that throws is a fault, and the pool continues', async () => {
    const played = await PlayedPool.running(1);
    const thrownByObserver = new Error('an observer');
    played.pool.actor.subscribe(() => {
      throw thrownByObserver;
    });
    const drained = played.pool.drain();
    played.process(1).leaves(NOTHING);
    await drained;
    expect(new Set(played.faults.map(({ where, error }) => [where, error].join()))).toEqual(
      new Set([`listener,${String(thrownByObserver)}`]),
    );
  });
});
