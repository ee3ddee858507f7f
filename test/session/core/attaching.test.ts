import { describe, expect, it } from '@jest/globals';

import { AbortedError } from '../../../src/errors/index.js';
import { HTTPClientSession, HTTPServerSession } from '../../../src/session/index.js';
import { ENGINES, rejection, Subject, text } from '../../support/session/subject.js';
import { echoPath, get } from '../../support/http/served.js';
import { responsesIn } from '../../support/http/messages.js';
import { settled, withServer } from '../../support/transport/sockets.js';
import { until } from '../../support/transport/until.js';

describe.each(ENGINES)('attachSocket() of the attached socket under the $name', ({ options }) => {
  it('attachSocket() of the attached socket leaves it open, and loses no byte', async () => {
    const subject = await Subject.receiving('buffered|', options);
    await subject.session.refill();
    await subject.send('arrived|');
    subject.session.attachSocket(subject.near, Buffer.from('head|'));
    await subject.send('later');
    expect([subject.session.state, subject.near.destroyed]).toEqual(['connected.open', false]);
    expect(subject.session.drainBuffer().toString()).toBe('head|buffered|');
    expect(await text(subject.session.read(100))).toBe('arrived|later');
    await subject.session.write('and back');
    await settled();
    expect(subject.received()).toBe('and back');
  });

  it('attachSocket() of the attached socket rejects the reads of before, as another socket does', async () => {
    const subject = await Subject.in('connected.open', options);
    const read = rejection(subject.session.read(1));
    subject.session.attachSocket(subject.near);
    expect(await read).toBeInstanceOf(AbortedError);
    await subject.send('x');
    expect(await text(subject.session.read(1))).toBe('x');
  });

  it('attachSocket() of a socket that was detached and attached again leaves it open', async () => {
    const subject = await Subject.receiving('unread', options);
    const { socket } = subject.session.detachSocket();
    for (let time = 0; time < 3; time++) subject.session.attachSocket(socket);
    await settled();
    expect([subject.session.connected(), socket.destroyed]).toEqual([true, false]);
    expect(await text(subject.session.read(100))).toBe('unread');
  });

  it.each([
    ['connected.halfClosed', 'connected.halfClosed'],
    ['errored.recoverable.open', 'connected.open'],
    ['errored.recoverable.halfClosed', 'connected.halfClosed'],
  ])('attachSocket() of the attached socket in %s leads to %s', async (from, to) => {
    const subject = await Subject.in(from, options);
    subject.session.attachSocket(subject.near);
    await settled();
    expect([subject.session.state, subject.session.networkException()]).toEqual([to, null]);
  });

  it('attachSocket() of the attached socket keeps what had arrived before its end', async () => {
    const subject = await Subject.receiving('last words', options);
    subject.peer.end();
    await settled();
    subject.session.attachSocket(subject.near);
    await settled();
    expect(await text(subject.session.read(100))).toBe('last words');
    expect(await subject.session.get()).toBe(-1);
  });
});

describe('attachSocket() of the attached socket of a served session', () => {
  it('a session can be served again after its own socket was attached', async () => {
    const subject = new Subject().attach();
    subject.session.serve(echoPath);
    await subject.send(get('/1'));
    subject.session.attachSocket(subject.near);
    subject.session.serve(echoPath);
    await subject.send(get('/2'));
    expect(responsesIn(subject.received()).map(({ body }) => body)).toEqual(['/1', '/2']);
  });
});

describe('a connection that was lost', () => {
  it('receive() and refill() give what had come before a reset, and then the reset', async () => {
    for (const call of ['receive', 'read'] as const) {
      const subject = await Subject.receiving('abc');
      subject.peer.reset();
      await settled();
      expect([subject.session.state, subject.session.buffered()]).toEqual(['errored.fatal', 0]);
      expect(await text(subject.session[call](2))).toBe('ab');
      expect(await text(subject.session[call](2))).toBe('c');
      expect(await rejection(subject.session[call](2))).toMatchObject({ name: 'NetworkError' });
    }
    const subject = await Subject.receiving('abc');
    subject.peer.reset();
    await settled();
    expect(await subject.session.refill()).toBe(3);
  });

  it('get() throws after an own close(), also where the peer had finished before', async () => {
    const subject = await Subject.receiving('a');
    subject.peer.end();
    await settled();
    expect(await subject.session.get()).toBe(97);
    subject.session.close();
    expect(await rejection(subject.session.get())).toMatchObject({
      name: 'InvalidStateError',
      state: 'closed',
    });
  });

  it('buffered() counts nothing that no read has asked for, however the connection ended', async () => {
    for (const end of ['close', 'abort'] as const) {
      const subject = await Subject.receiving('abc');
      subject.session[end]();
      expect([end, subject.session.buffered()]).toEqual([end, 0]);
    }
  });

  it('the next connection brings no byte of the last one', async () => {
    const subject = await Subject.receiving('old');
    subject.session.close();
    subject.attach();
    await subject.send('new');
    expect(await text(subject.session.read(100))).toBe('new');
  });

  it('a socket that was reset while it was detached still has what had come before', () =>
    withServer(async ({ target, accepted }) => {
      const session = new HTTPClientSession();
      await session.connect(target);
      const far = await accepted();
      const { socket } = session.detachSocket();
      far.write('cd');
      await until(() => socket.readableLength === 2);
      far.resetAndDestroy();
      await until(() => socket.destroyed);
      const heir = new HTTPServerSession(socket);
      await until(() => heir.state === 'errored.fatal');
      expect([await heir.get(), await heir.get()]).toEqual([99, 100]);
      expect(await rejection(heir.get())).toMatchObject({ code: 'ERR_HTTP_SESSION_RESET' });
    }));
});

describe('read() of an empty buffer', () => {
  it('read() takes what it was asked for, and leaves the rest where receive() finds it', async () => {
    const subject = await Subject.receiving('abcdef');
    expect(await text(subject.session.read(2))).toBe('ab');
    expect(subject.session.buffered()).toBe(0);
    expect(await text(subject.session.receive(2))).toBe('cd');
    expect(await subject.session.readInto(Buffer.alloc(1))).toBe(1);
    expect([subject.session.buffered(), await text(subject.session.receive(9))]).toEqual([0, 'f']);
  });

  it('read() that waited leaves the rest where receive() finds it', async () => {
    const subject = await Subject.in('connected.open');
    const reads = [subject.session.read(2), subject.session.receive(2), subject.session.read(2)];
    await subject.send('abcdefgh');
    expect(await Promise.all(reads.map(text))).toEqual(['ab', 'cd', 'ef']);
    expect([subject.session.buffered(), await subject.session.refill()]).toEqual([0, 2]);
  });
});
