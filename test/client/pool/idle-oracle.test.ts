import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { IdleOracle, type IdleOracleOptions } from '../../../src/client/pool/idle-oracle.js';
import type { IdleFinding } from '../../../src/client/diagnostics.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DEFAULTS: IdleOracleOptions = {
  keepAliveTimeout: 8_000,
  keepAliveMargin: 1_000,
  keepAliveMaximum: 60_000,
};

let now: number;
let findings: IdleFinding[];

beforeEach(() => {
  now = 0;
  findings = [];
});

function oracleWith(options: Partial<IdleOracleOptions> = {}): IdleOracle {
  return new IdleOracle(
    { ...DEFAULTS, ...options },
    () => now,
    (finding) => findings.push(finding),
  );
}

/** The server closes connections after these idle times, with `pause` milliseconds between them. */
function closings(oracle: IdleOracle, idleTimes: readonly number[], pause = MINUTE): void {
  for (const idleFor of idleTimes) {
    now += pause;
    oracle.serverClosedIdle(idleFor);
  }
}

describe("the server's Keep-Alive field", () => {
  it('an origin that says nothing gets the timeout of the client', () => {
    const oracle = oracleWith();
    oracle.heedHint(null);
    expect(oracle.idleTimeout).toBe(8_000);
    oracle.heedHint(undefined);
    expect(oracle.idleTimeout).toBe(8_000);
    expect(oracle.keepsNone).toBe(false);
  });

  it.each([
    ['timeout=5', 4_000],
    ['timeout=5, max=100', 4_000],
    ['max=100, timeout=5', 4_000],
    ['max=100;timeout=5', 4_000],
    ['Timeout = "5"', 4_000],
    ['timeout=5\tmax=1', 4_000],
    ['timeout=2.5', 1_500],
    ['timeout=60, timeout=5', 4_000],
    ['timeout=20', 19_000],
    ['timeout=3600', 60_000],
    ['timeout=99999999999999999999', 60_000],
    ['max=100', 8_000],
    ['timeout=', 8_000],
    ['timeout=-5', 8_000],
    ['timeout=x5', 8_000],
    ['timeouts=5', 8_000],
    ['mytimeout=5', 8_000],
    ['', 8_000],
  ])('Keep-Alive: %s keeps an idle connection for %d ms', (field, expected) => {
    const oracle = oracleWith();
    oracle.heedHint(field);
    expect(oracle.idleTimeout).toBe(expected);
    expect(oracle.keepsNone).toBe(false);
  });

  it.each(['timeout=1', 'timeout=0', 'timeout=0.5, max=5'])('Keep-Alive: %s keeps no connection', (field) => {
    const oracle = oracleWith();
    oracle.heedHint(field);
    expect(oracle.keepsNone).toBe(true);
  });

  it('the latest response decides', () => {
    const oracle = oracleWith();
    oracle.heedHint('timeout=1');
    oracle.heedHint('timeout=5');
    expect([oracle.keepsNone, oracle.idleTimeout]).toEqual([false, 4_000]);
    oracle.heedHint(null);
    expect(oracle.idleTimeout).toBe(8_000);
  });

  it('a client without a timeout of its own heeds the hint, and otherwise has none', () => {
    const oracle = oracleWith({ keepAliveTimeout: 0 });
    expect([oracle.idleTimeout, oracle.keepsNone]).toEqual([0, false]);
    oracle.heedHint('timeout=5');
    expect(oracle.idleTimeout).toBe(4_000);
  });

  it('a maximum of 0 trusts any hint that timers can hold', () => {
    const oracle = oracleWith({ keepAliveMaximum: 0 });
    oracle.heedHint('timeout=3600');
    expect(oracle.idleTimeout).toBe(3_599_000);
    oracle.heedHint('timeout=99999999999');
    expect(oracle.idleTimeout).toBe(2 ** 31 - 1);
  });

  it('is read in time that grows with its length alone', () => {
    const oracle = oracleWith();
    const long = `${'timeout '.repeat(4_000)}${' '.repeat(30_000)}`;
    const begunAt = performance.now();
    oracle.heedHint(long);
    expect(performance.now() - begunAt).toBeLessThan(200);
    expect(oracle.idleTimeout).toBe(8_000);
  });
});

