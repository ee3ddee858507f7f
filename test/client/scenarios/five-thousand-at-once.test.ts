import { describe, expect, it } from '@jest/globals';

import { HTTPPool } from '../../../src/client/index.js';
import { HTTPSessionError } from '../../../src/errors/index.js';
import { HTTPClientSession } from '../../../src/session/index.js';
import { echoPath, Origin } from '../../support/client/origin.js';

/* Scenario 8: five thousand calls at once. */

const CALLS = 5_000;
const MOST = 128;
const HANDLER_TIME = 20;

/** A server that takes its time. */
function listen(started: string[] = []): Promise<Origin> {
  return Origin.listen((request) => {
    started.push(request.path);
    setTimeout(() => {
      echoPath(request);
    }, HANDLER_TIME);
  });
}

/** Writes down the targets of requests as they are sent. */
function recordStarts(started: string[]): (url: URL) => HTTPClientSession {
  return ({ hostname, port }) => {
    const session = new HTTPClientSession(hostname, Number(port));
    const start = session.startRequest.bind(session);
    session.startRequest = (request, taker) => {
      started.push(request.message.uri);
      start(request, taker);
    };
    return session;
  };
}

describe('five thousand calls at once', () => {
  it('are answered over no more than 128 connections, in the order in which they were made', async () => {
    const started: string[] = [];
    const origin = await listen();
    const pool = new HTTPPool(origin.url, { sessions: { createClientSession: recordStarts(started) } });
    try {
      const bodies = await Promise.all(
        Array.from({ length: CALLS }, async (_, index) => (await pool.request(`/${String(index)}`)).text()),
      );
      expect(bodies).toEqual(bodies.map((_, index) => `/${String(index)}`));
      expect(origin.connections).toHaveLength(MOST);
      // A call on a fresh connection overtakes those whose connections are listened to, and no others.
      const late = started.map((path, index) => index - Number(path.slice(1)));
      expect(Math.max(...late)).toBeLessThan(MOST);
      expect(Math.min(...late)).toBeGreaterThan(-MOST);
      expect(pool.stats).toMatchObject({ waiting: 0, busy: 0, idle: 64 });
      await pool.drain();
    } finally {
      await origin.close();
    }
  });

  it('are refused at once beyond the room and the queue, and nothing of them is sent', async () => {
    const started: string[] = [];
    const origin = await listen(started);
    const pool = new HTTPPool(origin.url, { maxQueued: 100 });
    try {
      const calls = Array.from({ length: CALLS }, (_, index) => pool.request(`/${String(index)}`));
      expect(pool.stats).toMatchObject({ waiting: 228, connecting: MOST });
      const refusals = await Promise.allSettled(calls);
      const refused = refusals.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
      expect(refused).toHaveLength(CALLS - 100 - MOST);
      for (const { reason } of refused) {
        expect(reason).toBeInstanceOf(HTTPSessionError);
        expect(reason).toMatchObject({
          code: 'ERR_HTTP_SESSION_QUEUE_FULL',
          testimony: { replay: 'safe', sessionId: 0 },
        });
      }
      expect(started).toHaveLength(100 + MOST);
      await pool.drain();
    } finally {
      await origin.close();
    }
  });
});
