import { describe, expect, it } from '@jest/globals';

import {
  atTime,
  inPlace,
  momentIn,
  readAddress,
  spanIn,
  writeAddress,
} from '../../../src/inspector/page/logic/address.js';
import { ageOf, formatPast, formatWhen } from '../../../src/inspector/page/logic/ages.js';
import {
  detailText,
  lostText,
  momentNotice,
  unknownActorText,
} from '../../../src/inspector/page/logic/notices.js';
import { actorThen } from '../../../src/inspector/page/logic/past.js';
import { formatLeft, formatLength, timersOf } from '../../../src/inspector/page/logic/timers.js';
import type { ActorDetail } from '../../../src/inspector/model/shapes.js';
import { changes } from '../../support/inspector/changes.js';

const NOON = new Date(2026, 0, 2, 12, 0, 0).getTime();
const DAY = 86_400_000;

describe('ages', () => {
  it('the age of an actor that runs grows', () => {
    expect(ageOf({ since: 1000, endedAt: null }, 9000)).toBe(8000);
  });

  it('the age of an actor that has ended stops', () => {
    expect(ageOf({ since: 1000, endedAt: 4000 }, 9000)).toBe(3000);
  });

  it('the age of an actor at a moment is what it was then', () => {
    expect(ageOf({ since: 1000, endedAt: 4000 }, 2000)).toBe(1000);
    expect(ageOf({ since: 1000, endedAt: 4000 }, 500)).toBe(0);
  });

  it('a time of another day says its day', () => {
    expect(formatWhen(NOON, NOON + 5)).toBe('12:00:00.000');
    expect(formatWhen(NOON, NOON + DAY)).toBe('2026-01-02 12:00:00.000');
    expect(formatPast(NOON, NOON + 1500)).toBe('12:00:00.000, 1.5 s ago');
  });
});

describe('timers', () => {
  const timers = { keepAlive: 60_000, head: 10_000, handler: 0 };

  it('a timer that runs says what is left, others their length, or that they are off', () => {
    const rows = timersOf({ timers, armed: 'keepAlive', due: { keepAlive: 41_300 } }, 0);
    expect(rows).toEqual([
      { name: 'keepAlive', length: 60_000, left: 41_300 },
      { name: 'head', length: 10_000, left: null },
      { name: 'handler', length: null, left: null },
    ]);
  });

  it('a timer that is late has nothing left, and one that is no setting is shown while it runs', () => {
    const rows = timersOf({ timers: {}, armed: null, due: { linger: 5 } }, 9);
    expect(rows).toEqual([{ name: 'linger', length: undefined, left: 0 }]);
  });

  it('a timer that runs for an unknown time is shown as running', () => {
    const [first] = timersOf({ timers, armed: 'keepAlive' }, 0);
    expect(first).toEqual({ name: 'keepAlive', length: 60_000, left: undefined });
  });

  it('what is left of a timer is printed so that it can be seen to run', () => {
    expect([41_349, 119_949, 250_000, 0].map(formatLeft)).toEqual([
      '41.3 s',
      '119.9 s',
      '4 min 10 s',
      '0.0 s',
    ]);
  });

  it.each([
    [500, '500 ms'],
    [1500, '1,500 ms'],
    [60_000, '1 min'],
    [90_000, '90 s'],
    [3_600_000, '1 h'],
    [2 * DAY, '2 d'],
  ])('a length of %d ms is printed exactly: %s', (ms, text) => {
    expect(formatLength(ms)).toBe(text);
  });
});

describe('an actor in the past', () => {
  const log = changes([
    ['', null, 'idle'],
    ['go', 'idle', 'busy'],
    ['end', 'busy', 'over'],
  ]).map((entry, i) => (i === 2 ? { ...entry, status: 'done' as const } : entry));
  const actor = {
    ...{ id: 'a', state: 'over', status: 'done', changedAt: 1020, transitions: 2, log },
  } as unknown as ActorDetail;

  it('an actor in the past has the state, the status and the transitions that it had then', () => {
    expect(actorThen(actor, { at: 1010, through: null })).toEqual({
      ...{ state: 'busy', status: 'active', changedAt: 1010, transitions: 1 },
    });
    expect(actorThen(actor, null)).toEqual({
      ...{ state: 'over', status: 'done', changedAt: 1020, transitions: 2 },
    });
  });

  it('an actor in the past is unknown before its first change', () => {
    expect(actorThen(actor, { at: 5, through: null })).toEqual({
      ...{ state: null, status: null, changedAt: null, transitions: null },
    });
  });
});

describe('what the page says of time', () => {
  const history = { since: NOON - 600_000, detailSince: NOON - 20_000 };

  it('the page says how far back which details go', () => {
    expect(detailText(undefined)).toBeNull();
    expect(detailText(history)).toBe(
      'Each change since 11:59:40; before that, since 11:50:00, counts per second and requests',
    );
    expect(detailText({ since: NOON, detailSince: NOON })).toBe('Each change since 12:00:00');
  });

  it('the page says what a moment lacks that is before the remembered changes', () => {
    const at = (time: number): { at: number; through: null } => ({ at: time, through: null });
    expect(momentNotice(null, history, 'fleet')).toBeNull();
    expect(momentNotice(at(NOON), history, 'fleet')).toBeNull();
    expect(momentNotice(at(NOON - 30_000), history, 'fleet')).toMatch(
      /^Single changes are remembered since 11:59:40.000. The counts here are those of the second at 11:59:30;/,
    );
    expect(momentNotice(at(NOON - 30_000), history, 'actor')).toMatch(/neither its state nor its events/);
    expect(momentNotice(at(NOON - 700_000), history, 'fleet')).toMatch(/^Nothing is remembered from before/);
  });

  it('the page says since when its server is gone, and what may be wrong with an address', () => {
    expect(lostText(NOON)).toMatch(/^The server is gone since 12:00:00\. This is the last known state/);
    expect(unknownActorText('x', NOON, NOON + 1)).toMatch(/^No actor “x” is known here.*12:00:00.000/);
    expect(unknownActorText('x', undefined, NOON)).not.toContain('began');
  });
});

describe('the time in an address', () => {
  it('the time in an address is read as it was written, with the range', () => {
    const moment = { at: NOON, through: 7 };
    const span = { from: NOON - 5, to: NOON };
    const read = readAddress(writeAddress(atTime({ chart: 'd1', actor: 'a' }, moment, span)));
    expect([momentIn(read), spanIn(read)]).toEqual([moment, span]);
    expect(atTime(read, null, null)).toEqual({ chart: 'd1', actor: 'a' });
  });

  it('the time in an address that cannot be read is now', () => {
    expect(momentIn({ at: 'noon' })).toBeNull();
    expect(momentIn({ at: '' })).toBeNull();
    expect(spanIn({ from: '5', to: '5' })).toBeNull();
    expect(spanIn({ from: '5' })).toBeNull();
  });

  it('the time in an address stays where another place is shown, unless the place says one', () => {
    const here = atTime({ chart: 'd1', tab: 'Events' }, { at: 5, through: null }, null);
    expect(inPlace(here, { actor: 'a' })).toEqual({ at: '5', actor: 'a' });
    expect(inPlace(here, { actor: 'a', at: '9' })).toEqual({ at: '9', actor: 'a' });
  });
});
