import { createMemoryPair, VirtualClock } from '../../../src/transport/index.js';
import { describe, expect, it } from '@jest/globals';

import { HTTPClientSession, HTTPServerSession, type HTTPSession } from '../../../src/session/index.js';
import { rejection, Subject } from '../../support/session/subject.js';
import { settled } from '../../support/transport/sockets.js';

/** A session as JavaScript sees it: every method takes anything. */
type Untyped = {
  readonly [Name in keyof Omit<HTTPSession, 'actor'>]: (...given: unknown[]) => unknown;
} & { readonly actor: { subscribe(...given: unknown[]): unknown } };

type Mistake = readonly [call: string, make: (session: Untyped) => unknown, text: string | RegExp];

/** Mistakes in calls that throw, as they are made in JavaScript. */
const THROWN: readonly Mistake[] = [
  ["on('errored', 'x')", (s) => s.on('errored', 'x'), 'listener of errored: must be a function (got "x")'],
  ['on without a listener', (s) => s.on('closed'), 'listener of closed: must be a function (got undefined)'],
  ["on('close')", (s) => s.on('close', () => undefined), /unknown event "close" \(did you mean "closed"\?\)/],
  ["subscribe('x')", (s) => s.subscribe('x'), 'listener of transition: must be a function (got "x")'],
  ['subscribe(null)', (s) => s.subscribe(null), 'listener of transition: must be a function (got null)'],
  [
    "matches('conected')",
    (s) => s.matches('conected'),
    /unknown state "conected" \(did you mean "connected"\?\)/,
  ],
  [
    "setException('x')",
    (s) => s.setException('x'),
    'setException(): the exception must be an Error (got "x")',
  ],
  [
    'setException()',
    (s) => s.setException(),
    'setException(): the exception must be an Error (got undefined)',
  ],
  ['attachSocket()', (s) => s.attachSocket(), 'attachSocket(): the socket must be a Duplex (got undefined)'],
  [
    'attachSocket({})',
    (s) => s.attachSocket({}),
    'attachSocket(): the socket must be a Duplex (got an object)',
  ],
  [
    'attachSocket() with a text for a head',
    (s) => s.attachSocket(createMemoryPair().client, 'GET /'),
    'attachSocket(): the head must be a Uint8Array (got "GET /")',
  ],
  ["setKeepAlive('no')", (s) => s.setKeepAlive('no'), 'keepAlive: must be true or false (got "no")'],
  ["setTimeout('1s')", (s) => s.setTimeout('1s'), /timeout: must be a number of milliseconds/],
  [
    "actor.subscribe('x')",
    (s) => s.actor.subscribe('x'),
    'subscribe(): the observer must be a function or an object (got "x")',
  ],
  [
    'actor.subscribe(null)',
    (s) => s.actor.subscribe(null),
    'subscribe(): the observer must be a function or an object (got null)',
  ],
  ["waitFor('conected')", (s) => s.waitFor('conected'), /unknown state "conected"/],
  [
    "waitFor('closed', { singal })",
    (s) => s.waitFor('closed', { singal: 1 }),
    /unknown option of waitFor\(\) "singal"/,
  ],
  ["waitFor('closed', 5)", (s) => s.waitFor('closed', 5), 'waitFor(): the options must be an object (got 5)'],
  [
    "waitFor('closed', { signal: 'x' })",
    (s) => s.waitFor('closed', { signal: 'x' }),
    'waitFor(): the signal must be an AbortSignal (got "x")',
  ],
];

/** Mistakes in calls that reject. */
const REJECTED: readonly Mistake[] = [
  ['write(5)', (s) => s.write(5), /^write\(\): the content must be a string, .* \(got 5\)/],
  ['write({})', (s) => s.write({}), /^write\(\): the content must be a string, .* \(got an object\)/],
  ["write('x', 'utf-8')", (s) => s.write('x', 'utf-8'), /unknown encoding "utf-8" \(did you mean "utf8"\?\)/],
  ["write('x', 'hex')", (s) => s.write('x', 'hex'), /unknown encoding "hex"; expected one of latin1, utf8/],
  ['read(-1)', (s) => s.read(-1), 'length: must be an integer of 0 or more (got -1)'],
  ["read('1')", (s) => s.read('1'), 'length: must be a number (got "1")'],
  ['receive()', (s) => s.receive(), 'length: must be a number (got undefined)'],
  ["readInto('x')", (s) => s.readInto('x'), 'readInto(): target must be a Uint8Array (got "x")'],
  [
    'get({ singal })',
    (s) => s.get({ singal: 1 }),
    /unknown option of a read "singal" \(did you mean "signal"\?\)/,
  ],
  ['get({ signal: 1 })', (s) => s.get({ signal: 1 }), 'get(): the signal must be an AbortSignal (got 1)'],
  ['refill(5)', (s) => s.refill(5), 'refill(): the options must be an object (got 5)'],
  ['connect(5)', (s) => s.connect(5), 'address: the options must be an object (got 5)'],
  [
    'connect({ hots })',
    (s) => s.connect({ hots: 'a', port: 1 }),
    /unknown member of an address "hots"; expected one of host, port, path/,
  ],
  [
    'connect() from { adress }',
    (s) => s.connect('a:1', { adress: 'x' }),
    /unknown member of a source address "adress"/,
  ],
];

