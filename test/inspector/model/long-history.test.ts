import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { describe, expect, it } from '@jest/globals';

import type { InspectionModel } from '../../../src/inspector/model/inspection-model.js';
import { LIGHT, modelAt } from '../../support/inspector/model.js';
import { sized } from '../../support/thoroughness.js';
import { request } from '../../support/inspector/traffic.js';

/** Seconds; `npm test` makes do with short ones. */
const MINUTE = sized(60, 6);
const SECONDS = 10 * MINUTE;
const PER_SECOND = 2_000;
const SESSIONS = 100;
/** Rows, seconds, and the changes of which each is known. */
const MOST_BYTES = 160_000_000;

/** Of each second, one request in a hundred failed in the fifth minute; half of the actors are green after the third. */
function runTenMinutes(model: InspectionModel, clock: { now: number }): void {
  for (let number = 0; number < SESSIONS; number++) {
    const id = `p-${number.toString(36)}`;
    const name = `server session ${String(number)}`;
    model.appeared({ id, name, parent: null, definition: LIGHT, state: 'red', status: 'active' });
  }
  for (let second = 0; second < SECONDS; second++) {
    const begun = second * 1_000;
    for (let i = 0; i < PER_SECOND; i++) {
      clock.now = begun + i / 2;
      const number = i % SESSIONS;
      const id = `p-${number.toString(36)}`;
      const status = second >= 4 * MINUTE && second < 5 * MINUTE && i % 100 === 0 ? 500 : 200;
      const answeredAfter = 0.25;
      const handle = model.requestBegan(
        request(clock.now, {
          ...{ session: id, sessionName: `server session ${String(number)}`, turn: second * 20 + (i % 20) },
          ...{ target: `/path/${String(i % 40)}?q=${String(i)}`, status, answeredAfter },
        }),
      );
      const isGreen = second >= 3 * MINUTE && number % 2 === 0;
      // Each of them has many more in truth; that one change in ten is reported makes the test faster.
      if ((i + Math.floor(i / SESSIONS)) % 10 < 2) {
        model.moved(id, { event: 'timer', state: isGreen ? 'green' : 'red', status: 'active' });
      }
      clock.now += 0.25;
      model.requestEnded(handle, { after: 0.25, outcome: 'completed', code: null });
    }
  }
  clock.now = SECONDS * 1_000;
}

describe('ten minutes at two thousand requests a second', () => {
  it('ten minutes at two thousand requests a second fit into bounded memory, and can be asked for', () => {
    // So few changes that most of the time is before them.
    const { model, clock } = modelAt(0, { maxChanges: sized(50_000, 5_000) });
    collect();
    const before = process.memoryUsage();
    runTenMinutes(model, clock);
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    expect(heapUsed - before.heapUsed + arrayBuffers - before.arrayBuffers).toBeLessThan(MOST_BYTES);

    const { since, detailSince } = model.fleet();
    expect(since).toBe(0);
    expect(detailSince).toBeGreaterThan(sized(450_000, 1));
    expect(model.fleet(minutes(1)).charts[0]).toMatchObject({ live: SESSIONS, states: { red: SESSIONS } });
    expect(model.fleet(minutes(3.5)).charts[0]).toMatchObject({ states: { red: 50, green: 50 } });
    expect(model.list({ at: minutes(1) })).toMatchObject({ isBeyondDetail: true, total: 0 });

    const { requests, failed } = model.history({ points: 10 });
    expect(requests).toEqual(new Array(10).fill(MINUTE * PER_SECOND));
    expect(failed).toEqual([0, 0, 0, 0, MINUTE * 20, 0, 0, 0, 0, 0]);
    const nineMinutesAgo = model.requests({ at: minutes(1) - 0.1, limit: 1 });
    expect(nineMinutesAgo).toMatchObject({
      total: MINUTE * PER_SECOND,
      requests: [{ at: minutes(1) - 0.5 }],
    });
    expect(model.requests({ status: '5xx' }).total).toBe(MINUTE * 20);
    expect(model.paths({})).toHaveLength(40);
    expect(model.requests({}).total).toBe(SECONDS * PER_SECOND);
  });
});

function minutes(count: number): number {
  return count * MINUTE * 1_000;
}

/** Node.js has the collector where it is asked for only; this is the same without an option for the whole process. */
function collect(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
