import { describe, expect, it } from '@jest/globals';

import { TIMEOUTS } from '../../../src/constants.js';
import type { SessionCore } from '../../../src/session/core/session-core.js';
import { connectionDeadlines } from '../../../src/session/server/connection-deadlines.js';
import { serverTimers, type ServerTimers } from '../../../src/session/server/server-timers.js';
import { deadlinesOf, VirtualClock } from '../../../src/transport/index.js';

const TICK = TIMEOUTS.timerGranularity.value;
const MESSAGE = 5_000;
const AGE = 20_000;

/** A session, and which of its deadlines have passed. */
class Timed {
  readonly clock = new VirtualClock();
  readonly met: (readonly [timer: string, timeout: number])[] = [];

  timedOut(timer: string, timeout: number): void {
    this.met.push([timer, timeout]);
  }

  get armedDeadlines(): number {
    return deadlinesOf(this.clock).armedCount;
  }
}

const deadlinesOfConnection = (session: Timed, timers: ServerTimers) =>
  connectionDeadlines(session as unknown as SessionCore, timers);

const timers = (message: number, connectionAge: number) => serverTimers({ message, connectionAge }, {});

describe('the deadlines of a connection', () => {
  it('a connection has no deadlines where neither is set', () => {
    const session = new Timed();
    expect(deadlinesOfConnection(session, timers(0, 0))).toBeNull();
    expect(deadlinesOfConnection(session, timers(1, 0))).not.toBeNull();
    expect(deadlinesOfConnection(session, timers(0, 1))).not.toBeNull();
  });

  it('the deadline of the age counts from the start, whatever messages come', async () => {
    const session = new Timed();
    const deadlines = deadlinesOfConnection(session, timers(0, AGE));
    await session.clock.advance(AGE - 1);
    deadlines?.messageBegan();
    deadlines?.messageEnded();
    expect(session.met).toEqual([]);
    await session.clock.advance(1 + TICK);
    expect(session.met).toEqual([['connectionAge', AGE]]);
    expect(session.armedDeadlines).toBe(0);
  });

  it('the deadline of a message counts from its first byte', async () => {
    const session = new Timed();
    const deadlines = deadlinesOfConnection(session, timers(MESSAGE, 0));
    expect(session.armedDeadlines).toBe(0);
    await session.clock.advance(MESSAGE);
    deadlines?.messageBegan();
    await session.clock.advance(MESSAGE - 1);
    expect(session.met).toEqual([]);
    await session.clock.advance(1 + TICK);
    expect(session.met).toEqual([['message', MESSAGE]]);
  });

  it('the deadline of a message ends with its last byte', async () => {
    const session = new Timed();
    const deadlines = deadlinesOfConnection(session, timers(MESSAGE, AGE));
    deadlines?.messageBegan();
    deadlines?.messageEnded();
    expect(session.armedDeadlines).toBe(1);
    await session.clock.advance(MESSAGE + TICK);
    expect(session.met).toEqual([]);
  });

  it('the deadlines end with the connection, and leave no timer behind', async () => {
    const session = new Timed();
    const deadlines = deadlinesOfConnection(session, timers(MESSAGE, AGE));
    deadlines?.messageBegan();
    expect(session.armedDeadlines).toBe(2);
    deadlines?.end();
    expect(session.armedDeadlines).toBe(0);
    await session.clock.advance(AGE + TICK);
    expect(session.met).toEqual([]);
  });
});
