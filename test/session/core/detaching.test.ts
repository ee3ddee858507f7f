import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { AbortedError, InvalidStateError } from '../../../src/errors/index.js';
import {
  HTTPClientSession,
  HTTPSClientSession,
  HTTPServerSession,
  type HTTPSession,
} from '../../../src/session/index.js';
import { certificate, countingBytes, readAll, settled, withServer } from '../../support/transport/sockets.js';
import { quietPair, rejection, Subject, text } from '../../support/session/subject.js';

/** What is done with a session before its socket is detached. */
type Step = readonly ['read' | 'receive', number] | readonly ['refill' | 'wait', 0];

const steps = fc.array(
  fc.oneof(
    fc.tuple(fc.constantFrom('read' as const, 'receive' as const), fc.integer({ min: 1, max: 2_000 })),
    fc.tuple(fc.constantFrom('refill' as const, 'wait' as const), fc.constant(0 as const)),
  ),
  { maxLength: 6 },
);

/** Consumes along the steps; `receive` only while nothing is buffered, as it overtakes the buffer. */
async function consume(session: HTTPSession, way: readonly Step[]): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (const [step, length] of way) {
    if (step === 'read') pieces.push(await session.read(length));
    else if (step === 'receive' && session.buffered() === 0) pieces.push(await session.receive(length));
    else if (step === 'refill') await session.refill();
    else await settled();
  }
  return Buffer.concat(pieces);
}

/** Consumed, handed over, and still to come: together they must be what was sent. */
async function expectConserved(session: HTTPSession, way: readonly Step[], sent: Buffer): Promise<void> {
  const consumed = await consume(session, way);
  const { socket, head } = session.detachSocket();
  expect([session.state, session.socket(), session.buffered()]).toEqual(['detached', null, 0]);
  const rest = await readAll(socket);
  expect(Buffer.concat([consumed, head, rest]).equals(sent)).toBe(true);
  socket.destroy();
}

/*
 * Streams without a single byte are among them: a connection whose peer has finished sending at once is one, too.
 */
describe('detachSocket() loses, doubles and swaps no byte', () => {
  it('detachSocket() loses no byte in memory, at any instant of any stream', () =>
    fc.assert(
      fc.asyncProperty(
        steps,
        fc.integer({ min: 0, max: 3_000 }),
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (way, length, cuts, endsFirst) => {
          const subject = new Subject().attach(undefined, 1_024);
          const sent = countingBytes(length * 4);
          subject.peer.segment(cuts).end(sent);
          if (endsFirst) await settled();
          await expectConserved(subject.session, way, sent);
        },
      ),
      { numRuns: 80 },
    ));

  it('detachSocket() loses no byte on TCP, as client and as server', () =>
    withServer(async ({ target, accepted }) => {
      await fc.assert(
        fc.asyncProperty(
          steps,
          fc.integer({ min: 0, max: 60_000 }),
          fc.boolean(),
          async (way, length, isClient) => {
            const sent = countingBytes(length * 4);
            const client = new HTTPClientSession();
            await client.connect({ host: '127.0.0.1', port: target.port });
            const far = await accepted();
            if (isClient) {
              far.end(sent);
              await expectConserved(client, way, sent);
              far.destroy();
            } else {
              const { socket } = client.detachSocket();
              socket.end(sent);
              await expectConserved(new HTTPServerSession(far), way, sent);
              socket.destroy();
            }
          },
        ),
        { numRuns: 25 },
      );
    }));

  it('detachSocket() loses no byte on TLS', () =>
    withServer(
      async ({ target, accepted }) => {
        await fc.assert(
          fc.asyncProperty(steps, fc.integer({ min: 0, max: 20_000 }), async (way, length) => {
            const sent = countingBytes(length * 4);
            const client = new HTTPSClientSession('', 443, { tls: { rejectUnauthorized: false } });
            await client.connect({ host: '127.0.0.1', port: target.port });
            const far = await accepted();
            far.end(sent);
            await expectConserved(client, way, sent);
            far.destroy();
          }),
          { numRuns: 8 },
        );
      },
      { tls: { ...certificate } },
    ));
});

