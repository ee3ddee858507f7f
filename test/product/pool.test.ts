import { beforeAll, describe, expect, it } from '@jest/globals';

import { explorePool, POOL_PROPERTIES, printPoolCounterExample, type PoolExploration } from './pool/index.js';
import { isExhaustive, sized } from '../support/thoroughness.js';

/*
 * A pool of two places, the calls that want them and a server, in every state that they can come to together: the charts
 * `origin`, `place` and `call`, and the code around them as `src/client/pool` has it.
 */

function show(what: string, { states, transitions, depth }: PoolExploration): void {
  const figures = `${String(states)} states, ${String(transitions)} transitions, ${String(depth)} moves deep`;
  process.stdout.write(`product checker, ${what}: ${figures}\n`);
}

/** What is explored cannot shrink unseen. */
const STATES = sized(200_000, 30_000);

describe('a pool of two places, its calls and a server', () => {
  let found: PoolExploration;
  beforeAll(() => {
    found = explorePool({ bounds: isExhaustive ? { calls: 3, faults: 1 } : { faults: 1 } });
    show('a pool', found);
  }, 120_000);

  it.each(Object.entries(POOL_PROPERTIES))('the pool keeps "%s": %s', (property) => {
    const broken = found.violations.filter((violation) => violation.property === property);
    expect(broken.map(printPoolCounterExample)).toEqual([]);
  });

  it(`a pool was seen in more than ${String(STATES)} states`, () => {
    expect(found.states).toBeGreaterThan(STATES);
    expect(found.transitions).toBeGreaterThan(4 * STATES);
  });

  it('a pool, its calls and its server have made every kind of move', () => {
    expect(Object.keys(found.moves).filter((name) => found.moves[name] === 0)).toEqual([]);
  });

  it('a pool has been in every state of its charts but those of interceptors', () => {
    expect(found.visited.place).toEqual(['busy', 'connecting', 'idle', 'reserved', 'retiring', 'unread']);
    expect(found.visited.call).toEqual(['assigned', 'delivered', 'idle', 'over', 'queued', 'sent']);
    const inPool = new Set(found.visited.origin.map((name) => name.split(',')[0]));
    expect([...inPool]).toEqual([
      'pool.closed',
      'pool.draining',
      'pool.open.full',
      'pool.open.hasRoom',
      'pool.quiet',
    ]);
  });
});

describe('a pool of one place', () => {
  it('a pool of one place keeps every property with three calls, whatever fails', () => {
    const found = explorePool({ bounds: { calls: 3, places: 1, faults: sized(2, 1) } });
    show('one place', found);
    expect(found.violations.map(printPoolCounterExample)).toEqual([]);
  });
});

describe('an exploration of a pool', () => {
  it('an exploration of a pool is the same each time', () => {
    const once = explorePool({ bounds: { calls: 1, faults: 1 } });
    expect(explorePool({ bounds: { calls: 1, faults: 1 } })).toEqual(once);
  });

  it.each([{ calls: 7 }, { calls: 0 }, { places: 1.5 }])('an exploration refuses the bounds %j', (bounds) => {
    expect(() => explorePool({ bounds })).toThrow(RangeError);
  });
});
