import { beforeAll, describe, expect, it } from '@jest/globals';

import { exploreProduct, PROPERTIES, type Exploration } from './model/index.js';
import { bothEnds } from '../support/product/charts.js';
import { isExhaustive, sized } from '../support/thoroughness.js';

/*
 * The two charts, the code around them and the line between them, in every state that they can come to together.
 */

/** Names every figure where the run shows it: what was explored cannot shrink unseen. */
function show(what: string, { states, transitions, depth }: Exploration): void {
  const figures = `${String(states)} states, ${String(transitions)} transitions, ${String(depth)} moves deep`;
  process.stdout.write(`product checker, ${what}: ${figures}\n`);
}

const neverMade = ({ moves }: Exploration): string[] =>
  Object.entries(moves)
    .filter(([, times]) => times === 0)
    .map(([name]) => name);

/** What is explored cannot shrink unseen. */
const STATES = sized(250_000, 95_000);

describe('a client session and a server session', () => {
  let found: Exploration;
  beforeAll(() => {
    found = exploreProduct({ ...bothEnds(), bounds: isExhaustive ? {} : { requests: 1, rawBytes: 1 } });
    show('two sessions', found);
  }, 60_000);

  it.each(Object.entries(PROPERTIES))('%s: %s', (property) => {
    expect(found.violations.filter((violation) => violation.property === property)).toEqual([]);
  });

  it(`were seen in more than ${String(STATES)} states`, () => {
    expect(found.states).toBeGreaterThan(STATES);
    expect(found.transitions).toBeGreaterThan(4 * STATES);
  });

  it('have made every kind of move but those of a client that pipelines', () => {
    expect(neverMade(found)).toEqual(['client application: finish sending']);
  });

  it('have been in every state of the session chart that HTTP brings them to', () => {
    expect(found.visited).toEqual({
      client: ['closed', 'connected.halfClosed', 'connected.open', 'detached', 'errored.fatal'],
      server: [
        'closed',
        'connected.draining',
        'connected.halfClosed',
        'connected.lingering',
        'connected.open',
        'detached',
        'errored.fatal',
        'errored.recoverable.lingering',
      ],
    });
  });
});

describe('a client that pipelines and a server session', () => {
  let found: Exploration;
  beforeAll(() => {
    found = exploreProduct({
      ...bothEnds(),
      bounds: {
        requests: sized(3, 2),
        pipelining: 2,
        kinds: ['plain', 'pieces', 'body', 'close'],
        faults: false,
      },
    });
    show('pipelining', found);
  }, 60_000);

  it('keep every property', () => {
    expect(found.violations).toEqual([]);
    expect(found.states).toBeGreaterThan(sized(100_000, 50_000));
  });

  it('continue when the client has finished sending', () => {
    expect(found.moves['client application: finish sending']).toBeGreaterThan(1_000);
    expect(found.visited.server).toContain('connected.halfClosed');
  });
});

describe('a client session and a server session that exchange two requests', () => {
  it('keep every property, whatever fails', () => {
    const found = exploreProduct({
      ...bothEnds(),
      bounds: { requests: 2, kinds: ['plain', 'close'] },
    });
    show('two requests', found);
    expect(found.violations).toEqual([]);
  });
});

describe('an exploration', () => {
  it('is the same each time', () => {
    const once = exploreProduct({ bounds: { requests: 1, rawBytes: 1, faults: false } });
    expect(exploreProduct({ bounds: { requests: 1, rawBytes: 1, faults: false } })).toEqual(once);
  });

  it('refuses bounds that a state has no room for', () => {
    expect(() => exploreProduct({ bounds: { requests: 8 } })).toThrow(RangeError);
    expect(() => exploreProduct({ bounds: { rawBytes: -1 } })).toThrow(RangeError);
    expect(() => exploreProduct({ bounds: { pipelining: 1.5 } })).toThrow(RangeError);
  });
});