describe('detachSocket() in one step', () => {
  const EVENTS = ['data', 'end', 'close', 'error', 'drain', 'readable', 'newListener', 'timeout'];
  const listeners = (socket: Duplex): number[] => EVENTS.map((event) => socket.listenerCount(event));

  it('detachSocket() takes our listeners, timers and back-pressure marks with it', async () => {
    const { server, client } = quietPair({ highWaterMark: 8 });
    const before = listeners(server);
    const subject = new Subject();
    subject.session.attachSocket(server);
    server.stall();
    const waiting = [subject.session.read(1), subject.session.write('more than fits')].map(rejection);
    const { socket } = subject.session.detachSocket();
    expect(socket).toBe(server);
    for (const error of await Promise.all(waiting)) {
      expect(error).toBeInstanceOf(AbortedError);
      expect(error.message).toContain('detached');
    }
    // What is kept for the new owner stays until he listens himself.
    server.on('error', () => undefined).on('end', () => undefined);
    const his = new Set(['end']);
    expect(listeners(server)).toEqual(
      before.map((count, at) => {
        const event = EVENTS[at] ?? '';
        return event === 'newListener' ? 0 : count + (his.has(event) ? 1 : 0);
      }),
    );
    expect([subject.armedDeadlines, server.readableFlowing]).toEqual([0, null]);
    client.write('to the new owner');
    server.on('data', (chunk) => subject.session.attachSessionData(chunk));
    server.unstall();
    await settled();
    expect(String(subject.session.sessionData())).toBe('to the new owner');
  });

  it('detachSocket() returns unread bytes to the socket, before those to come', async () => {
    const subject = await Subject.receiving('buffered|');
    await subject.session.refill();
    await subject.send('arrived|');
    const { socket, head } = subject.session.detachSocket();
    expect(head.toString()).toBe('buffered|');
    subject.peer.end('to come');
    expect((await readAll(socket)).toString()).toBe('arrived|to come');
  });

  it('detachSocket() hands over everything in the head when the socket has ended', async () => {
    const subject = await Subject.receiving('ab');
    await subject.session.peek();
    subject.peer.end('cd');
    await settled();
    const { socket, head } = subject.session.detachSocket();
    expect([head.toString(), (await readAll(socket)).toString()].join('')).toBe('abcd');
  });

  it('detachSocket() survives a reset before the new owner listens', async () => {
    const subject = await Subject.in('connected.open');
    const { socket } = subject.session.detachSocket();
    subject.peer.reset();
    await settled();
    expect(socket.errored).toMatchObject({ code: 'ECONNRESET' });
    expect([subject.session.state, subject.session.networkException()]).toEqual(['detached', null]);
  });

  it('detachSocket() survives a reset of the kernel', () =>
    withServer(async ({ target, accepted }) => {
      const client = new HTTPClientSession();
      await client.connect({ host: '127.0.0.1', port: target.port });
      const far = await accepted();
      const { socket } = client.detachSocket();
      far.resetAndDestroy();
      socket.resume();
      // events.once() would listen for `error`, and so be the new owner.
      await new Promise((resolve) => socket.on('close', resolve));
      expect(socket.errored).toMatchObject({ code: 'ECONNRESET' });
      expect(client.state).toBe('detached');
    }));

  it('detachSocket() is what attachSocket() reverts, with the head', async () => {
    const subject = await Subject.receiving('one two three');
    expect(await text(subject.session.read(4))).toBe('one ');
    const { socket, head } = subject.session.detachSocket();
    const heir = new HTTPServerSession();
    heir.attachSocket(socket, head);
    await subject.send(' four');
    expect(await text(heir.read(9))).toBe('two three');
    expect(await text(heir.read(100))).toBe(' four');
    await heir.write('thanks');
    await settled();
    expect(subject.received()).toBe('thanks');
    heir.abort();
    expect(subject.session.state).toBe('detached');
  });

  it('detachSocket() keeps later errors of the socket away from the session', async () => {
    const subject = await Subject.in('detached');
    subject.near.on('error', () => undefined);
    subject.peer.reset();
    await settled();
    expect(subject.session.state).toBe('detached');
    subject.session.close();
    expect(subject.session.state).toBe('closed');
  });

  it('detachSocket() cannot be done from within a transition, and says so without doing it', async () => {
    const subject = await Subject.in('connected.open');
    const outcomes: unknown[] = [];
    subject.session.actor.subscribe(() => {
      try {
        outcomes.push(subject.session.detachSocket());
      } catch (error) {
        outcomes.push(error);
      }
    });
    subject.session.setException(new Error('any'));
    expect(outcomes).toHaveLength(1);
    expect(outcomes[0]).toBeInstanceOf(InvalidStateError);
    expect(outcomes[0]).toMatchObject({
      state: 'errored.recoverable.open',
      reason: 'a transition is in progress',
    });
    expect(subject.session.socket()).toBe(subject.near);
  });

  it('detachSocket() can be done by a listener of the session', async () => {
    const subject = await Subject.receiving('unread');
    let detached: { socket: Duplex } | null = null;
    subject.session.on('errored', () => {
      detached = subject.session.detachSocket();
    });
    subject.session.setException(new Error('any'));
    expect(subject.session.state).toBe('detached');
    expect((detached as unknown as { socket: Socket }).socket).toBe(subject.near);
  });
});
