import { describe, expect, it } from '@jest/globals';
import { createActor } from 'xstate';

import { CALL_EVENTS, callMachine, type CallEvent, type CallTag } from '../../../machines/index.js';
import { cell, initial, reachable, stateName } from '../../support/machines/pure.js';

type Row = Readonly<Record<CallEvent['type'], string>>;

/** A call can end in any state. */
const always: Row = {
  'call.queue': '-',
  'call.assign': '-',
  'request.send': '-',
  'response.head': '-',
  'attempt.fail': '-',
  'call.pause': '-',
  'call.deliver': '-',
  'exchange.end': '-',
  'call.end': 'over',
};

/* `target`; `stays`: legal, nothing changes; `-`: means nothing in that state. The chart has no actions. */
const table: Readonly<Record<string, Row>> = {
  idle: { ...always, 'call.queue': 'queued', 'call.pause': 'pausing' },
  queued: { ...always, 'call.assign': 'assigned', 'attempt.fail': 'idle' },
  assigned: { ...always, 'request.send': 'sent', 'call.queue': 'queued', 'attempt.fail': 'idle' },
  sent: { ...always, 'response.head': 'answered', 'attempt.fail': 'idle' },
  answered: {
    ...always,
    'call.queue': 'queued',
    'call.pause': 'pausing',
    'call.deliver': 'delivered',
    'exchange.end': 'complete',
  },
  complete: { ...always, 'call.queue': 'queued', 'call.pause': 'pausing', 'call.deliver': 'over' },
  delivered: { ...always, 'exchange.end': 'over' },
  pausing: { ...always, 'call.queue': 'queued' },
  over: { ...always, 'call.end': 'stays' },
};

const states = reachable(callMachine, CALL_EVENTS);

describe('the call chart', () => {
  it('the call chart reaches exactly the states of the table, from idle', () => {
    expect([...states.keys()].sort()).toEqual(Object.keys(table).sort());
    expect(stateName(initial(callMachine).value)).toBe('idle');
  });

  describe.each(Object.keys(table))('when %s', (name) => {
    it.each(Object.entries(table[name] ?? {}))('the call chart %s: %s', (event, expected) => {
      expect(CALL_EVENTS).toContain(event);
      expect(cell(callMachine, states.get(name) ?? initial(callMachine), event, '-')).toBe(expected);
    });

    it('the call chart has a cell for every event', () => {
      expect(Object.keys(table[name] ?? {}).sort()).toEqual([...CALL_EVENTS].sort());
    });
  });

  it.each([
    ['waiting', ['assigned', 'idle', 'pausing', 'queued']],
    ['sent', ['answered', 'complete', 'delivered', 'sent']],
    ['answered', ['answered', 'complete', 'delivered']],
    ['over', ['over']],
  ] satisfies [CallTag, string[]][])('the call chart has the tag %s in the right states', (tag, names) => {
    const tagged = [...states].filter(([, snapshot]) => snapshot.hasTag(tag)).map(([name]) => name);
    expect(tagged.sort()).toEqual(names);
  });

  it('every state of a call either waits, has been sent, or is over', () => {
    for (const [name, snapshot] of states) {
      const tags = (['waiting', 'sent', 'over'] as const).filter((tag) => snapshot.hasTag(tag));
      expect([name, tags.length]).toEqual([name, 1]);
    }
  });

  it('a call that was delivered or is over is never queued again', () => {
    for (const name of ['delivered', 'over']) {
      const from = reachableFrom(name);
      expect([...from].filter((state) => !['delivered', 'over'].includes(state))).toEqual([]);
    }
  });

  it('the call chart is inert by itself: it runs in any XState system and touches nothing', () => {
    const actor = createActor(callMachine).start();
    for (const type of ['call.queue', 'call.assign', 'request.send', 'response.head'] as const) {
      actor.send({ type });
    }
    expect(actor.getSnapshot()).toMatchObject({ value: 'answered', status: 'active' });
    actor.stop();
  });
});

function reachableFrom(start: string): ReadonlySet<string> {
  const found = new Set([start]);
  for (const name of found) {
    for (const target of Object.values(table[name] ?? {})) {
      if (target !== '-' && target !== 'stays') found.add(target);
    }
  }
  return found;
}
