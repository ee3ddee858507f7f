import { describe, expect, it } from '@jest/globals';
import { createActor } from 'xstate';

import { PLACE_EVENTS, placeMachine, type PlaceEvent, type PlaceTag } from '../../../machines/index.js';
import { cell, initial, reachable, stateName } from '../../support/machines/pure.js';

type Row = Readonly<Record<PlaceEvent['type'], string>>;

const nothing = Object.fromEntries(PLACE_EVENTS.map((event) => [event, '-'])) as Row;

/** Where the place is seated, its session may end and its pool may close. */
const seated: Row = {
  ...nothing,
  'session.ended': 'gone | freePlace',
  'pool.close': 'gone | abortSession freePlace',
};

const closed = 'gone | closeSession freePlace';

/* `target | actions`; `stays`: legal, nothing changes; `-`: means nothing in that state. */
const table: Readonly<Record<string, Row>> = {
  connecting: { ...seated, 'session.opened': 'idle', 'place.unwanted': closed, 'pool.drain': closed },
  idle: {
    ...seated,
    'place.reserve': 'reserved',
    'age.reached': closed,
    'requests.spent': closed,
    'place.unwanted': closed,
    'pool.drain': closed,
  },
  reserved: { ...seated, 'request.begin': 'busy', 'place.release': 'idle' },
  busy: {
    ...seated,
    'response.head': 'unread',
    'session.available': 'idle',
    'session.switched': 'taken | freePlace',
    'age.reached': 'retiring',
    'requests.spent': 'retiring',
    'pool.drain': 'retiring',
  },
  unread: {
    ...seated,
    'body.read': 'busy',
    'session.available': 'idle',
    'age.reached': 'retiring',
    'requests.spent': 'retiring',
    'pool.drain': 'retiring',
  },
  retiring: { ...seated, 'session.available': closed, 'session.switched': 'taken | freePlace' },
  taken: nothing,
  gone: nothing,
};

const SEATED = ['busy', 'connecting', 'idle', 'reserved', 'retiring', 'unread'];

const states = reachable(placeMachine, PLACE_EVENTS);

describe('the place chart', () => {
  it('the place chart reaches exactly the states of the table, from a connection that is being opened', () => {
    expect([...states.keys()].sort()).toEqual(Object.keys(table).sort());
    expect(stateName(initial(placeMachine).value)).toBe('connecting');
  });

  describe.each(Object.keys(table))('when %s', (name) => {
    it.each(Object.entries(table[name] ?? {}))('the place chart %s: %s', (event, expected) => {
      expect(PLACE_EVENTS).toContain(event);
      expect(cell(placeMachine, states.get(name) ?? initial(placeMachine), event, '-')).toBe(expected);
    });
  });

  it.each([
    ['seated', SEATED],
    ['connecting', ['connecting']],
    ['idle', ['idle']],
    ['reserved', ['reserved']],
    ['busy', ['busy']],
    ['unread', ['unread']],
    ['retiring', ['retiring']],
    ['serving', ['busy', 'retiring', 'unread']],
    ['gone', ['gone', 'taken']],
  ] satisfies [PlaceTag, string[]][])('the place chart has the tag %s in the right states', (tag, names) => {
    const tagged = [...states].filter(([, snapshot]) => snapshot.hasTag(tag)).map(([name]) => name);
    expect(tagged.sort()).toEqual(names);
  });

  it('a place is freed exactly once: on the way out of its seat, and nowhere else', () => {
    for (const [name, snapshot] of states) {
      for (const event of PLACE_EVENTS) {
        const [target = '', effects = ''] = cell(placeMachine, snapshot, event, '-').split(' | ');
        const leaves = SEATED.includes(name) && ['gone', 'taken'].includes(target);
        expect([name, event, effects.split(' ').filter((effect) => effect === 'freePlace')]).toEqual([
          name,
          event,
          leaves ? ['freePlace'] : [],
        ]);
      }
    }
  });

  it('a request begins only on a reserved place, and a place is reserved only when idle', () => {
    const into = (target: string): string[] =>
      [...states].flatMap(([name, snapshot]) =>
        PLACE_EVENTS.filter(
          (event) => cell(placeMachine, snapshot, event, '-').split(' | ')[0] === target,
        ).map((event) => `${name} ${event}`),
      );
    expect(into('busy')).toEqual(['reserved request.begin', 'unread body.read']);
    expect(into('reserved')).toEqual(['idle place.reserve']);
  });

  it('a session that ends and a pool that closes empty every seat', () => {
    for (const name of SEATED) {
      const from = states.get(name) ?? initial(placeMachine);
      expect([name, cell(placeMachine, from, 'session.ended', '-')]).toEqual([name, 'gone | freePlace']);
      expect([name, cell(placeMachine, from, 'pool.close', '-')]).toEqual([
        name,
        'gone | abortSession freePlace',
      ]);
    }
  });

  it('the place chart is inert by itself: it runs in any XState system and touches nothing', () => {
    const actor = createActor(placeMachine).start();
    for (const type of ['session.opened', 'place.reserve', 'request.begin', 'session.ended'] as const) {
      actor.send({ type });
    }
    expect(actor.getSnapshot()).toMatchObject({ value: 'gone', status: 'active' });
    actor.stop();
  });
});
