import { describe, expect, it } from '@jest/globals';

import { TIMEOUTS } from '../../../src/constants.js';
import { InvalidStateError, TimeoutError } from '../../../src/errors/index.js';
import { settled } from '../../support/transport/sockets.js';
import { isPending, rejection, Subject } from '../../support/session/subject.js';

describe('write()', () => {
  it('write() resolves with the number of bytes and sends them in the order of the calls', async () => {
    const subject = await Subject.in('connected.open');
    const { session } = subject;
    const written = [
      session.write('abc'),
      session.write(Buffer.from('def')),
      session.write(new Uint8Array([103])),
    ];
    expect(await Promise.all(written)).toEqual([3, 3, 1]);
    await settled();
    expect(subject.received()).toBe('abcdefg');
  });

  it('write() takes a string as latin1, and as utf-8 if the encoding says so', async () => {
    const subject = await Subject.in('connected.open');
    expect(await subject.session.write('\xe4')).toBe(1);
    expect(await subject.session.write('\xe4', 'utf8')).toBe(2);
    expect(await subject.session.write('\u20ac', 'utf8')).toBe(3);
    await settled();
    expect(subject.received()).toBe('\xe4\xc3\xa4\xe2\x82\xac');
  });

  it('write() sends every character of latin1 as it is', async () => {
    const subject = await Subject.in('connected.open');
    const all = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('');
    expect(await subject.session.write(all)).toBe(256);
    await settled();
    expect(subject.received()).toBe(all);
  });

  it('write() refuses to cut characters down to latin1: U+010A would become a line feed', async () => {
    const subject = await Subject.in('connected.open');
    expect(await rejection(subject.session.write('a\u010ab'))).toBeInstanceOf(TypeError);
    await settled();
    expect(subject.received()).toBe('');
    expect(subject.session.state).toBe('connected.open');
  });

  it.each([5, null, undefined, {}])('write() refuses %p', async (data) => {
    const { session } = await Subject.in('connected.open');
    expect(await rejection(session.write(data as never))).toBeInstanceOf(TypeError);
  });

  it('write() of nothing is possible and sends nothing', async () => {
    const subject = await Subject.in('connected.open');
    expect([await subject.session.write(''), await subject.session.write(Buffer.alloc(0))]).toEqual([0, 0]);
    expect(subject.session.core.bytesOut).toBe(0);
  });

  it('write() of nothing resolves at once, even when the socket is full', async () => {
    const subject = new Subject().attach(undefined, 4);
    subject.near.stall();
    const waiting = rejection(subject.session.write('more than fits'));
    expect([await subject.session.write(''), await isPending(waiting)]).toEqual([0, true]);
    subject.session.abort();
  });

  it('write() is refused for the state once the session is closed, whatever exception it had', async () => {
    const { session } = await Subject.in('errored.recoverable.open');
    session.close();
    expect(session.networkException()).not.toBeNull();
    expect(await rejection(session.write('x'))).toMatchObject({ call: 'write()', state: 'closed' });
  });

  it.each(['connected.halfClosed', 'connected.draining'])('write() is possible in %s', async (state) => {
    const subject = await Subject.in(state);
    expect(await subject.session.write('answer')).toBe(6);
    await settled();
    expect(subject.received()).toBe('answer');
    subject.session.dispose();
  });

  it.each(['connected.lingering', 'detached', 'closed', 'unconnected.idle'])(
    'write() is refused in %s',
    async (state) => {
      const { session } = await Subject.in(state);
      const error = await rejection(session.write('x'));
      expect(error).toBeInstanceOf(InvalidStateError);
      expect(error).toMatchObject({ call: 'write()', state });
      session.dispose();
    },
  );
});

describe('back-pressure', () => {
  it('back-pressure holds a write until the socket takes more, and every write behind it', async () => {
    const subject = new Subject().attach(undefined, 8);
    subject.near.stall();
    const writes = [subject.session.write('0123456789'), subject.session.write('abc')];
    expect(await isPending(Promise.race(writes))).toBe(true);
    subject.near.unstall();
    await settled();
    expect(subject.received()).toContain('0123456789');
    expect(await Promise.all(writes)).toEqual([10, 3]);
    await settled();
    expect(subject.armedDeadlines).toBe(0);
  });

  it('back-pressure ends with the send timeout, which is stored; what the buffer holds stays readable', async () => {
    const subject = new Subject({ sendTimeout: 3_000 }).attach(undefined, 8);
    subject.near.stall();
    const writing = rejection(subject.session.write('0123456789'));
    await subject.clock.advance(2_999);
    expect(subject.session.state).toBe('connected.open');
    await subject.clock.advance(1 + TIMEOUTS.timerGranularity.value);
    const error = await writing;
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ timer: 'sendProgress', timeout: 3_000, testimony: { bytesOut: 10 } });
    expect([subject.session.state, subject.session.networkException()]).toEqual([
      'errored.recoverable.open',
      error,
    ]);
    expect([subject.armedDeadlines, subject.session.core.armedTimer]).toEqual([1, 'keepAlive']);
    subject.session.abort();
    expect(subject.armedDeadlines).toBe(0);
  });

  it('back-pressure and pending reads have a timer each', async () => {
    const subject = new Subject({ sendTimeout: 1_000, receiveTimeout: 9_000 }).attach(undefined, 8);
    subject.near.stall();
    const reading = rejection(subject.session.read(1));
    const writing = rejection(subject.session.write('0123456789'));
    await subject.clock.advance(1_020);
    expect(await writing).toMatchObject({ timer: 'sendProgress' });
    // The exception decides the outcome of everything that needs the socket.
    expect(await reading).toBe(await writing);
    subject.session.abort();
  });

  it('back-pressure has no timer where the timeout is 0', async () => {
    const subject = new Subject({ sendTimeout: 0 }).attach(undefined, 8);
    subject.near.stall();
    const writing = subject.session.write('0123456789');
    expect(subject.armedDeadlines).toBe(0);
    await subject.clock.advance(3_600_000);
    subject.near.unstall();
    await settled();
    subject.received();
    expect(await writing).toBe(10);
  });
});
