import { once } from 'node:events';
import type { Socket } from 'node:net';

import { describe, expect, it } from '@jest/globals';
import { createActor, createMachine } from 'xstate';

import { TIMEOUTS } from '../../../src/constants.js';
import {
  AbortedError,
  HTTPSessionError,
  InvalidStateError,
  NetworkError,
  TimeoutError,
} from '../../../src/errors/index.js';
import { HTTPClientSession, HTTPSClientSession } from '../../../src/session/index.js';
import { VirtualClock } from '../../../src/transport/index.js';
import { settled, withServer } from '../../support/transport/sockets.js';
import {
  isPending,
  NOWHERE,
  STOCK,
  quietPair,
  rejection,
  Subject,
  text,
  WAYS,
} from '../../support/session/subject.js';

const EXCEPTION = new HTTPSessionError('stored by the test');

describe('attaching a socket', () => {
  it('attaching a socket destroys the one that was attached, and starts from an empty buffer', async () => {
    const subject = await Subject.receiving('of the old connection');
    await subject.session.refill();
    const [old, oldPeer] = [subject.near, subject.peer];
    subject.attach();
    await settled();
    expect(old.destroyed).toBe(true);
    expect(subject.session.buffered()).toBe(0);
    oldPeer.write('too late');
    await subject.send('new');
    expect(await text(subject.session.read(100))).toBe('new');
  });

  it('attaching a socket starts from the bytes that the caller has read already', async () => {
    const subject = await Subject.receiving('old');
    await subject.session.refill();
    const head = Buffer.from('head ');
    subject.attach(head);
    head.fill('x');
    await subject.send('tail');
    expect(subject.session.buffered()).toBe(5);
    expect(await text(subject.session.read(100))).toBe('head ');
    expect(await text(subject.session.read(100))).toBe('tail');
  });

  it('attaching a socket rejects the reads that waited for the old socket', async () => {
    const subject = await Subject.in('connected.open');
    const waiting = rejection(subject.session.read(1));
    subject.attach();
    expect(await waiting).toBeInstanceOf(AbortedError);
    expect(subject.session.state).toBe('connected.open');
  });

  it.each(['errored.recoverable.open', 'errored.fatal', 'closed', 'detached'])(
    'attaching a socket forgets the exception in %s',
    async (state) => {
      const subject = await Subject.in(state);
      subject.attach();
      expect(subject.session.networkException()).toBeNull();
      await subject.send('x');
      expect(await text(subject.session.read(1))).toBe('x');
    },
  );

  it('attaching a socket cancels the connector, and connect() rejects', async () => {
    const { session, clock } = new Subject();
    const connecting = rejection(session.connect(NOWHERE));
    session.attachSocket(quietPair({ clock }).server);
    expect(await connecting).toBeInstanceOf(AbortedError);
    await settled();
    expect(session.state).toBe('connected.open');
  });

  it.each([null, {}, 'socket'])(
    'attaching a socket refuses %j with a TypeError and changes nothing',
    (socket) => {
      const { session } = new Subject();
      expect(() => {
        session.attachSocket(socket as never);
      }).toThrow(TypeError);
      expect(session.state).toBe('unconnected.idle');
    },
  );

  it('attaching a socket notices that the socket was at its end already', async () => {
    const subject = new Subject();
    const { client, server } = quietPair();
    client.end();
    server.destroy();
    await settled();
    subject.session.attachSocket(server);
    await settled();
    expect(subject.session.state).toBe('closed');
  });
});

