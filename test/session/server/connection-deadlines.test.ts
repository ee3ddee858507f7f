import { describe, expect, it } from '@jest/globals';

import { TIMEOUTS } from '../../../src/constants.js';
import { TimeoutError } from '../../../src/errors/index.js';
import { FAULT_CHANNEL, type FaultMessage } from '../../../src/diagnostics.js';
import type { SessionCore } from '../../../src/session/core/session-core.js';
import type { IncomingBody } from '../../../src/session/message/incoming-body.js';
import { ConnectionDeadlines } from '../../../src/session/server/connection-deadlines.js';
import { serverSettings } from '../../../src/session/server/server-settings.js';
import type { ServerTimers } from '../../../src/session/server/server-timers.js';
import { deadlinesOf, VirtualClock } from '../../../src/transport/index.js';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';

const TICK = TIMEOUTS.timerGranularity.value;
const MESSAGE = 5_000;
const AGE = 20_000;
const HANDLER = 3_000;

/** A session, and which of its deadlines have passed. */
class Timed {
  readonly id = 7;
  readonly clock = new VirtualClock();
  readonly met: (readonly [timer: string, timeout: number])[] = [];
  /** The timer of what the session waits for. */
  armedTimer: string | null = 'bodyProgress';
  requestNumber = 1;
  requestMethod = 'GET';
  requestTarget = '/slow?token=secret';
  exchange = { tags: new Set(['responding', 'unanswered']) };
  /** What is held of the body in progress, and what is missing of it. */
  buffer = { length: 2 };
  arrivedBytes = 3;
  request = { body: { remaining: 5 } as IncomingBody };

  timedOut(timer: string, timeout: number): void {
    this.met.push([timer, timeout]);
  }

  get armedDeadlines(): number {
    return deadlinesOf(this.clock).armedCount;
  }
}

const deadlinesOfConnection = (
  session: Timed,
  timers: Partial<ServerTimers>,
  slowHandler = 0,
): ConnectionDeadlines => {
  const settings = serverSettings({ timers: { message: 0, ...timers }, slowHandler });
  return new ConnectionDeadlines(session as unknown as SessionCore, { settings, request: session.request });
};

/** The faults that are reported while something runs. */
async function faultsDuring(run: () => Promise<unknown>): Promise<FaultMessage[]> {
  const faults: FaultMessage[] = [];
  const heard = (message: unknown): void => void faults.push(message as FaultMessage);
  subscribe(FAULT_CHANNEL, heard);
  await run();
  unsubscribe(FAULT_CHANNEL, heard);
  return faults;
}

