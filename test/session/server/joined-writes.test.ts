import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { HTTPServerResponse } from '../../../src/session/index.js';
import { createMemoryPair } from '../../../src/transport/index.js';
import { get, post, Served } from '../../support/http/served.js';
import { responseIn, responsesIn } from '../../support/http/messages.js';
import { settled } from '../../support/transport/sockets.js';

/** What a handler does between the beginning and the end of its response. */
type Step =
  | { readonly do: 'write' | 'await'; readonly size: number; readonly of: 'ASCII' | 'text' | 'bytes' }
  | { readonly do: 'flush' | 'microtask' | 'tick' | 'turn' };

const CONTENT: Record<string, (size: number) => string | Uint8Array> = {
  ASCII: (size) => 'a'.repeat(size),
  text: (size) => 'ü'.repeat(size),
  bytes: (size) => new Uint8Array(size).fill(0xe4),
};

const sizes = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 100 }) },
  { weight: 1, arbitrary: fc.constantFrom(8_191, 8_192, 8_193, 20_000, 70_000) },
);
const steps = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constantFrom('write' as const, 'await' as const),
      size: sizes,
      of: fc.constantFrom('ASCII' as const, 'text' as const, 'bytes' as const),
    }),
    fc.record({
      do: fc.constantFrom('flush' as const, 'microtask' as const, 'tick' as const, 'turn' as const),
    }),
  ),
  { maxLength: 12 },
);
const programs = fc.record({
  steps,
  last: fc.option(sizes),
  declares: fc.boolean(),
  method: fc.constantFrom('GET', 'HEAD'),
  highWaterMark: fc.constantFrom(16, 1_000, 16_384, 1 << 20),
});

const lengthOf = (step: Step): number =>
  'size' in step ? Buffer.byteLength(CONTENT[step.of]?.(step.size) as string) : 0;

async function perform(
  response: HTTPServerResponse,
  { steps: program, last, declares }: { steps: Step[]; last: number | null; declares: boolean },
  flushesAlways: boolean,
): Promise<void> {
  const total = program.reduce((sum, step) => sum + lengthOf(step), last ?? 0);
  if (declares) response.setContentLength(total);
  for (const step of program) {
    if ('size' in step) {
      const written = response.write(CONTENT[step.of]?.(step.size) as string);
      if (flushesAlways) response.flush();
      if (step.do === 'await') await written;
    } else if (step.do === 'flush') response.flush();
    else if (step.do === 'microtask') await Promise.resolve();
    else if (step.do === 'tick') await new Promise(process.nextTick);
    else await settled();
  }
  if (last === null) response.end();
  else response.end('z'.repeat(last));
}

/** What leaves the server for a request, and in how many writes. */
async function wireOf(
  program: Parameters<typeof perform>[1] & { method: string; highWaterMark: number },
  flushesAlways: boolean,
): Promise<{ wire: string; writes: number }> {
  let isDone = false;
  const served = new Served(
    async (_request, response) => {
      await perform(response, program, flushesAlways);
      isDone = true;
    },
    {},
    { highWaterMark: program.highWaterMark },
  );
  await served.send(get().replace('GET', program.method));
  for (let turn = 0; turn < 200 && !isDone; turn++) await settled();
  await served.pass(0);
  expect(served.faults).toEqual([]);
  expect(served.session.exchangeState).toBe('idle.reused');
  return { wire: served.text, writes: served.writes.length };
}