function expectPlain(error: unknown, text: string | RegExp): void {
  expect(error).toBeInstanceOf(Error);
  expect(['TypeError', 'RangeError']).toContain((error as Error).name);
  if (typeof text === 'string') expect((error as Error).message).toBe(text);
  else expect((error as Error).message).toMatch(text);
}

describe('a wrong argument', () => {
  it.each(THROWN)('%s throws an error that says what was wrong', async (_call, make, text) => {
    const subject = await Subject.in('connected.open');
    let thrown: unknown;
    try {
      make(subject.session as unknown as Untyped);
    } catch (error) {
      thrown = error;
    }
    expectPlain(thrown, text);
    await settled();
    expect([subject.session.state, subject.received()]).toEqual(['connected.open', '']);
  });

  it.each(REJECTED)('%s rejects with an error that says what was wrong', async (_call, make, text) => {
    const subject = await Subject.in('connected.open');
    expectPlain(await rejection(make(subject.session as unknown as Untyped) as Promise<unknown>), text);
    await settled();
    expect([subject.session.state, subject.received()]).toEqual(['connected.open', '']);
  });

  it('keepAlive as a text is refused by the constructors of both sessions', () => {
    const options = { keepAlive: 'yes' } as never;
    expect(() => new HTTPClientSession('a', 80, options)).toThrow(
      'keepAlive: must be true or false (got "yes")',
    );
    expect(() => new HTTPServerSession(null, options)).toThrow(
      'keepAlive: must be true or false (got "yes")',
    );
  });
});

describe('write()', () => {
  it('write() takes every view of memory whole', async () => {
    const subject = await Subject.in('connected.open');
    const { buffer } = Uint8Array.from([97, 98, 99, 100]);
    const views = [buffer, new DataView(buffer, 1, 2), new Uint16Array(buffer, 2, 1)];
    for (const view of views) await subject.session.write(view);
    await settled();
    expect(subject.received()).toBe('abcdbccd');
  });

  it('write() of nothing needs no socket, in any state', async () => {
    for (const state of ['unconnected.idle', 'detached', 'closed', 'errored.fatal', 'connected.lingering']) {
      const { session } = await Subject.in(state);
      expect([state, await session.write(''), await session.write(new Uint8Array())]).toEqual([state, 0, 0]);
    }
  });

  it('write() on a lingering connection says that this side has finished sending', async () => {
    const { session } = await Subject.in('connected.lingering');
    expect(await rejection(session.write('x'))).toMatchObject({
      name: 'InvalidStateError',
      reason: 'this side has finished sending',
    });
  });
});

describe('the tools of tests', () => {
  it.each([
    ['x', TypeError, 'advance(): must be a number of milliseconds (got "x")'],
    [-1, RangeError, 'advance(): must be 0 or more milliseconds (got -1)'],
    [Number.NaN, RangeError, 'advance(): must be a finite number of milliseconds (got NaN)'],
    [undefined, TypeError, 'advance(): must be a number of milliseconds (got undefined)'],
  ])('the virtual clock refuses to advance by %p, and stands where it was', async (ms, family, text) => {
    const clock = new VirtualClock();
    const error = await rejection(clock.advance(ms as number));
    expect([error.constructor, error.message]).toEqual([family, text]);
    expect(() => clock.advanceAtOnce(ms as number)).toThrow(family);
    await clock.advance(5);
    expect(clock.now()).toBe(5);
  });

  it('the virtual clock refuses a start that is not a time', () => {
    expect(() => new VirtualClock('now' as never)).toThrow(
      'startsAt: must be a number of milliseconds (got "now")',
    );
  });

  it.each([
    [
      { highWatermark: 8 },
      /unknown option of createMemoryPair\(\) "highWatermark" \(did you mean "highWaterMark"\?\)/,
    ],
    [{ highWaterMark: 0 }, /highWaterMark: must be a positive number of bytes \(got 0\)/],
    [{ highWaterMark: '8' }, /highWaterMark: must be a positive number of bytes \(got "8"\)/],
    [{ clock: Date }, undefined],
    [{ clock: {} }, /clock: must have now\(\) and setTimeout\(\) \(got an object\)/],
    [5, /createMemoryPair\(\): the options must be an object \(got 5\)/],
  ])('createMemoryPair() checks %j', (options, text) => {
    const make = (): unknown => createMemoryPair(options as never);
    if (text === undefined) expect(make).not.toThrow();
    else expect(make).toThrow(text);
  });
});