describe('a connection in the making', () => {
  it.each([
    ['close()', AbortedError],
    ['abort()', AbortedError],
    ['dispose()', AbortedError],
    ['setException()', HTTPSessionError],
  ])('connecting is cancelled by %s, and connect() rejects', async (call, family) => {
    const { session } = await Subject.in('unconnected.idle');
    const connecting = rejection(session.connect(NOWHERE));
    if (call === 'close()') session.close();
    if (call === 'abort()') session.abort();
    if (call === 'dispose()') session.dispose();
    if (call === 'setException()') session.setException(EXCEPTION);
    const state = session.state;
    const error = await connecting;
    expect(error).toBeInstanceOf(family);
    if (call === 'setException()') expect(error).toBe(EXCEPTION);
    else expect(error.testimony?.endedBy).toBe('local');
    await settled();
    expect([session.state, session.socket()]).toEqual([state, null]);
  });

  it('connecting fails with the cause, which is stored', async () => {
    const { session } = new Subject();
    const error = await rejection(session.connect(NOWHERE));
    expect(error).toBeInstanceOf(NetworkError);
    expect(error).toMatchObject({ code: 'ERR_HTTP_SESSION_CONNECT', cause: { code: 'ENOENT' } });
    expect(error.message).toContain(NOWHERE.path);
    expect([session.state, session.networkException()]).toEqual(['errored.fatal', error]);
  });

  it('connecting is given up after the connect timeout, the TLS handshake included', () =>
    withServer(async ({ target, accepted }) => {
      const clock = new VirtualClock();
      const session = new HTTPSClientSession('127.0.0.1', target.port, { clock });
      const connecting = rejection(session.connect({ host: '127.0.0.1', port: target.port }));
      const silent = await accepted();
      await clock.advance(TIMEOUTS.connectTimeout.value - 1);
      expect(session.state).toBe('unconnected.connecting');
      await clock.advance(21);
      const error = await connecting;
      expect(error).toBeInstanceOf(TimeoutError);
      expect(error).toMatchObject({ timer: 'connect', timeout: 30_000, testimony: { endedBy: 'timeout' } });
      expect(session.state).toBe('errored.fatal');
      silent.resume();
      await once(silent, 'end');
    }));

  it('connecting leads to an open session without an exception', () =>
    withServer(async ({ target, accepted }) => {
      const session = new HTTPClientSession();
      await rejection(session.connect(NOWHERE));
      await session.connect({ host: '127.0.0.1', port: target.port });
      expect([session.state, session.networkException()]).toEqual(['connected.open', null]);
      expect((session.socket() as Socket).remotePort).toBe(target.port);
      (await accepted()).end('welcome');
      expect(await text(session.read(7))).toBe('welcome');
      session.abort();
    }));

  it.each([
    ['no host', { host: '', port: 80 }, TypeError],
    ['a host with a path', { host: 'a/b', port: 80 }, TypeError],
    ['port 0', { host: 'localhost', port: 0 }, RangeError],
    ['port 65536', { host: 'localhost', port: 65_536 }, RangeError],
    ['a port that is text', { host: 'localhost', port: '80' as never }, TypeError],
    ['no port', 'localhost', TypeError],
    ['another scheme', 'ftp://localhost/', TypeError],
    ['https: on a plain session', 'https://localhost/', TypeError],
    ['an empty path', { path: '' }, TypeError],
    ['NUL in a path', { path: '/tmp/\0' }, TypeError],
  ])('connecting is refused for %s before anything happens', async (_, address, family) => {
    const { session } = new Subject();
    expect(await rejection(session.connect(address))).toBeInstanceOf(family);
    expect([session.state, session.history.length]).toEqual(['unconnected.idle', 0]);
  });
});

describe('a stored exception', () => {
  it('a stored exception leaves what is buffered readable and rejects whatever needs the socket', async () => {
    const { session } = await Subject.receiving('abcdef');
    expect(await session.peek()).toBe(97);
    session.setException(EXCEPTION);
    expect(session.connected()).toBe(false);
    expect(await text(session.read(2))).toBe('ab');
    expect(await rejection(session.receive(1))).toBe(EXCEPTION);
    expect(await rejection(session.refill())).toBe(EXCEPTION);
    expect(await rejection(session.write('x'))).toBe(EXCEPTION);
    expect(session.drainBuffer().toString()).toBe('cdef');
    expect(await rejection(session.get())).toBe(EXCEPTION);
    expect(await rejection(session.peek())).toBe(EXCEPTION);
    expect(await rejection(session.read(1))).toBe(EXCEPTION);
    expect(await rejection(session.readInto(Buffer.alloc(1)))).toBe(EXCEPTION);
  });

  it('a stored exception rejects the operations that are waiting', async () => {
    const subject = new Subject().attach(undefined, 4);
    subject.near.stall();
    const waiting = [subject.session.read(1), subject.session.write('more than fits')].map(rejection);
    subject.session.setException(EXCEPTION);
    expect(await Promise.all(waiting)).toEqual([EXCEPTION, EXCEPTION]);
    expect([subject.armedDeadlines, subject.session.core.armedTimer]).toEqual([1, 'keepAlive']);
    expect(Object.keys(subject.session.core.timersLeft())).toEqual(['keepAlive']);
  });

  it('a stored exception loses no byte that arrives meanwhile', async () => {
    const subject = await Subject.receiving('before ');
    subject.session.setException(EXCEPTION);
    await subject.send('meanwhile');
    subject.session.clearException();
    expect(await text(subject.session.read(100))).toBe('before meanwhile');
    expect(await subject.session.write('on')).toBe(2);
  });

  it('a stored exception wraps an error that is not of this package', async () => {
    const { session } = await Subject.in('connected.open');
    const cause = new Error('mine');
    session.setException(cause);
    expect(session.networkException()).toMatchObject({ code: 'ERR_HTTP_SESSION', message: 'mine', cause });
    expect(session.networkException()?.testimony?.state).toBe('connected.open');
  });

  it.each(['connected.open', 'errored.recoverable.open', 'errored.fatal'])(
    'a stored exception set in %s is kept by close(), abort() and dispose()',
    async (state) => {
      for (const end of ['close', 'abort', 'dispose'] as const) {
        const { session } = await Subject.in(state);
        session.setException(EXCEPTION);
        session[end]();
        expect([session.state, session.networkException()]).toEqual(['closed', EXCEPTION]);
      }
    },
  );

  it('a stored exception does not end the lingering of a session', async () => {
    const { session, clock } = await Subject.in('errored.recoverable.lingering');
    await clock.advance(TIMEOUTS.lingerTimeout.value + 20);
    expect(session.state).toBe('closed');
  });

  it('a stored exception is gone after a new connection began', async () => {
    const { session } = await Subject.in('errored.fatal');
    const first = session.networkException();
    const second = await rejection(session.connect(NOWHERE));
    expect(session.networkException()).toBe(second);
    expect(second).not.toBe(first);
  });
});

