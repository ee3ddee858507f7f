import { describe, expect, it } from '@jest/globals';

import { EXCHANGE_EVENTS, SESSION_EVENTS } from '../../../machines/index.js';
import { eventWords, kindOf } from '../../../src/inspector/model/event-kinds.js';
import type { LogEntry } from '../../../src/inspector/model/shapes.js';

type Event = Pick<LogEntry, 'event' | 'from' | 'to' | 'status'>;

function step(event: string, from: string | null = 'a', to: string | null = 'b'): Event {
  return { event, from, to, status: 'active' };
}

describe('the kind of an event', () => {
  it.each([
    ['session.connect', 'command'],
    ['socket.attach', 'command'],
    ['exception.clear', 'command'],
    ['server.drain', 'command'],
    ['request.head', 'message'],
    ['response.interim', 'message'],
    ['session.available', 'message'],
    ['PUSH', 'message'],
    ['socket.ended', 'socket'],
    ['connection.closed', 'socket'],
    ['xstate.done.actor.connector', 'socket'],
    ['deadline.expired', 'timer'],
    ['xstate.after.1000.light.green', 'timer'],
    ['exception.set', 'error'],
    ['socket.failed', 'error'],
    ['exchange.fail', 'error'],
    ['xstate.error.actor.loader', 'error'],
    ['', 'bookkeeping'],
    ['xstate.init', 'bookkeeping'],
    ['inspection.disconnected', 'bookkeeping'],
  ])('%s is a %s event', (event, kind) => {
    expect(kindOf(step(event))).toBe(kind);
  });

  it('the end of an actor is bookkeeping, unless the state changes by it', () => {
    expect(kindOf(step('xstate.done.actor.loader', 'a', 'a'))).toBe('bookkeeping');
    expect(kindOf(step('xstate.done.actor.loader', 'a', 'b'))).toBe('message');
  });

  it('no event of a session or of an exchange is bookkeeping', () => {
    for (const event of [...SESSION_EVENTS, ...EXCHANGE_EVENTS]) {
      expect([event, kindOf(step(event))]).not.toEqual([event, 'bookkeeping']);
    }
  });
});

describe('an event in words', () => {
  it.each([
    [step('', null, 'a'), 'appears'],
    [step('', 'a', null), 'is forgotten'],
    [{ ...step('', 'a', 'a'), status: 'done' as const }, 'ends'],
    [step(''), 'is reported again'],
    [step('xstate.init', null, 'a'), 'starts'],
    [step('xstate.stop'), 'is stopped'],
    [step('xstate.done.actor.connector'), 'connector is done'],
    [step('xstate.done.state.player.deck'), 'deck is complete'],
    [step('xstate.error.actor.loader'), 'loader failed'],
    [step('xstate.after.1000.light.green'), 'after 1000 ms'],
    [step('xstate.after.song.player.deck'), 'after song'],
    [step('xstate.snapshot.child'), 'child changed'],
    [step('inspection.disconnected'), 'its program left'],
    [step('response.head'), 'response.head'],
    [step('xstate.unknown'), 'xstate.unknown'],
  ])('%j is "%s"', (event, words) => {
    expect(eventWords(event)).toBe(words);
  });
});