describe('a server that closes first', () => {
  it('three closings after idle times that agree set the limit to four fifths of the shortest', () => {
    const oracle = oracleWith();
    closings(oracle, [5_000, 5_020]);
    expect([oracle.idleTimeout, oracle.finding]).toEqual([8_000, null]);
    closings(oracle, [5_010]);
    expect(oracle.idleTimeout).toBe(4_000);
    expect(oracle.finding).toEqual({ code: 'SERVER_CLOSES_FIRST', ownIdle: 8_000, serverIdle: 5_000 });
    expect(findings).toEqual([oracle.finding]);
  });

  it('a client without a timeout of its own gets one', () => {
    const oracle = oracleWith({ keepAliveTimeout: 0 });
    closings(oracle, [5_000, 5_000, 5_000]);
    expect(oracle.idleTimeout).toBe(4_000);
    expect(oracle.finding?.ownIdle).toBe(0);
  });

  it('what was observed is stronger than what the server says', () => {
    const oracle = oracleWith();
    oracle.heedHint('timeout=60');
    closings(oracle, [5_000, 5_000, 5_000]);
    expect(oracle.idleTimeout).toBe(4_000);
    expect(oracle.finding?.ownIdle).toBe(59_000);
    oracle.heedHint('timeout=3');
    expect(oracle.idleTimeout).toBe(2_000);
  });

  it('closings that are spread over more than ten minutes prove nothing', () => {
    const oracle = oracleWith();
    closings(oracle, [5_000, 5_000, 5_000, 5_000, 5_000], 5 * MINUTE + 1);
    expect(oracle.finding).toBeNull();
  });

  it('a restart, which closes many connections at once, is one observation', () => {
    const oracle = oracleWith();
    closings(oracle, Array<number>(64).fill(5_000), 10);
    expect(oracle.finding).toBeNull();
  });

  it('restarts of a busy server, with connections idle for milliseconds, prove nothing', () => {
    const oracle = oracleWith();
    for (let second = 0; second < 300; second += 2) {
      now += 2 * SECOND;
      oracle.survivedIdle(150);
      oracle.serverClosedIdle(1 + (second % 7));
    }
    expect(oracle.finding).toBeNull();
    expect(oracle.keepsNone).toBe(false);
  });

  it('idle times that do not agree prove nothing', () => {
    const oracle = oracleWith();
    closings(oracle, [100, 1_000, 5_000, 2_500]);
    expect(oracle.finding).toBeNull();
  });

  it('three that agree are found among others', () => {
    const oracle = oracleWith();
    closings(oracle, [100, 5_000, 900, 5_000, 2_500, 5_100]);
    expect(oracle.idleTimeout).toBe(4_000);
  });

  it('a backend that closes early is found beside one that keeps connections for the whole time', () => {
    const oracle = oracleWith();
    for (let count = 0; count < 3; count++) {
      now += MINUTE;
      oracle.survivedIdle(7_900);
      oracle.serverClosedIdle(5_000);
    }
    expect(oracle.idleTimeout).toBe(4_000);
  });

  it('what a connection survived is forgotten after twenty minutes at the latest', () => {
    const oracle = oracleWith();
    oracle.survivedIdle(7_900);
    now = 20 * MINUTE;
    closings(oracle, [2_000, 2_000, 2_000]);
    expect(oracle.idleTimeout).toBe(1_600);
  });

  it('what a connection survived counts for ten minutes at least', () => {
    const oracle = oracleWith();
    now = 10 * MINUTE - 1;
    oracle.survivedIdle(7_900);
    now = 20 * MINUTE - 4 * SECOND;
    closings(oracle, [2_000, 2_000, 2_000], SECOND);
    expect(oracle.finding).toBeNull();
  });

  it('a server whose timeout becomes shorter is noticed while the limit holds', () => {
    const oracle = oracleWith();
    closings(oracle, [5_000, 5_000, 5_000]);
    now += HOUR;
    closings(oracle, [3_000, 3_000, 3_000]);
    expect(oracle.idleTimeout).toBe(2_400);
    expect(findings.map(({ serverIdle }) => serverIdle)).toEqual([5_000, 3_000]);
  });

  it('the limit ends after a day, so that a server whose timeout became longer is noticed', () => {
    const oracle = oracleWith();
    closings(oracle, [5_000, 5_000, 5_000]);
    now += 24 * HOUR - 1;
    expect(oracle.idleTimeout).toBe(4_000);
    now += 1;
    expect([oracle.idleTimeout, oracle.finding]).toEqual([8_000, null]);
  });

  it('after a day one observation that agrees restores the limit', () => {
    const oracle = oracleWith();
    closings(oracle, [5_000, 5_000, 5_000]);
    now += 25 * HOUR;
    oracle.serverClosedIdle(5_050);
    expect(oracle.idleTimeout).toBe(4_000);
    expect(findings.map(({ serverIdle }) => serverIdle)).toEqual([5_000, 5_000]);
  });

  it('after a day one observation that does not agree proves nothing', () => {
    const oracle = oracleWith();
    closings(oracle, [5_000, 5_000, 5_000]);
    now += 25 * HOUR;
    oracle.serverClosedIdle(1_000);
    expect(oracle.idleTimeout).toBe(8_000);
  });

  it('keeps no connections to a server that closes right behind each response', () => {
    const oracle = oracleWith();
    closings(oracle, [2, 2, 2]);
    expect(oracle.keepsNone).toBe(true);
    now += 24 * HOUR;
    expect(oracle.keepsNone).toBe(false);
  });
});

