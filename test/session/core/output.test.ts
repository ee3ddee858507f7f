import { describe, expect, it } from '@jest/globals';

import { LIMITS } from '../../../src/constants.js';
import { AbortedError } from '../../../src/errors/index.js';
import type { OutputBudget } from '../../../src/session/core/output-budget.js';
import type { SessionCore } from '../../../src/session/core/session-core.js';
import { createMemoryPair } from '../../../src/transport/index.js';
import { rejection, Subject } from '../../support/session/subject.js';

const BOUND = LIMITS.maxPendingOutputBytes.value;

/** A connected session, and each write to its socket by its length. */
async function connected(highWaterMark?: number): Promise<{ core: SessionCore; writes: number[] } & Subject> {
  const subject = await Subject.in('unconnected.idle');
  subject.attach(undefined, highWaterMark);
  const writes: number[] = [];
  const write = subject.near.write.bind(subject.near) as (...args: unknown[]) => boolean;
  subject.near.write = (data: string | Uint8Array, ...rest: unknown[]) => {
    writes.push(data.length);
    return write(data, ...rest);
  };
  return Object.assign(subject, { core: subject.session.core, writes });
}

describe('output that is joined', () => {
  it('output that is joined leaves in one write when all of it is there', async () => {
    const { core, writes } = await connected();
    core.beginJoining();
    core.writeText('one');
    core.writeText('two');
    expect(writes).toEqual([]);
    core.endJoining();
    expect(writes).toEqual([6]);
  });

  it('output that is joined leaves before its end when it has reached the bound', async () => {
    const { core, writes } = await connected(4 * BOUND);
    core.beginJoining();
    core.writeText('x'.repeat(BOUND - 1));
    expect(writes).toEqual([]);
    core.writeText('y');
    expect(writes).toEqual([BOUND]);
    core.writeText('z');
    expect(writes).toEqual([BOUND]);
    core.endJoining();
    expect(writes).toEqual([BOUND, 1]);
  });

  it('output that is joined leaves before its end when it fills the socket, and when that is full', async () => {
    const { core, writes } = await connected(10);
    expect(core.joinText('x'.repeat(9))).toBe(true);
    expect(writes).toEqual([]);
    expect(core.joinText('y')).toBe(false);
    expect([writes, core.isBlocked]).toEqual([[10], true]);
    expect(core.joinText('z')).toBe(false);
    expect([writes, core.queuedOutput]).toEqual([[10, 1], 11]);
  });

  it('output that is joined leaves at the end of the turn, ticks and microtasks included', async () => {
    const { core, writes } = await connected();
    core.joinText('one');
    core.leaveWithTurn();
    await new Promise(process.nextTick);
    await Promise.resolve();
    core.joinPiece('(', Buffer.from('two'), ')');
    core.leaveWithTurn();
    expect(writes).toEqual([]);
    await new Promise(setImmediate);
    expect(writes).toEqual([8]);
    core.joinText('three');
    core.leaveWithTurn();
    await new Promise(setImmediate);
    expect(writes).toEqual([8, 5]);
  });

  it('output of several sessions leaves at the end of one turn, also if the socket of one of them throws', async () => {
    const first = await connected();
    const second = await connected();
    for (const { core } of [first, second]) {
      core.joinText('one');
      core.leaveWithTurn();
    }
    first.near.write = () => {
      throw new Error('broken');
    };
    await new Promise(setImmediate);
    expect(second.writes).toEqual([3]);
    expect(first.session.state).toBe('errored.fatal');
    expect(first.session.networkException()).toMatchObject({ message: 'broken' });
  });

  it('output that is joined never goes to the next socket of its session', async () => {
    const { core, session, peer, writes } = await connected();
    core.joinText('old');
    core.leaveWithTurn();
    const pair = createMemoryPair();
    session.attachSocket(pair.client);
    await new Promise(setImmediate);
    expect(writes).toEqual([3]);
    expect(String(peer.read())).toBe('old');
    expect(pair.server.read()).toBeNull();
  });

  it('output that is joined leaves with a large piece at once, in one write of the system', async () => {
    const { core, near } = await connected(1 << 20);
    const parts: number[] = [];
    near._writev = (chunks, done) => {
      parts.push(...chunks.map(({ chunk }) => (chunk as Buffer).length));
      done();
    };
    core.joinText('head');
    core.joinPiece('(', Buffer.alloc(100_000), ')');
    expect(parts).toEqual([5, 100_000, 1]);
  });

  it('output that is joined is not taken by the peer yet', async () => {
    const { core, peer } = await connected();
    core.writeText('sent');
    peer.read();
    core.beginJoining();
    core.writeText('kept');
    expect(core.takenOutput).toBe(4);
    core.endJoining();
    expect(core.takenOutput).toBe(8);
  });
});

describe('output of a session without a socket', () => {
  const { core } = new Subject().session;

  it('output of a session without a socket blocks no writer and is not counted', () => {
    expect(core.isBlocked).toBe(false);
    expect(core.takenOutput).toBe(0);
    core.queuedOutput = 1;
    core.maxQueuedOutput = 1;
    core.limitQueue();
    core.outputTaken();
    expect([core.queuedOutput, core.state]).toEqual([1, 'unconnected.idle']);
  });

  it('output of a session without a socket cannot be awaited: the wait is refused', async () => {
    expect(await rejection(core.drained())).toMatchObject({
      code: 'ERR_HTTP_SESSION_INVALID_STATE',
      call: 'write()',
      state: 'unconnected.idle',
    });
  });

  it('output of a session without a socket can be given up like any other', () => {
    const error = new AbortedError('too slow');
    core.giveUp(error, 'local');
    expect(error.testimony).toMatchObject({ endedBy: 'local', state: 'unconnected.idle' });
  });
});

describe('output to a socket that fails as it is written to', () => {
  it('output to a socket that fails in the write is refused, and waits for nothing', async () => {
    const subject = await connected();
    const { core, near, session } = subject;
    near.write = () => {
      session.close();
      return false;
    };
    expect(core.writeBytes(Buffer.from('lost'))).toBe(false);
    expect([session.state, core.queuedOutput, subject.armedDeadlines]).toEqual(['closed', 0, 0]);
    expect(await rejection(core.drained())).toMatchObject({ code: 'ERR_HTTP_SESSION_INVALID_STATE' });
  });
});

describe('output that is queued', () => {
  it('output that is queued is too much only beyond the limit', async () => {
    const { core, session } = await connected(16);
    core.maxQueuedOutput = 100;
    core.writeBytes(Buffer.alloc(100));
    core.limitQueue();
    expect([core.queuedOutput, session.state]).toEqual([100, 'connected.open']);
    core.writeBytes(Buffer.alloc(1));
    core.limitQueue();
    expect(session.state).toBe('errored.fatal');
  });

  it('queued output reports only changes to the budget', async () => {
    const { core } = await connected(16);
    const changes: number[] = [];
    const budget: OutputBudget = {
      changed: (_session, difference) => {
        changes.push(difference);
      },
    };
    core.outputBudget = budget;
    core.writeBytes(Buffer.alloc(40));
    core.outputTaken();
    core.outputTaken();
    core.notify({ type: 'session.abort' });
    expect(changes).toEqual([40, -40]);
  });
});