describe('what a handler writes', () => {
  it('what a handler writes is the same bytes in the same order, however its writes are joined', async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (program) => {
        const joined = await wireOf(program, false);
        const single = await wireOf(program, true);
        expect(joined.wire).toBe(single.wire);
        expect(joined.writes).toBeLessThanOrEqual(single.writes);
        if (program.highWaterMark < 1 << 20) return;
        // Each of these ends a write at the most: a flush, a turn, a large piece or the bound; and the response itself.
        const ends = program.steps.filter((step) => !('size' in step) || lengthOf(step) > 8_000).length;
        expect(joined.writes).toBeLessThanOrEqual(ends + 2);
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    [
      'without awaiting anything',
      (response: HTTPServerResponse) => {
        void response.write('a');
        response.end('b');
      },
    ],
    [
      'with each piece awaited',
      async (response: HTTPServerResponse) => {
        for (const piece of ['a', 'b']) await response.write(piece);
        response.end();
      },
    ],
    [
      'after ticks and microtasks',
      async (response: HTTPServerResponse) => {
        await Promise.resolve();
        await response.write('a');
        await new Promise(process.nextTick);
        response.end('b');
      },
    ],
    [
      'by way of its stream',
      (response: HTTPServerResponse) => {
        const stream = response.send();
        stream.write('61', 'hex');
        stream.end('b');
      },
    ],
  ])('what a handler writes in one turn leaves in one write: %s', async (_how, write) => {
    const served = new Served((_request, response) => write(response));
    await served.send(get());
    expect(served.writes).toHaveLength(1);
    expect(responseIn(served.text).body).toBe('ab');
  });

  it('what a handler writes leaves at the end of its turn, and waits for nothing', async () => {
    const served = new Served(async (_request, response) => {
      await response.write('a');
    });
    await served.send(get());
    expect(served.writes).toHaveLength(1);
    expect(served.text).toMatch(/\r\n\r\n1\r\na\r\n$/);
  });

  it('what a handler writes leaves with flush() at once, and flush() without anything written does nothing', async () => {
    const seen: number[] = [];
    const served = new Served((_request, response) => {
      response.flush();
      seen.push(served.writes.length);
      void response.write('a');
      seen.push(served.writes.length);
      response.flush();
      seen.push(served.writes.length);
      response.end('b');
      response.flush();
    });
    await served.send(get());
    expect(seen).toEqual([0, 0, 1]);
    expect(served.writes).toHaveLength(2);
    expect(responseIn(served.text).body).toBe('ab');
  });

  it('the bytes of a piece may be changed once its promise has resolved', async () => {
    const memory = Buffer.alloc(100_000);
    const served = new Served(async (_request, response) => {
      for (const [size, fill] of [
        [10, 'a'],
        [100_000, 'b'],
        [10, 'c'],
      ] as const) {
        memory.fill(fill);
        await response.write(memory.subarray(0, size));
      }
      memory.fill('d');
      response.end();
    });
    await served.send(get());
    for (let turn = 0; turn < 10; turn++) await settled();
    expect(responseIn(served.text).body).toBe('a'.repeat(10) + 'b'.repeat(100_000) + 'c'.repeat(10));
  });

  it('answers of async handlers to pipelined requests leave in one write', async () => {
    const served = new Served(async (request, response) => {
      await Promise.resolve();
      response.end(request.path);
    });
    await served.send(['/a', '/b', '/c'].map((path) => get(path)).join(''));
    expect(responsesIn(served.text).map(({ body }) => body)).toEqual(['/a', '/b', '/c']);
    expect(served.writes).toHaveLength(1);
  });

  it('100 Continue leaves at once', async () => {
    const seen: string[] = [];
    const served = new Served(async (request, response) => {
      const body = request.bytes();
      seen.push(served.writes.join(''));
      await response.write('a');
      await body;
      response.end();
    });
    await served.send(post('x', 'Expect: 100-continue\r\n').slice(0, -1));
    expect(seen).toEqual(['HTTP/1.1 100 Continue\r\n\r\n']);
    await served.send('x');
    expect(served.text).toMatch(/1\r\na\r\n0\r\n\r\n$/);
  });
});

describe('what was written when the session goes', () => {
  const leave: Record<string, (served: Served) => void> = {
    'is closed': (served) => served.session.close(),
    'is the resource of a block that ends': (served) => void served.session[Symbol.asyncDispose](),
    'gets another socket': (served) => served.session.attachSocket(createMemoryPair().client),
    'hands its socket over': (served) => void served.session.detachSocket(),
  };
  it.each(Object.entries(leave))('what was written is sent when the session %s', async (_what, go) => {
    const served = new Served(async (_request, response) => {
      void response.setContentLength(2).write('a');
      go(served);
    });
    await served.send(get());
    expect(served.text).toMatch(/\r\n\r\na$/);
    expect(served.writes).toHaveLength(1);
  });

  it.each(['abort', 'dispose'] as const)('what was written is dropped by %s()', async (call) => {
    const served = new Served(async (_request, response) => {
      void response.write('a');
      served.session[call]();
    });
    await served.send(get());
    expect(served.text).toBe('');
    expect(served.wasReset).toBe(true);
  });
});
