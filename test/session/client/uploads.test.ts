import { once } from 'node:events';
import net from 'node:net';

import { describe, expect, it } from '@jest/globals';

import { LIMITS } from '../../../src/constants.js';
import { AbortedError, type HTTPSessionError } from '../../../src/errors/index.js';
import { HTTPClientSession } from '../../../src/session/index.js';
import { settled } from '../../support/transport/sockets.js';
import { Asking, ok } from '../../support/http/asking.js';
import { Source } from '../../support/http/source.js';
import { isPending, rejection } from '../../support/transport/promises.js';

/** Many pieces that are there at once. */
function pieces(count: number): Uint8Array[] {
  return Array.from({ length: count }, () => Buffer.alloc(10_000));
}

describe('an upload in pieces', () => {
  it('an upload in pieces asks for the next piece only when the one before was taken', async () => {
    const asking = new Asking({}, 16_384);
    const source = new Source();
    void asking.session.request({ method: 'POST', body: source }).catch(() => undefined);
    await settled();
    expect(source.asked).toBe(1);
    // The connection holds some.
    while (source.asked < 10 && !asking.isBlocked) await source.give('x'.repeat(10_000));
    const { asked } = source;
    expect(asked).toBeLessThan(10);
    // The last piece was joined before its turn ended, and only then the connection was full.
    await source.give('x'.repeat(10_000));
    await asking.pass(0);
    expect(source.asked).toBe(asked);
    asking.server.read();
    await asking.pass(0);
    expect(source.asked).toBe(asked + 1);
    asking.session.dispose();
  });

  it('an upload in pieces may take longer than the receive timeout: the server has nothing to say yet', async () => {
    const asking = new Asking({ receiveTimeout: 5_000 });
    const source = new Source();
    const response = asking.session.request({ method: 'POST', body: source });
    await settled();
    for (let at = 0; at < 3; at++) {
      await asking.pass(4_000);
      await source.give('slow');
    }
    await source.end();
    await asking.pass(4_000);
    await asking.answer(ok('thanks'));
    expect(await (await response).text()).toBe('thanks');
  });

  it('an upload in pieces is limited again once the request is complete', async () => {
    const asking = new Asking({ receiveTimeout: 5_000 });
    const source = new Source();
    const failure = rejection(asking.session.request({ method: 'POST', body: source }));
    await settled();
    await asking.pass(60_000);
    await source.end();
    await asking.pass(5_100);
    expect(await failure).toMatchObject({ name: 'TimeoutError', timer: 'receive' });
  });

  it('an upload whose source fails is aborted: the server cannot read it as complete', async () => {
    const asking = new Asking();
    const source = new Source();
    const fault = new Error('the source failed');
    const failure = rejection(asking.session.request({ method: 'POST', body: source }));
    await settled();
    await source.give('half');
    await source.fail(fault);
    expect(await failure).toBe(fault);
    expect(asking.server.wasReset).toBe(true);
    expect(asking.session.connected()).toBe(false);
  });

  it('an upload whose source fails after the response has begun rejects its reads, and the session stores the error', async () => {
    const asking = new Asking();
    const source = new Source();
    const fault = new Error('the source failed');
    const response = asking.session.request({ method: 'POST', body: source });
    await settled();
    await source.give('half');
    await asking.answer('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbegun');
    const failure = rejection((await response).text());
    await source.fail(fault);
    expect(await failure).toMatchObject({
      ...{ name: 'AbortedError', cause: fault },
      testimony: { endedBy: 'local', request: { number: 1, method: 'POST' }, responseBegun: true },
    });
    expect(asking.session.networkException()?.cause).toBe(fault);
    expect(asking.server.wasReset).toBe(true);
  });

  it('an upload in pieces that is longer or shorter than declared fails, and the server cannot take it for complete', async () => {
    for (const piece of ['long', 'a']) {
      const asking = new Asking();
      const source = new Source();
      const failure = rejection(
        asking.session.request({ method: 'POST', headers: { 'Content-Length': '3' }, body: source }),
      );
      await settled();
      await source.give(piece);
      await source.end();
      expect(await failure).toMatchObject({
        name: 'LocalProtocolError',
        code: 'ERR_HTTP_SESSION_BODY_LENGTH',
      });
      expect(asking.server.wasReset).toBe(true);
    }
  });

  it('an upload in pieces may come in pieces of any size, be they larger than all that may be queued', async () => {
    const asking = new Asking();
    const much = LIMITS.maxQueuedOutputBytes.value + 1;
    const response = asking.session.request({
      method: 'POST',
      body: [Buffer.alloc(much), Buffer.alloc(much)],
    });
    await asking.answer(ok('all of it'));
    expect(await (await response).text()).toBe('all of it');
    expect(asking.server.text.length).toBeGreaterThan(2 * much);
  });

  it('an upload in pieces that the server never reads is given up after the send timeout', async () => {
    const asking = new Asking({ sendTimeout: 5_000 }, 16_384);
    const failure = rejection(asking.session.request({ method: 'POST', body: pieces(100) }));
    await settled();
    await asking.pass(5_100);
    expect(await failure).toMatchObject({ name: 'TimeoutError', timer: 'send' });
  });

  it('an upload from a fast source lets the event loop turn, so that an early answer is read', async () => {
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined).resume();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const session = new HTTPClientSession('127.0.0.1', (server.address() as net.AddressInfo).port);
    let turn = 0;
    let isCounting = true;
    const count = (): void => {
      turn++;
      if (isCounting) setImmediate(count);
    };
    const turns = new Set<number>();
    function* source(): Generator<Uint8Array> {
      for (let left = 16; left > 0; left--) {
        turns.add(turn);
        yield Buffer.alloc(65_536);
      }
    }
    count();
    void session.request({ method: 'POST', body: source() }).catch(() => undefined);
    while (turns.size < 4 && turn < 1_000) await settled();
    isCounting = false;
    expect(turns.size).toBeGreaterThanOrEqual(4);
    session.dispose();
    server.close();
  });
});

