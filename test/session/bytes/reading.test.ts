import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { LIMITS, TIMEOUTS } from '../../../src/constants.js';
import { AbortedError, InvalidStateError, TimeoutError } from '../../../src/errors/index.js';
import { settled } from '../../support/transport/sockets.js';
import { isPending, rejection, Subject, text } from '../../support/session/subject.js';

const GRANULARITY = TIMEOUTS.timerGranularity.value;

describe('the two levels', () => {
  it('what arrived without a read does not count as buffered', async () => {
    const { session } = await Subject.receiving('abcdef');
    expect(session.buffered()).toBe(0);
    expect(await session.refill()).toBe(6);
    expect(session.buffered()).toBe(6);
  });

  it('refill() adds to what is buffered, and waits for bytes when none has arrived', async () => {
    const subject = await Subject.receiving('abc');
    await subject.session.refill();
    const refilled = subject.session.refill();
    await subject.send('de');
    expect(await refilled).toBe(5);
    expect(subject.session.drainBuffer().toString()).toBe('abcde');
    expect(subject.session.drainBuffer()).toHaveLength(0);
  });

  it('receive() leaves the buffer alone, and what is too much for it counts as arrived only', async () => {
    const subject = await Subject.receiving('buffered');
    await subject.session.refill();
    await subject.send('past the buffer');
    expect(await text(subject.session.receive(4))).toBe('past');
    expect(subject.session.buffered()).toBe(8);
    expect(await text(subject.session.receive(100))).toBe(' the buffer');
    expect(await text(subject.session.read(100))).toBe('buffered');
  });

  it('receive() after receive() shares out one chunk', async () => {
    const subject = await Subject.in('connected.open');
    const three = [2, 3, 4].map((length) => text(subject.session.receive(length)));
    await subject.send('aabbbcccc');
    expect(await Promise.all(three)).toEqual(['aa', 'bbb', 'cccc']);
    expect(subject.session.buffered()).toBe(0);
  });

  it('the session holds the peer back once too much arrived without a read, and loses none of it', async () => {
    const subject = new Subject().attach(undefined, 4_096);
    const mark = LIMITS.maxArrivedBytes.value;
    let free = true;
    let sent = 0;
    for (; free && sent < 4 * mark; sent += 4_096) {
      free = subject.peer.write(Buffer.alloc(4_096, 'x'));
      await settled();
    }
    expect(free).toBe(false);
    expect(subject.session.core.arrivedBytes).toBeLessThanOrEqual(mark + 4_096);
    let read = 0;
    while (read < sent) read += (await subject.session.read(100_000)).length;
    expect(read).toBe(sent);
    subject.session.abort();
  });
});

describe('get() and peek()', () => {
  it('get() takes the next byte, and peek() leaves it', async () => {
    const { session } = await Subject.receiving('\xff\0');
    expect([await session.peek(), await session.peek()]).toEqual([255, 255]);
    expect([await session.get(), await session.get()]).toEqual([255, 0]);
    expect(session.buffered()).toBe(0);
  });

  it('get() and peek() return -1 at the end of the stream, after every byte before it', async () => {
    const subject = await Subject.receiving('a');
    subject.peer.end('b');
    await settled();
    const { session } = subject;
    expect([await session.get(), await session.get(), await session.get(), await session.peek()]).toEqual([
      97, 98, -1, -1,
    ]);
    expect(session.state).toBe('connected.halfClosed');
  });
});

