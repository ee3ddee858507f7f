import { describe, expect, it } from '@jest/globals';

import { logUntil, stateAt, stepBack, stepForward } from '../../../src/inspector/page/logic/moment.js';
import { changes } from '../../support/inspector/changes.js';

const LOG = [
  ...changes([
    ['', null, 'idle'],
    ['go', 'idle', 'busy'],
    ['pause', 'busy', 'waiting'],
  ]).map((entry) => ({ ...entry, at: entry.number === 1 ? 1000 : 1010 })),
];
const ACTOR = { id: 'a', state: 'waiting', log: LOG, logSince: 0 };

describe('travelling in time', () => {
  it('time travel shows what had happened by then, change by change within a millisecond', () => {
    expect(logUntil(LOG, null)).toHaveLength(3);
    expect(logUntil(LOG, { at: 1005, through: null })).toHaveLength(1);
    expect(logUntil(LOG, { at: 1010, through: 2 })).toHaveLength(2);
    expect(logUntil(LOG, { at: 1010, through: null })).toHaveLength(3);
  });

  it('time travel shows the state of an actor then', () => {
    expect(stateAt(ACTOR, null)).toBe('waiting');
    expect(stateAt(ACTOR, { at: 1010, through: 2 })).toBe('busy');
    expect(stateAt(ACTOR, { at: 1005, through: null })).toBe('idle');
    expect(stateAt(ACTOR, { at: 900, through: null })).toBeNull();
  });

  it('time travel shows the state before the first remembered change', () => {
    const cut = { ...ACTOR, log: LOG.slice(1) };
    expect(stateAt(cut, { at: 900, through: null })).toBe('idle');
  });

  it('time travel shows the state of an actor that has not changed for as long as the log goes back', () => {
    const quiet = { ...ACTOR, id: 'b', state: 'open', logSince: 1000 };
    expect(stateAt(quiet, { at: 1005, through: null })).toBe('open');
    expect(stateAt(quiet, { at: 1000, through: null })).toBeNull();
  });

  it('time travel takes no change before a gap of the log for that of a moment after it', () => {
    const earlier = { ...LOG[0]!, number: -1, at: 10, from: 'off', to: 'on' };
    const cut = { ...ACTOR, log: [earlier, ...LOG.slice(1)], logSince: 1000 };
    expect(stateAt(cut, { at: 1005, through: null })).toBe('idle');
    expect(stateAt(cut, { at: 20, through: null })).toBe('on');
    expect(stateAt({ ...cut, logSince: 0 }, { at: 1005, through: null })).toBe('on');
  });

  it('time travel goes back by one change at a time, to the first and no further', () => {
    const once = stepBack(LOG, null);
    expect(once).toEqual({ at: 1010, through: 2 });
    const twice = stepBack(LOG, once);
    expect(twice).toEqual({ at: 1000, through: 1 });
    expect(stepBack(LOG, twice)).toBeNull();
  });

  it('time travel goes forward by one change at a time, until now', () => {
    expect(stepForward(LOG, { at: 1000, through: 1 })).toEqual({ at: 1010, through: 2 });
    expect(stepForward(LOG, { at: 1010, through: 2 })).toEqual({ at: 1010, through: 3 });
    expect(stepForward(LOG, { at: 1010, through: 3 })).toBeNull();
    expect(stepForward(LOG, null)).toBeNull();
  });
});