describe('any course of events', () => {
  const event = fc.oneof(
    fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 2 * HOUR }) }),
    fc.record({ kind: fc.constant('closed' as const), ms: fc.integer({ min: 0, max: 10 * SECOND }) }),
    fc.record({ kind: fc.constant('survived' as const), ms: fc.integer({ min: 0, max: 10 * SECOND }) }),
    fc.record({ kind: fc.constant('hint' as const), ms: fc.integer({ min: 0, max: 100 }) }),
  );

  it('an idle timeout is never above what the client or the server allows, nor above four fifths of what was found', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 100 }), (events) => {
        now = 0;
        const oracle = oracleWith();
        let allowed = 8_000;
        for (const { kind, ms } of events) {
          if (kind === 'wait') now += ms;
          else if (kind === 'closed') oracle.serverClosedIdle(ms);
          else if (kind === 'survived') oracle.survivedIdle(ms);
          else {
            oracle.heedHint(`timeout=${String(ms)}`);
            allowed = Math.min(60_000, Math.max(0, ms * 1_000 - 1_000));
          }
          if (oracle.keepsNone) continue;
          const limit = oracle.finding === null ? Infinity : oracle.finding.serverIdle * 0.8;
          expect(oracle.idleTimeout).toBe(Math.min(allowed, limit));
          expect(oracle.idleTimeout).toBeGreaterThanOrEqual(80);
        }
      }),
    );
  });
});

describe('24 hours against a server that keeps idle connections for 5 s', () => {
  /** Requests that were on their way to the server when it closed, in minutes since the start. */
  function crossings(hint: string | null, ownTimeout: number): { crossed: number[]; served: number } {
    const oracle = oracleWith({ keepAliveTimeout: ownTimeout });
    const [oneWay, serverIdle] = [25, 5_000];
    const random = generator(1);
    const crossed: number[] = [];
    let served = 0;
    for (now = 0; now < 24 * HOUR;) {
      // A worst case: every other request comes about when the server closes.
      const pause = served % 2 === 0 ? 4_900 + 200 * random() : 9_000 * random();
      now += pause;
      const limit = oracle.idleTimeout === 0 ? Infinity : oracle.idleTimeout;
      if (pause < limit) {
        // The server's clock starts when it has sent the response, and its FIN needs as long to arrive as the request.
        if (pause >= serverIdle) oracle.serverClosedIdle(serverIdle);
        else if (pause + 2 * oneWay >= serverIdle) {
          crossed.push(now / MINUTE);
          oracle.serverClosedIdle(pause);
        } else oracle.survivedIdle(pause);
      }
      served++;
      oracle.heedHint(hint);
    }
    return { crossed, served };
  }

  it.each([8_000, 0, 60_000])(
    'no request crosses its FIN after the third, with an idle timeout of %d ms',
    (own) => {
      const { crossed, served } = crossings(null, own);
      expect(served).toBeGreaterThan(15_000);
      expect(crossed.length).toBeLessThanOrEqual(3);
      expect(Math.max(...crossed, 0)).toBeLessThan(10);
    },
  );

  it('no request crosses its FIN when the server says how long it waits', () => {
    expect(crossings('timeout=5', 8_000).crossed.length).toBeLessThanOrEqual(1);
  });
});

/** Numbers from 0 to 1 that are the same every time. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