describe('a final response during the upload', () => {
  it.each([400, 401, 413, 500])(
    'a final response during the upload with the status %s stops it, is delivered whole, and ends the connection',
    async (status) => {
      const asking = new Asking();
      const source = new Source();
      const response = asking.session.request({ method: 'POST', body: source });
      await settled();
      await source.give('first');
      const reason = 'x'.repeat(262_144);
      await asking.answer(`HTTP/1.1 ${String(status)} No\r\nContent-Length: 262144\r\n\r\n${reason}`);
      const refusal = await response;
      asking.server.take();
      await source.give('second');
      expect(asking.server.text).toBe('');
      expect(source.isLeft).toBe(true);
      expect(refusal.status).toBe(status);
      expect(await refusal.text()).toBe(reason);
      expect(asking.session.state).toBe('closed');
      const next = asking.session.request();
      await asking.answer(ok('next'));
      expect(await (await next).text()).toBe('next');
      expect(asking.connections).toHaveLength(2);
    },
  );

  it('a final response during the upload below 400 lets the upload continue: the connection is kept alive when both are complete', async () => {
    const asking = new Asking();
    const source = new Source();
    const response = asking.session.request({ method: 'POST', body: source });
    await settled();
    await source.give('first');
    await asking.answer(ok('early'));
    expect(await (await response).text()).toBe('early');
    await source.give('second');
    await source.end();
    expect(asking.server.text).toContain('6\r\nsecond\r\n0\r\n\r\n');
    expect(asking.session.exchangeState).toBe('idle.reused');
  });

  it('a final response during the upload reaches a client whose output is blocked', async () => {
    const asking = new Asking({}, 16_384);
    const response = asking.session.request({ method: 'POST', body: pieces(100) });
    await settled();
    expect(asking.isBlocked).toBe(true);
    expect(await isPending(response)).toBe(true);
    asking.server.socket.write(
      'HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig',
    );
    await asking.pass(0);
    expect(await (await response).text()).toBe('big');
    expect(asking.session.state).toBe('closed');
  });

  it('a final response during the upload reaches a client also when the server resets after it', async () => {
    const asking = new Asking();
    const source = new Source();
    const response = asking.session.request({ method: 'POST', body: source });
    await settled();
    await source.give('first');
    await asking.answer(
      'HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig',
    );
    expect(await (await response).text()).toBe('big');
    await asking.server.reset();
    expect(asking.session.networkException()).toBeNull();
  });
});

