import { fork, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { PassThrough } from 'node:stream';
import { setImmediate as nextLoopTurn } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { receiveSocket, sendSocket } from '../../../src/adapters/node/index.js';
import { HTTPServer } from '../../../src/server/index.js';
import { HTTPServerSession } from '../../../src/session/index.js';
import { createMemoryPair } from '../../../src/transport/index.js';
import { buildPackage, type BuiltPackage } from '../../support/cli/build.js';
import { get } from '../../support/http/served.js';
import { sized } from '../../support/thoroughness.js';
import { rejection } from '../../support/transport/promises.js';
import { readAll, withServer } from '../../support/transport/sockets.js';

let built: BuiltPackage;
let program: string;
let child: ChildProcess;

beforeAll(() => {
  built = buildPackage();
  program = built.copyOf('test/adapters/node/programs/taker.mjs');
  child = fork(program);
}, 60_000);
afterAll(async () => {
  child.disconnect();
  await once(child, 'exit');
  built.remove();
});

/** What the other process answers when these bytes have come to it. */
function answerTo(bytes: Buffer): string {
  return `${String(bytes.length)} ${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Sends bytes in pieces, over as many turns of the loop, and resolves with what came back. */
async function talk(client: net.Socket, bytes: Buffer, pieces: number): Promise<string> {
  const answer = readAll(client);
  const length = Math.ceil(bytes.length / pieces);
  for (let at = 0; at < bytes.length; at += length) {
    client.write(bytes.subarray(at, at + length));
    await nextLoopTurn();
  }
  client.end();
  return (await answer).toString();
}

/** Reads a little of a connection, and hands it over in the middle of its traffic. */
async function passOn(near: net.Socket, number: number): Promise<void> {
  const session = new HTTPServerSession(near);
  await session.read(10);
  if (number % 3 === 1) await session.refill();
  for (let turn = 0; turn < number % 7; turn++) await nextLoopTurn();
  const detached = session.detachSocket();
  // Some owners do something else first, and the stream reads ahead meanwhile.
  for (let turn = 0; turn < number % 4; turn++) await nextLoopTurn();
  await sendSocket(child, detached, { from: `${String(number)}: ` });
}

/** Hand-overs one after another, over a listener of their own. */
async function handOvers(line: number, rounds: number): Promise<{ answer: string; expected: string }[]> {
  const outcomes: { answer: string; expected: string }[] = [];
  await withServer(async ({ target, accepted }) => {
    for (let round = 0; round < rounds; round++) {
      const number = line * rounds + round;
      const bytes = randomBytes(2_000 + ((number * 7_919) % 150_000));
      const client = net.connect({ ...target, allowHalfOpen: true });
      const near = accepted();
      const [answer] = await Promise.all([
        talk(client, bytes, 1 + (number % 40)),
        near.then((socket) => passOn(socket, number)),
      ]);
      outcomes.push({ answer, expected: `${String(number)}: ${answerTo(bytes.subarray(10))}` });
    }
  });
  return outcomes;
}

describe('sendSocket()', () => {
  it('sendSocket() loses no byte in a thousand hand-overs under traffic', async () => {
    const atOnce = 20;
    const rounds = sized(50, 4);
    const lines = Array.from({ length: atOnce }, (_, line) => handOvers(line, rounds));
    const outcomes = (await Promise.all(lines)).flat();
    expect(outcomes).toHaveLength(atOnce * rounds);
    expect(outcomes.filter(({ answer, expected }) => answer !== expected)).toEqual([]);
  }, 120_000);

  it('sendSocket() passes what was written before, and the head of an upgrade', async () => {
    const server = new HTTPServer(async (_request, response) => {
      const upgraded = response.upgrade();
      upgraded.socket.write('written by the parent, ');
      await sendSocket(child, upgraded);
    });
    const { port } = (await server.listen({ port: 0, host: '127.0.0.1' })) as { port: number };
    const client = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    client.end(`${get('/', 'Connection: Upgrade\r\nUpgrade: x\r\n')}early`);
    expect((await readAll(client)).toString()).toBe(
      `written by the parent, ${answerTo(Buffer.from('early'))}`,
    );
    await server.stop();
  });

  it('sendSocket() leaves nothing behind that a drain would wait for', async () => {
    let isPassed: () => void = () => undefined;
    const passed = new Promise<void>((resolve) => (isPassed = resolve));
    const server = new HTTPServer(async (_request, response) => {
      await sendSocket(child, response.upgrade());
      isPassed();
    });
    const { port } = (await server.listen({ port: 0, host: '127.0.0.1' })) as { port: number };
    const client = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    client.write(get('/', 'Connection: Upgrade\r\nUpgrade: x\r\n'));
    await passed;
    expect(await server.drain({ deadline: 60_000 })).toMatchObject({ aborted: 0 });
    client.end('after the drain');
    expect((await readAll(client)).toString()).toBe(answerTo(Buffer.from('after the drain')));
  });

  it('sendSocket() rejects when the connection was lost meanwhile, and the other process hears nothing', () =>
    withServer(async ({ target, accepted }) => {
      const client = net.connect(target);
      const detached = new HTTPServerSession(await accepted()).detachSocket();
      detached.socket.destroy();
      expect(await rejection(sendSocket(child, detached))).toMatchObject({ name: 'NetworkError' });
      client.destroy();
    }));

  it('a sendSocket() that is not awaited ends no process when the connection is lost', () =>
    withServer(async ({ target, accepted }) => {
      const unhandled: unknown[] = [];
      const note = (error: unknown): void => {
        unhandled.push(error);
      };
      process.on('unhandledRejection', note);
      const client = net.connect(target);
      const detached = new HTTPServerSession(await accepted()).detachSocket();
      detached.socket.destroy();
      void sendSocket(child, detached);
      // Node.js looks for unhandled rejections once a turn.
      for (let turn = 0; turn < 5; turn++) await nextLoopTurn();
      process.off('unhandledRejection', note);
      expect(unhandled).toEqual([]);
      client.destroy();
    }));

  it('sendSocket() rejects when the other process has gone', () =>
    withServer(async ({ target, accepted }) => {
      const gone = fork(program);
      const exited = once(gone, 'exit');
      gone.disconnect();
      const client = net.connect(target);
      const detached = new HTTPServerSession(await accepted()).detachSocket();
      expect(await rejection(sendSocket(gone, detached))).toMatchObject({ name: 'NetworkError' });
      expect(detached.socket.destroyed).toBe(true);
      client.destroy();
      // It is still starting, and its file must be there until it has ended.
      await exited;
    }));

  it('sendSocket() passes a connection whose peer has finished sending, and it is answered', () =>
    withServer(async ({ target, accepted }) => {
      const client = net.connect({ ...target, allowHalfOpen: true });
      client.end('all of it');
      const session = new HTTPServerSession(await accepted());
      expect((await session.read(4)).toString()).toBe('all ');
      await session.waitFor('connected.halfClosed');
      const answer = readAll(client);
      await sendSocket(child, session.detachSocket());
      expect((await answer).toString()).toBe(answerTo(Buffer.from('of it')));
    }));

  it('receiveSocket() is null for messages of others', () => {
    for (const message of [undefined, null, 5, 'text', {}, { head: '' }]) {
      expect(receiveSocket(message, undefined)).toBeNull();
    }
  });

  it('sendSocket() refuses what is not a connection of the system, and leaves it as it is', async () => {
    const { server } = createMemoryPair();
    const session = new HTTPServerSession(server);
    const detached = session.detachSocket();
    const text = (given: unknown): Promise<string> =>
      rejection(sendSocket(child, given as never)).then(({ message }) => message);
    expect(await text(detached)).toBe(
      'sendSocket(): only TCP and Unix sockets can be passed on (got a MemorySocket)',
    );
    expect(await text({ socket: new PassThrough(), head: Buffer.alloc(0) })).toContain('(got a PassThrough)');
    expect(await text(server)).toContain('pass what detachSocket() or upgrade() returned');
    expect(await text(undefined)).toContain('(got undefined)');
    expect((await rejection(sendSocket({} as never, detached))).message).toContain(
      'must have an IPC channel',
    );
    expect((await rejection(sendSocket(child, detached, 'x' as never))).message).toContain(
      'must be an object',
    );
    expect(server.destroyed).toBe(false);
  });
});