describe('the end', () => {
  it.each(Object.keys(WAYS))('dispose() in %s is idempotent and leaves nothing behind', async (state) => {
    const subject = await Subject.in(state);
    const { session, near } = subject;
    session.dispose();
    session.dispose();
    await settled();
    expect([session.state, session.socket(), subject.armedDeadlines]).toEqual(['closed', null, 0]);
    if (near !== undefined && state !== 'detached') expect(near.destroyed).toBe(true);
    expect(session.actor.getSnapshot().status).toBe('done');
  });

  it('`await using` closes in order: what was written still arrives', async () => {
    const subject = new Subject().attach();
    {
      await using session = subject.session;
      await session.write('last words');
    }
    expect(subject.session.state).toBe('closed');
    await settled();
    expect(subject.received()).toBe('last words');
    expect(await rejection(subject.session.connect(NOWHERE))).toBeInstanceOf(InvalidStateError);
  });

  it('the end of a session leaves an actor in a system of the user alone', async () => {
    const parent = createActor(createMachine({})).start();
    const subject = await Subject.in('connected.open', {
      engine: (machine) => createActor(machine, { parent }).start(),
    });
    subject.session.dispose();
    await settled();
    expect([subject.session.state, subject.near.destroyed]).toEqual(['closed', true]);
    expect(subject.session.actor.getSnapshot().status).toBe('active');
    expect(() => {
      subject.session.attachSocket(quietPair().server);
    }).toThrow('disposed');
  });

  it('abort() rejects at once what is waiting', async () => {
    const subject = new Subject().attach(undefined, 4);
    subject.near.stall();
    const waiting = [
      subject.session.get(),
      subject.session.receive(1),
      subject.session.write('more than fits'),
    ];
    const errors = waiting.map(rejection);
    subject.session.abort();
    for (const error of await Promise.all(errors)) {
      expect(error).toBeInstanceOf(AbortedError);
      expect(error.testimony).toMatchObject({ state: 'connected.open', endedBy: 'local' });
    }
  });

  it('received bytes stay readable after the peer has closed', async () => {
    const subject = await Subject.receiving('all of it');
    subject.peer.end();
    subject.session.close();
    expect(await text(subject.session.read(100))).toBe('all of it');
  });

  it('a session is refused reading after its own close(), and reads the end after its peer left', async () => {
    const closed = await Subject.in('closed');
    expect(await rejection(closed.session.read(1))).toMatchObject({ call: 'read()', state: 'closed' });
    const left = await Subject.in('connected.halfClosed');
    left.near.destroy();
    await settled();
    expect([left.session.state, await left.session.get()]).toEqual(['closed', -1]);
    left.session.attachSocket(quietPair().server);
    expect(await isPending(left.session.get().catch(() => undefined))).toBe(true);
    left.session.abort();
  });

  it('the end of the peer is not the end of a stream that was detached before', async () => {
    const { session } = await Subject.in('connected.halfClosed');
    session.detachSocket();
    expect(await rejection(session.read(1))).toMatchObject({ call: 'read()', state: 'detached' });
  });

  it('the end by abort() is local, even after the peer has finished sending', async () => {
    const { session, near } = await Subject.in('connected.halfClosed');
    near.stall();
    const writing = rejection(session.write(Buffer.alloc(200_000)));
    session.abort();
    expect((await writing).testimony).toMatchObject({ endedBy: 'local', state: 'connected.halfClosed' });
  });

  it('the end of a session stops the stock interpreter', async () => {
    const { session } = await Subject.in('connected.open', STOCK.options);
    session.dispose();
    expect(session.actor.getSnapshot().status).toBe('stopped');
  });

  it('the end of a session, then of the signal of a request, is harmless', async () => {
    const session = new HTTPClientSession('localhost', 9);
    const controller = new AbortController();
    const requesting = rejection(session.request({ signal: controller.signal }));
    session.dispose();
    controller.abort();
    expect(await requesting).toBeInstanceOf(AbortedError);
  });

  it.each(['unconnected.idle', 'unconnected.connecting', 'detached'])(
    'reading and writing are refused in %s',
    async (state) => {
      const { session } = await Subject.in(state);
      for (const operation of ['get', 'peek', 'refill'] as const) {
        expect(await rejection(session[operation]())).toMatchObject({ call: `${operation}()`, state });
      }
      expect(await rejection(session.receive(1))).toBeInstanceOf(InvalidStateError);
      expect(await rejection(session.write('x'))).toMatchObject({ call: 'write()', state });
      session.dispose();
    },
  );
});