describe('read() and readInto()', () => {
  it('read() and readInto() take what is buffered first, and no more than that', async () => {
    const subject = await Subject.receiving('abc');
    await subject.session.peek();
    await subject.send('def');
    expect(await text(subject.session.read(100))).toBe('abc');
    expect(await text(subject.session.read(2))).toBe('de');
    const target = Buffer.alloc(4, '.');
    expect(await subject.session.readInto(target.subarray(1))).toBe(1);
    expect(target.toString()).toBe('.f..');
  });

  it('read() and readInto() give an empty result at the end of the stream', async () => {
    const { session } = await Subject.in('connected.halfClosed');
    expect(await session.read(5)).toHaveLength(0);
    expect(await session.receive(5)).toHaveLength(0);
    expect(await session.readInto(Buffer.alloc(5))).toBe(0);
    expect(await session.refill()).toBe(0);
  });

  it('read() and readInto() end when the stream ends while they wait', async () => {
    const subject = await Subject.in('connected.open');
    const { session } = subject;
    const waiting = [session.get(), text(session.read(5)), text(session.receive(5)), session.refill()];
    subject.peer.end();
    expect(await Promise.all(waiting)).toEqual([-1, '', '', 0]);
  });

  it('read() and readInto() never take the destruction of the socket for the end of the stream', async () => {
    const subject = await Subject.in('connected.open');
    const waiting = rejection(subject.session.read(5));
    subject.near.destroy();
    expect(await waiting).toBeInstanceOf(AbortedError);
    expect(await rejection(subject.session.read(5))).toBeInstanceOf(InvalidStateError);
  });

  it('read() and readInto() of nothing wait for nothing', async () => {
    const { session } = await Subject.in('connected.open');
    expect(await session.read(0)).toHaveLength(0);
    expect(await session.receive(0)).toHaveLength(0);
    expect(await session.readInto(Buffer.alloc(0))).toBe(0);
  });

  it.each([
    [-1, RangeError],
    [1.5, RangeError],
    [Number.NaN, RangeError],
    [Number.POSITIVE_INFINITY, RangeError],
    ['1', TypeError],
    [undefined, TypeError],
  ])('read() and readInto() reject the length %p', async (length, family) => {
    const { session } = await Subject.receiving('abc');
    expect(await rejection(session.read(length as number))).toBeInstanceOf(family);
    expect(await rejection(session.receive(length as number))).toBeInstanceOf(family);
    expect(await text(session.read(3))).toBe('abc');
  });

  it('read() and readInto() reject a target that is not a Uint8Array', async () => {
    const { session } = await Subject.in('connected.open');
    expect(await rejection(session.readInto('abc' as never))).toBeInstanceOf(TypeError);
  });
});

describe('several reads', () => {
  it('several reads are served in the order of the calls', async () => {
    const subject = await Subject.in('connected.open');
    const { session } = subject;
    const served: string[] = [];
    const note = (result: unknown): number => served.push(String(result));
    const reads = [
      session.read(2).then(note),
      session.get().then(note),
      session.peek().then(note),
      session.read(2).then(note),
      session.get().then(note),
    ];
    await subject.send('abc');
    await subject.send('de');
    expect(served).toEqual(['ab', '99', '100', 'de']);
    await subject.send('f');
    await Promise.all(reads);
    expect(served.at(-1)).toBe('102');
  });

  it('get() waits behind a receive() though bytes are buffered', async () => {
    const subject = await Subject.receiving('ab');
    await subject.session.refill();
    const order: string[] = [];
    const received = subject.session.receive(1).then(() => order.push('receive'));
    const got = subject.session.get().then(() => order.push('get'));
    await subject.send('x');
    await Promise.all([received, got]);
    expect(order).toEqual(['receive', 'get']);
    expect(subject.session.drainBuffer().toString()).toBe('b');
  });

  it('several reads lose, duplicate and reorder nothing, however the stream is cut and read', () =>
    fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }),
        async (bytes, cuts, lengths) => {
          const subject = new Subject().attach();
          subject.peer.segment(cuts).end(bytes);
          const pieces: Buffer[] = [];
          for (let turn = 0; ; turn++) {
            const length = lengths[turn % lengths.length] ?? 1;
            const call = turn % 3 === 0 ? 'receive' : 'read';
            const piece = await subject.session[call](length);
            expect(piece.length).toBeLessThanOrEqual(length);
            if (piece.length === 0) break;
            pieces.push(piece);
            // receive() overtakes the buffer, so it is asked only when that is empty.
            while (subject.session.buffered() > 0) pieces.push(await subject.session.read(length));
          }
          expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
          subject.session.abort();
        },
      ),
      { numRuns: 60 },
    ));
});