describe('the deadlines of a connection', () => {
  it('the deadline of the age counts from the start, whatever messages come', async () => {
    const session = new Timed();
    const deadlines = deadlinesOfConnection(session, { connectionAge: AGE });
    deadlines.connectionBegan();
    await session.clock.advance(AGE - 1);
    deadlines.messageAwaited();
    deadlines.messageEnded();
    expect(session.met).toEqual([]);
    await session.clock.advance(1 + TICK);
    expect(session.met).toEqual([['connectionAge', AGE]]);
    expect(session.armedDeadlines).toBe(0);
  });

  it('the deadline of a message counts from when its rest is first awaited, and no piece moves it', async () => {
    const session = new Timed();
    const deadlines = deadlinesOfConnection(session, { message: MESSAGE });
    expect(session.armedDeadlines).toBe(0);
    await session.clock.advance(MESSAGE);
    deadlines.messageAwaited();
    await session.clock.advance(MESSAGE - 1);
    deadlines.messageAwaited();
    expect(session.met).toEqual([]);
    await session.clock.advance(1 + TICK);
    expect(session.met).toEqual([['message', MESSAGE]]);
  });

  it('the deadline of a message starts again where the handler does not read, as the client is not late', async () => {
    const session = new Timed();
    const deadlines = deadlinesOfConnection(session, { message: MESSAGE });
    deadlines.messageAwaited();
    session.armedTimer = null;
    await session.clock.advance(MESSAGE + TICK);
    expect(session.met).toEqual([]);
    session.armedTimer = 'bodyProgress';
    await session.clock.advance(MESSAGE + TICK);
    expect(session.met).toEqual([['message', MESSAGE]]);
  });

  it('the deadline of a message holds for a client that owes a byte, also where the handler does not read', async () => {
    const session = new Timed();
    const deadlines = deadlinesOfConnection(session, { message: MESSAGE });
    deadlines.messageAwaited();
    session.armedTimer = null;
    session.buffer.length = 1;
    await session.clock.advance(MESSAGE + TICK);
    expect(session.met).toEqual([['message', MESSAGE]]);
  });

  it('the deadline of a message ends with its last byte', async () => {
    const session = new Timed();
    const deadlines = deadlinesOfConnection(session, { message: MESSAGE });
    deadlines.messageAwaited();
    deadlines.messageEnded();
    expect(session.armedDeadlines).toBe(0);
    await session.clock.advance(MESSAGE + TICK);
    expect(session.met).toEqual([]);
  });

  it('the deadlines of a connection say what is left of those that run', async () => {
    const session = new Timed();
    const timers = { connectionAge: AGE, message: MESSAGE, handler: HANDLER };
    const deadlines = deadlinesOfConnection(session, timers);
    expect(deadlines.timersLeft()).toEqual({});
    deadlines.connectionBegan();
    deadlines.messageAwaited();
    deadlines.handlerAwaited();
    await session.clock.advance(1_000);
    expect(deadlines.timersLeft()).toEqual({
      connectionAge: AGE - 1_000,
      message: MESSAGE - 1_000,
      handler: HANDLER - 1_000,
    });
    deadlines.messageEnded();
    session.exchange.tags.clear();
    expect(deadlines.timersLeft()).toEqual({ connectionAge: AGE - 1_000 });
  });

  it('the deadline of a handler is for its request alone', async () => {
    const session = new Timed();
    const deadlines = deadlinesOfConnection(session, { handler: HANDLER });
    deadlines.handlerAwaited();
    await session.clock.advance(HANDLER - 1);
    session.requestNumber = 2;
    await session.clock.advance(1 + TICK);
    expect(session.met).toEqual([]);
    deadlines.handlerAwaited();
    await session.clock.advance(HANDLER - 1);
    deadlines.handlerAwaited();
    await session.clock.advance(1 + TICK);
    expect(session.met).toEqual([['handler', HANDLER]]);
  });

  it('the deadline of a handler passes unnoticed once the response is complete', async () => {
    const session = new Timed();
    const deadlines = deadlinesOfConnection(session, { handler: HANDLER }, HANDLER);
    deadlines.handlerAwaited();
    session.exchange = { tags: new Set() };
    expect(await faultsDuring(() => session.clock.advance(HANDLER + TICK))).toEqual([]);
    expect(session.met).toEqual([]);
  });

  it('a slow handler is one fault, which names the request without its query', async () => {
    const session = new Timed();
    const deadlines = deadlinesOfConnection(session, {}, HANDLER);
    deadlines.handlerAwaited();
    const faults = await faultsDuring(() => session.clock.advance(10 * HANDLER));
    expect(faults).toEqual([{ where: 'handler', error: expect.any(TimeoutError), sessionId: 7 }]);
    expect(String(faults[0]?.error)).toContain('handler: GET /slow has no response after 3000 ms');
    expect(session.met).toEqual([]);
  });

  it('a handler that has begun its response is not slow', async () => {
    const session = new Timed();
    const deadlines = deadlinesOfConnection(session, {}, HANDLER);
    deadlines.handlerAwaited();
    session.exchange = { tags: new Set(['responding']) };
    expect(await faultsDuring(() => session.clock.advance(10 * HANDLER))).toEqual([]);
  });

  it('the deadlines end with the connection, and leave no timer behind', async () => {
    const session = new Timed();
    const all = { message: MESSAGE, connectionAge: AGE, handler: HANDLER };
    const deadlines = deadlinesOfConnection(session, all, HANDLER);
    deadlines.connectionBegan();
    deadlines.messageAwaited();
    deadlines.handlerAwaited();
    expect(session.armedDeadlines).toBe(4);
    deadlines.end();
    expect(session.armedDeadlines).toBe(0);
    await session.clock.advance(AGE + TICK);
    expect(session.met).toEqual([]);
  });
});
