import { afterEach, describe, expect, it, jest } from '@jest/globals';

import { HTTPPool } from '../../../src/client/index.js';
import { VirtualClock } from '../../../src/transport/index.js';
import { echoPath, Origin } from '../../support/client/origin.js';
import { settled } from '../../support/transport/sockets.js';

/* Scenario 9 and I13: the name moves, and the traffic with it. Requests are real, and time is virtual. */

const AGE = 30_000;
const MOVES_AT = 60_000;
const ENDS_AT = 100_000;
/** Requests that are made together, five times a second. */
const TOGETHER = 10;
const STEP = 200;

afterEach(() => {
  jest.restoreAllMocks();
});

describe('a name that moves to another address', () => {
  it('takes all connections along within their age, without a call that is lost', async () => {
    // The same spread in each run: as even as chance is over many connections.
    let spread = 0;
    jest.spyOn(Math, 'random').mockImplementation(() => (spread = (spread + 0.618_033_988_749) % 1));
    const clock = new VirtualClock();
    const lastOnA = { at: 0 };
    const openedOnB: number[] = [];
    const a = await Origin.listen((request) => {
      lastOnA.at = clock.now();
      echoPath(request);
    });
    const b = await Origin.listen(
      (request) => {
        if (request.connection.requests.length === 1) openedOnB.push(clock.now());
        echoPath(request);
      },
      { host: '127.0.0.2', port: a.port },
    );
    const pool = new HTTPPool(`http://moving.test:${String(a.port)}`, {
      clock,
      connectionAge: AGE,
      lookup: (_name, options, found) => {
        const address = clock.now() < MOVES_AT ? '127.0.0.1' : '127.0.0.2';
        if (options.all === true) found(null, [{ address, family: 4 }]);
        else found(null, address, 4);
      },
    });
    try {
      const ask = async (path: string): Promise<string> => (await pool.request(path)).text();
      while (clock.now() < ENDS_AT) {
        const paths = Array.from(
          { length: TOGETHER },
          (_, index) => `/${String(clock.now())}/${String(index)}`,
        );
        expect(await Promise.all(paths.map(ask))).toEqual(paths);
        clock.advanceAtOnce(STEP);
      }
      await settled();
      expect(lastOnA.at).toBeGreaterThan(MOVES_AT);
      expect(lastOnA.at).toBeLessThan(MOVES_AT + 1.1 * AGE);
      expect(a.connections.filter(({ wasReset }) => wasReset)).toEqual([]);
      expect(a.connections.filter(({ hasEnded }) => !hasEnded)).toEqual([]);
      const opened = new Map<number, number>();
      for (const at of openedOnB) {
        const second = Math.floor(at / 1_000);
        opened.set(second, (opened.get(second) ?? 0) + 1);
      }
      expect(Math.max(...opened.values())).toBeLessThanOrEqual(Math.ceil(openedOnB.length / 3));
      await pool.drain();
    } finally {
      await a.close();
      await b.close();
    }
  });
});