describe('an AbortSignal', () => {
  it('an AbortSignal rejects the read with the reason as its cause; later bytes stay for the next read', async () => {
    const subject = await Subject.in('connected.open');
    const controller = new AbortController();
    const { signal } = controller;
    const reading = rejection(subject.session.read(5, { signal }));
    controller.abort('no longer needed');
    const error = await reading;
    expect(error).toBeInstanceOf(AbortedError);
    expect(error.cause).toBe('no longer needed');
    await subject.clock.advance(10 * 60_000);
    expect(subject.session.state).toBe('connected.open');
    await subject.send('later');
    expect(subject.session.buffered()).toBe(0);
    expect(await text(subject.session.read(5))).toBe('later');
  });

  it('an AbortSignal that is already aborted rejects the read too, even with bytes in the buffer', async () => {
    const { session } = await Subject.receiving('abc');
    await session.refill();
    const error = await rejection(session.read(1, { signal: AbortSignal.abort('from the start') }));
    expect(error).toBeInstanceOf(AbortedError);
    expect(error.cause).toBe('from the start');
    expect(session.buffered()).toBe(3);
  });

  it('an AbortSignal lets the reads behind it continue', async () => {
    const subject = await Subject.receiving('ab');
    await subject.session.refill();
    const controller = new AbortController();
    const first = rejection(subject.session.receive(1, { signal: controller.signal }));
    const second = text(subject.session.receive(10));
    const third = subject.session.get();
    controller.abort();
    expect(await first).toBeInstanceOf(AbortedError);
    expect(await isPending(second)).toBe(true);
    await subject.send('x');
    expect([await second, await third]).toEqual(['x', 97]);
  });

  it('an AbortSignal serves at once what the withdrawn read kept from being served', async () => {
    const subject = await Subject.receiving('ab');
    await subject.session.refill();
    const controller = new AbortController();
    const first = rejection(subject.session.receive(1, { signal: controller.signal }));
    const second = subject.session.get();
    controller.abort();
    await first;
    expect(await second).toBe(97);
  });

  it('an AbortSignal is not listened to any more once the read has ended', async () => {
    const subject = await Subject.in('connected.open');
    let listeners = 0;
    const signal = {
      aborted: false,
      addEventListener: () => listeners++,
      removeEventListener: () => listeners--,
    } as unknown as AbortSignal;
    const reads = [subject.session.get({ signal }), subject.session.get({ signal })];
    expect(listeners).toBe(2);
    await subject.send('x');
    await reads[0];
    expect(listeners).toBe(1);
    const failing = rejection(reads[1] as Promise<number>);
    subject.session.abort();
    await failing;
    expect(listeners).toBe(0);
  });
});

describe('the receive timeout', () => {
  it('the receive timeout expires at its value, rejects the read and is stored', async () => {
    const subject = await Subject.in('connected.open', { receiveTimeout: 5_000 });
    const reading = subject.session.read(1);
    const error = rejection(reading);
    await subject.clock.advance(4_999);
    expect(subject.session.state).toBe('connected.open');
    await subject.clock.advance(1 + GRANULARITY);
    expect(await error).toBeInstanceOf(TimeoutError);
    expect(await error).toMatchObject({
      timer: 'receive',
      timeout: 5_000,
      testimony: { endedBy: 'timeout' },
    });
    expect(subject.session.state).toBe('errored.recoverable.open');
    expect(subject.session.networkException()).toBe(await error);
    expect([subject.armedDeadlines, subject.session.core.armedTimer]).toEqual([1, 'keepAlive']);
  });

  it('the receive timeout restarts for each read, and for the next one in the queue', async () => {
    const subject = await Subject.in('connected.open', { receiveTimeout: 1_000 });
    const first = subject.session.get();
    const second = rejection(subject.session.get());
    await subject.clock.advance(900);
    await subject.send('a');
    expect(await first).toBe(97);
    await subject.clock.advance(900);
    expect(subject.session.state).toBe('connected.open');
    await subject.clock.advance(100 + GRANULARITY);
    expect(await second).toBeInstanceOf(TimeoutError);
  });

  it('the receive timeout rejects every read in the queue', async () => {
    const subject = await Subject.in('connected.open', { receiveTimeout: 1_000 });
    const reads = Promise.all([subject.session.get(), subject.session.receive(1)].map(rejection));
    await subject.clock.advance(1_000 + GRANULARITY);
    const [first, second] = await reads;
    expect(first).toBeInstanceOf(TimeoutError);
    expect(second).toBe(first);
  });

  it('a receive timeout of 0 never expires, and none runs without a pending read', async () => {
    const patient = await Subject.in('connected.open', { receiveTimeout: 0 });
    const reading = patient.session.get();
    const idle = await Subject.in('connected.open');
    expect([patient.armedDeadlines, idle.armedDeadlines]).toEqual([0, 0]);
    await Promise.all([patient.clock.advance(10 * 60_000), idle.clock.advance(10 * 60_000)]);
    expect(idle.session.state).toBe('connected.open');
    await patient.send('a');
    expect(await reading).toBe(97);
  });
});