describe('an AbortSignal', () => {
  const reason = new Error('enough');

  it('an AbortSignal that is aborted already refuses the request before any byte leaves', async () => {
    for (const asking of [new Asking(), await Asking.reused()]) {
      const before = asking.connections.length;
      const error = await rejection(asking.session.request({ signal: AbortSignal.abort(reason) }));
      expect(error).toBeInstanceOf(AbortedError);
      expect(error.cause).toBe(reason);
      expect(asking.writes).toEqual([]);
      expect(asking.connections).toHaveLength(before);
    }
  });

  it('an AbortSignal aborts while the response is awaited: the connection is reset, nothing is retried', async () => {
    for (const begin of [() => Promise.resolve(new Asking()), () => Asking.reused()]) {
      const asking = await begin();
      const controller = new AbortController();
      const failure = rejection(asking.session.request({ signal: controller.signal }));
      await settled();
      controller.abort(reason);
      const error: HTTPSessionError = await failure;
      expect(error).toBeInstanceOf(AbortedError);
      expect(error).toMatchObject({
        cause: reason,
        testimony: { endedBy: 'local', replay: 'unknown', headSent: true },
      });
      await settled();
      expect(asking.server.wasReset).toBe(true);
      expect(asking.connections).toHaveLength(1);
      expect(asking.session.state).toBe('closed');
      expect(asking.session.networkException()).toBeNull();
      const next = asking.session.request();
      await asking.answer(ok('next'));
      expect(await (await next).text()).toBe('next');
    }
  });

  it('an AbortSignal aborts before the request was sent: it never is', async () => {
    const asking = await Asking.reused();
    const controller = new AbortController();
    // POST looks first whether the server has left meanwhile.
    const failure = rejection(asking.session.request({ method: 'POST', signal: controller.signal }));
    controller.abort(reason);
    expect(await failure).toBeInstanceOf(AbortedError);
    await settled();
    expect(asking.writes).toEqual([]);
    expect(asking.connections).toHaveLength(1);
  });

  it('an AbortSignal aborts while the body of the response before is thrown away: the request is never sent', async () => {
    const asking = new Asking();
    const first = asking.session.request();
    await asking.answer('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n');
    await first;
    const controller = new AbortController();
    const failure = rejection(asking.session.request({ path: '/never', signal: controller.signal }));
    await settled();
    controller.abort(reason);
    expect(await failure).toBeInstanceOf(AbortedError);
    await settled();
    expect(asking.connections).toHaveLength(1);
    expect(asking.writes.join('')).not.toContain('/never');
  });

  it('an AbortSignal aborts an upload', async () => {
    const asking = new Asking();
    const source = new Source();
    const controller = new AbortController();
    const failure = rejection(
      asking.session.request({ method: 'POST', body: source, signal: controller.signal }),
    );
    await settled();
    await source.give('first');
    controller.abort(reason);
    expect(await failure).toBeInstanceOf(AbortedError);
    await source.give('second');
    expect(source.isLeft).toBe(true);
    expect(asking.server.wasReset).toBe(true);
  });

  it('an AbortSignal has no listener left once the request is settled', async () => {
    const asking = new Asking();
    const controller = new AbortController();
    const { signal } = controller;
    const added: unknown[] = [];
    const removed: unknown[] = [];
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: unknown[]) => {
      added.push(args[1]);
      addEventListener.apply(signal, args as never);
    };
    signal.removeEventListener = (...args: unknown[]) => {
      removed.push(args[1]);
      removeEventListener.apply(signal, args as never);
    };
    const response = asking.session.request({ signal });
    await asking.answer(ok('done'));
    await (await response).text();
    expect(added).toHaveLength(1);
    expect(removed).toEqual(added);
    controller.abort();
    expect(asking.session.state).toBe('connected.open');
  });
});

describe('the source of a request whose connection was lost', () => {
  it.each(['gives one more piece', 'fails'] as const)(
    'the source of a lost request harms no other request on a new connection when it %s',
    async (what) => {
      const received: string[] = [];
      const sockets: net.Socket[] = [];
      const server = net.createServer((socket) => {
        const index = sockets.push(socket) - 1;
        socket.on('error', () => undefined).setEncoding('latin1');
        socket.on('data', (piece: string) => {
          received[index] = `${received[index] ?? ''}${piece}`;
          if (index === 1 && piece.endsWith('0\r\n\r\n'))
            socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
        });
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const session = new HTTPClientSession('127.0.0.1', (server.address() as net.AddressInfo).port);
      const [old, fresh] = [new Source(), new Source()];
      const lost = rejection(session.request({ method: 'POST', body: old }));
      while (old.asked === 0) await settled();
      await old.give('old');
      while (old.asked < 2 || received[0]?.includes('old') !== true) await settled();
      sockets[0]?.resetAndDestroy();
      await lost;
      const answer = session.request({ method: 'POST', body: fresh });
      while (fresh.asked === 0) await settled();
      await fresh.give('fresh');
      if (what === 'fails') await old.fail(new Error('too late'));
      else await old.give('strayed');
      await fresh.end();
      expect((await answer).status).toBe(200);
      expect(received[1]).toContain('5\r\nfresh\r\n0\r\n\r\n');
      expect(received[1]).not.toContain('strayed');
      session.dispose();
      server.close();
    },
  );
});
