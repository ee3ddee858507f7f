import { describe, expect, it } from '@jest/globals';
import type { AnyMachineSnapshot } from 'xstate';

import { exchangeMachine, type ExchangeEventType, type ExchangeTag } from '../../machines/index.js';
import { initial, stateName, step } from '../support/machines/pure.js';

/** Walks the chart; an event that the state does not permit is a mistake in the scenario. */
function after(...events: readonly ExchangeEventType[]): AnyMachineSnapshot {
  return events.reduce<AnyMachineSnapshot>((snapshot, type) => {
    if (!snapshot.can({ type })) throw new Error(`${type} means nothing in ${stateName(snapshot.value)}`);
    return step(exchangeMachine, snapshot, type).next;
  }, initial(exchangeMachine));
}

const state = (...events: readonly ExchangeEventType[]): string => stateName(after(...events).value);
const tags = (...events: readonly ExchangeEventType[]): readonly string[] =>
  [...after(...events).tags].sort();
const has = (tag: ExchangeTag, ...events: readonly ExchangeEventType[]): boolean =>
  after(...events).hasTag(tag);
const permits = (type: ExchangeEventType, ...events: readonly ExchangeEventType[]): boolean =>
  after(...events).can({ type });

const cycle = ['request.head', 'request.end', 'response.head', 'response.end'] as const;

describe('one cycle', () => {
  it('one cycle begins on a fresh connection', () => {
    expect(state()).toBe('idle.fresh');
    expect(tags()).toEqual(['idle']);
  });

  it('one cycle goes through request and response back to idle, and the connection counts as reused', () => {
    expect(tags('request.head')).toEqual(['requesting', 'responding', 'unanswered']);
    expect(tags('request.head', 'request.end')).toEqual(['responding', 'unanswered']);
    expect(tags('request.head', 'request.end', 'response.head')).toEqual(['responding']);
    expect(state(...cycle)).toBe('idle.reused');
    expect(tags(...cycle)).toEqual(['idle', 'reused']);
  });

  it('one cycle takes any number of body parts without moving', () => {
    const once = state('request.head', 'request.stream');
    expect(once).toBe('active[keepAlive.on replay.impossible cycle[request.body response.waiting]]');
    expect(state('request.head', 'request.stream', 'request.stream', 'request.stream')).toBe(once);
  });

  it('one cycle lets nothing of the next message begin before its own end', () => {
    for (const seen of [1, 2, 3]) expect(permits('request.head', ...cycle.slice(0, seen))).toBe(false);
    expect(permits('request.head', ...cycle)).toBe(true);
  });

  it('one cycle has no response without a request', () => {
    for (const type of ['response.interim', 'response.head', 'response.end', 'response.switch'] as const) {
      expect(permits(type)).toBe(false);
    }
  });

  it('one cycle ends no response that has not begun, and begins none twice', () => {
    expect(permits('response.end', 'request.head')).toBe(false);
    expect(permits('response.head', 'request.head', 'response.head')).toBe(false);
    expect(permits('request.end', 'request.head', 'request.end')).toBe(false);
  });
});

describe('a head that comes in pieces', () => {
  it('a head that comes in pieces is on an idle connection from its first byte on', () => {
    expect(tags('request.begin')).toEqual(['idle', 'receiving']);
    expect(permits('request.begin', 'request.begin')).toBe(false);
    expect(state('request.begin', 'request.head')).toBe(state('request.head'));
  });

  it('a head that comes in pieces is exactly as replayable as one that comes at once', () => {
    expect(tags(...cycle, 'request.begin')).toEqual(['idle', 'receiving', 'reused']);
    expect(state(...cycle, 'request.begin', 'request.head')).toBe(state(...cycle, 'request.head'));
  });
});

describe('keep-alive', () => {
  it.each([
    [
      'at the request head',
      ['request.head', 'connection.close', 'request.end', 'response.head', 'response.end'],
    ],
    [
      'after the request',
      ['request.head', 'request.end', 'connection.close', 'response.head', 'response.end'],
    ],
    [
      'at the response head',
      ['request.head', 'request.end', 'response.head', 'connection.close', 'response.end'],
    ],
    [
      'twice, by both sides',
      [
        'request.head',
        'connection.close',
        'request.end',
        'response.head',
        'connection.close',
        'response.end',
      ],
    ],
  ] as const)('keep-alive turned off %s, ends the connection with this cycle', (_when, events) => {
    expect(state(...events)).toBe('mustClose');
    expect(tags(...events)).toEqual(['over', 'past']);
  });

  it('keep-alive says that the connection will end as soon as it is known', () => {
    expect(has('finishing', 'request.head')).toBe(false);
    expect(has('finishing', 'request.head', 'connection.close')).toBe(true);
  });

  it.each([
    ['fresh', []],
    ['reused', cycle],
  ] as const)('keep-alive turned off while idle and %s, permits no further request', (_name, events) => {
    expect(state(...events, 'connection.close')).toBe('mustClose');
    expect(permits('request.head', ...events, 'connection.close')).toBe(false);
  });

  it('keep-alive may be said to be off again when the connection is to be closed', () => {
    expect(state('connection.close', 'connection.close')).toBe('mustClose');
  });

  it('keep-alive continues for any number of cycles', () => {
    expect(state(...cycle, ...cycle, ...cycle)).toBe('idle.reused');
  });
});

describe('interim responses', () => {
  it.each([0, 1, 2, 7])('interim responses may be %i, and the final one still follows', (count) => {
    const interims = Array<ExchangeEventType>(count).fill('response.interim');
    expect(has('unanswered', 'request.head', 'request.end', ...interims)).toBe(true);
    expect(state('request.head', 'request.end', ...interims, 'response.head', 'response.end')).toBe(
      'idle.reused',
    );
  });

  it('interim responses never come after the final head', () => {
    expect(permits('response.interim', 'request.head', 'response.head')).toBe(false);
    expect(permits('response.continue', 'request.head', 'response.head')).toBe(false);
  });

  it('interim responses may be an unsolicited 100 Continue', () => {
    expect(state('request.head', 'request.end', 'response.continue', 'response.head', 'response.end')).toBe(
      'idle.reused',
    );
  });
});

describe('Expect: 100-continue', () => {
  const expecting = ['request.head', 'request.expect'] as const;

  it('Expect: 100-continue holds the body back', () => {
    expect(tags(...expecting)).toEqual(['awaitingContinue', 'requesting', 'responding', 'unanswered']);
  });

  it('Expect: 100-continue granted: the body follows and the connection stays open', () => {
    const granted = [...expecting, 'response.continue'] as const;
    expect(has('awaitingContinue', ...granted)).toBe(false);
    expect(has('requesting', ...granted)).toBe(true);
    expect(state(...granted, 'request.stream', 'request.end', 'response.head', 'response.end')).toBe(
      'idle.reused',
    );
  });

  it('Expect: 100-continue granted: until the body begins, the client is waited for', () => {
    const granted = [...expecting, 'response.continue'] as const;
    expect(has('continued', ...granted)).toBe(true);
    expect(has('continued', ...granted, 'request.stream')).toBe(false);
    expect(state(...granted, 'request.end')).toBe(state('request.head', 'request.end'));
    expect(state(...granted, 'request.abandon')).toBe(state('request.head', 'request.abandon'));
  });

  it('Expect: 100-continue granted only by 100: another interim response keeps it waiting', () => {
    expect(has('awaitingContinue', ...expecting, 'response.interim', 'response.interim')).toBe(true);
  });

  it('Expect: 100-continue not waited for any longer: the body begins by itself, the late 100 is only an interim response', () => {
    const impatient = [...expecting, 'request.stream'] as const;
    expect(has('awaitingContinue', ...impatient)).toBe(false);
    expect(state(...impatient, 'response.continue', 'request.end', 'response.head', 'response.end')).toBe(
      'idle.reused',
    );
  });

  it('Expect: 100-continue not waited for, with a body that was empty after all', () => {
    expect(state(...expecting, 'request.end', 'response.head', 'response.end')).toBe('idle.reused');
  });

  it('Expect: 100-continue refused by a final response: the connection ends with it, keep-alive or not', () => {
    const refused = [...expecting, 'response.head'] as const;
    expect(has('requesting', ...refused)).toBe(false);
    expect(has('finishing', ...refused)).toBe(true);
    expect(state(...refused, 'response.end')).toBe('mustClose');
    expect(state(...expecting, 'connection.close', 'response.head', 'response.end')).toBe('mustClose');
    expect(state(...refused, 'connection.close', 'response.end')).toBe('mustClose');
  });

  it('Expect: 100-continue refused: stays refused when the end of the connection is reported again', () => {
    const refused = [...expecting, 'response.head', 'connection.close'] as const;
    expect(tags(...refused)).toEqual(['finishing', 'responding']);
    expect(state(...refused, 'connection.close')).toBe(state(...refused));
  });

  it('Expect: 100-continue refused: what the client sends of its body nevertheless changes nothing', () => {
    for (const type of ['request.stream', 'request.end'] as const) {
      expect(permits(type, ...expecting, 'response.head')).toBe(false);
    }
  });
});

describe('a response before the end of its request', () => {
  const early = ['request.head', 'response.head', 'response.end'] as const;

  it('a response before the end of its request waits for the rest of the request', () => {
    expect(tags(...early)).toEqual(['requesting']);
    expect(permits('request.head', ...early)).toBe(false);
  });

  it('a response before the end of its request keeps the connection when the rest was read', () => {
    expect(state(...early, 'request.stream', 'request.end')).toBe('idle.reused');
    expect(state('request.head', 'response.head', 'request.end', 'response.end')).toBe('idle.reused');
  });

  it('a response before the end of its request ends the connection when the rest is never read', () => {
    expect(state(...early, 'request.abandon')).toBe('mustClose');
  });
});

describe('a request that is abandoned', () => {
  it.each([
    ['while its body is on its way', ['request.head']],
    ['while it waits for 100 Continue', ['request.head', 'request.expect']],
    ['while it offers a switch', ['request.head', 'request.offer']],
    ['while it offers a switch and waits', ['request.head', 'request.expect', 'request.offer']],
  ] as const)(
    'a request that is abandoned, %s: is still answered, then the connection ends',
    (_when, events) => {
      expect(has('finishing', ...events, 'request.abandon')).toBe(true);
      expect(has('requesting', ...events, 'request.abandon')).toBe(false);
      expect(state(...events, 'request.abandon', 'response.head', 'response.end')).toBe('mustClose');
    },
  );
});

describe.each([
  ['Upgrade', ['request.head', 'request.offer']],
  ['Upgrade on a reused connection', [...cycle, 'request.head', 'request.offer']],
] as const)('%s', (_name, offered) => {
  it('a switch is accepted: the connection speaks another protocol', () => {
    expect(state(...offered, 'request.end', 'response.switch')).toBe('switched');
    expect(tags(...offered, 'request.end', 'response.switch')).toEqual(['over']);
    expect(state(...offered, 'request.end', 'response.interim', 'response.switch')).toBe('switched');
  });

  it('a switch is accepted only when the request is complete', () => {
    expect(permits('response.switch', ...offered)).toBe(false);
    expect(permits('response.switch', ...offered, 'request.stream')).toBe(false);
  });

  it('a switch is declined by any final response: an ordinary cycle', () => {
    expect(state(...offered, 'request.end', 'response.head', 'response.end')).toBe('idle.reused');
    expect(state(...offered, 'response.head', 'request.end', 'response.end')).toBe('idle.reused');
    expect(permits('response.switch', ...offered, 'request.end', 'response.head')).toBe(false);
  });

  it('a switch permits no other request afterwards', () => {
    expect(permits('request.head', ...offered, 'request.end', 'response.switch')).toBe(false);
  });
});

describe('Upgrade together with Expect', () => {
  const both = ['request.head', 'request.expect', 'request.offer'] as const;

  it('Upgrade together with Expect granted: waits, sends the body, then switches', () => {
    expect(has('awaitingContinue', ...both)).toBe(true);
    expect(state(...both, 'response.continue', 'request.stream', 'request.end', 'response.switch')).toBe(
      'switched',
    );
    expect(state(...both, 'request.stream', 'request.end', 'response.switch')).toBe('switched');
    expect(state(...both, 'request.end', 'response.switch')).toBe('switched');
  });

  it('Upgrade together with Expect granted: until the body begins, the client is waited for', () => {
    const granted = [...both, 'response.continue'] as const;
    expect(tags(...granted)).toEqual(['continued', 'requesting', 'responding', 'unanswered']);
    expect(tags(...granted, 'request.stream')).toEqual(['requesting', 'responding', 'unanswered']);
  });

  it('Upgrade together with Expect granted, and answered without a switch: the body may still come', () => {
    const answered = [...both, 'response.continue', 'response.head'] as const;
    expect(tags(...answered)).toEqual(['requesting', 'responding']);
    expect(state(...answered, 'request.end', 'response.end')).toBe('idle.reused');
  });

  it('Upgrade together with Expect granted, and then without a body: switches, or is abandoned', () => {
    const granted = [...both, 'response.continue'] as const;
    expect(state(...granted, 'request.end', 'response.switch')).toBe('switched');
    expect(tags(...granted, 'request.abandon')).toEqual(['finishing', 'responding', 'unanswered']);
  });

  it('Upgrade together with Expect refused: neither body nor switch, and the connection ends', () => {
    expect(state(...both, 'response.head', 'response.end')).toBe('mustClose');
  });
});

describe('CONNECT', () => {
  const connect = ['request.head', 'request.offer', 'request.end'] as const;

  it('CONNECT accepted by the response head: a tunnel from then on', () => {
    expect(state(...connect, 'response.switch')).toBe('switched');
  });

  it('CONNECT refused: the response has a body and the connection stays open, as with any method', () => {
    expect(state(...connect, 'response.head', 'response.end')).toBe('idle.reused');
  });
});

describe('replay', () => {
  const again = [...cycle, 'request.head'] as const;

  it('replay is impossible on a fresh connection', () => {
    expect(has('replayable', 'request.head')).toBe(false);
    expect(permits('request.replay', 'request.head')).toBe(false);
  });

  it('replay is possible on a reused connection until there is a sign of an answer', () => {
    expect(has('replayable', ...again)).toBe(true);
    expect(has('replayable', ...again, 'request.end')).toBe(true);
    expect(has('replayable', ...again, 'request.expect', 'request.offer')).toBe(true);
    expect(has('replayable', ...again, 'connection.close')).toBe(true);
  });

  it.each(['response.interim', 'response.continue', 'response.head', 'request.stream'] as const)(
    'replay becomes impossible with %s, for good',
    (type) => {
      expect(has('replayable', ...again, type)).toBe(false);
      expect(permits('request.replay', ...again, type, 'request.end')).toBe(false);
    },
  );

  it('replay is impossible once the switch was accepted', () => {
    expect(permits('request.replay', ...again, 'request.offer', 'request.end', 'response.switch')).toBe(
      false,
    );
  });

  it('replay happens once: the second attempt is a cycle on a fresh connection', () => {
    const replayed = [...again, 'request.end', 'request.replay'] as const;
    expect(state(...replayed)).toBe('idle.fresh');
    expect(has('replayable', ...replayed, 'connection.opened', 'request.head', 'request.end')).toBe(false);
    expect(permits('request.replay', ...replayed, 'connection.opened', 'request.head')).toBe(false);
  });

  it('replay may come again after a cycle of the new connection was completed', () => {
    expect(has('replayable', ...again, 'request.replay', ...cycle, 'request.head')).toBe(true);
  });
});

describe('a request that a client prepares', () => {
  const unread = ['request.head', 'request.end', 'response.head'] as const;

  it('a request that a client prepares lets no other request begin, nor be prepared, until it is ready', () => {
    for (const before of [[], cycle, unread, ['connection.closed']] as const) {
      const preparing = [...before, 'request.prepare'] as const;
      expect(permits('request.head', ...preparing)).toBe(false);
      expect(permits('request.prepare', ...preparing)).toBe(false);
      expect(has('preparing', ...preparing, 'request.prepared')).toBe(false);
    }
  });

  it('a request that a client prepares leaves the connection as it was', () => {
    expect(state('request.prepare', 'request.prepared')).toBe('idle.fresh');
    expect(state(...cycle, 'request.prepare', 'request.prepared')).toBe('idle.reused');
    expect(state('connection.closed', 'request.prepare', 'request.prepared')).toBe('closed');
  });

  it('a request that a client prepares watches an idle connection meanwhile, and opens another one when that has ended', () => {
    const looking = [...cycle, 'request.prepare'] as const;
    expect(tags(...looking)).toEqual(['idle', 'preparing', 'reused']);
    expect(tags(...looking, 'connection.closed')).toEqual(['over', 'past', 'preparing']);
    expect(state(...looking, 'connection.closed', 'connection.opened', 'request.prepared')).toBe(
      'idle.fresh',
    );
  });

  it('a request that a client prepares waits for the rest of the response before it, after which the connection counts as reused', () => {
    const discarding = [...unread, 'request.prepare'] as const;
    expect(tags(...discarding)).toEqual(['preparing', 'responding']);
    expect(tags(...discarding, 'response.end')).toEqual(['idle', 'preparing', 'reused']);
    expect(state(...discarding, 'response.end', 'request.prepared')).toBe('idle.reused');
  });

  it('a request that a client prepares needs another connection after the last response of one', () => {
    const discarding = [...unread, 'connection.close', 'request.prepare'] as const;
    expect(tags(...discarding)).toEqual(['finishing', 'preparing', 'responding']);
    expect(tags(...discarding, 'response.end')).toEqual(['over', 'past', 'preparing']);
  });

  it('a request that a client prepares needs another connection after a response that refused the body of its request', () => {
    const refused = ['request.head', 'request.expect', 'response.head', 'request.prepare'] as const;
    expect(tags(...refused)).toEqual(['finishing', 'preparing', 'responding']);
    expect(tags(...refused, 'response.end')).toEqual(['over', 'past', 'preparing']);
  });

  it('a prepared request leaves an unusable connection behind when the rest of the response was not read', () => {
    expect(state(...unread, 'request.prepare', 'request.prepared')).toBe('mustClose');
  });

  it.each([
    ['its last exchange is complete', ['connection.close']],
    ['it has switched protocols', ['request.head', 'request.offer', 'request.end', 'response.switch']],
    ['a message broke the rules', ['request.head', 'exchange.fail']],
    ['it is closed', ['connection.closed']],
  ] as const)('a request that a client prepares needs another connection where %s', (_why, events) => {
    expect(state(...events, 'request.prepare')).toBe('preparing.closed');
  });

  it.each([
    ['an idle connection', cycle],
    ['a response that is thrown away', unread],
    ['a connection that is opened', ['connection.closed']],
  ] as const)('a request that a client prepares is cancelled when the user closes %s', (_what, events) => {
    const cancelled = [...events, 'request.prepare', 'request.cancel'] as const;
    expect(tags(...cancelled)).toEqual(['cancelled', 'over', 'past', 'preparing']);
    expect(state(...cancelled, 'connection.closed', 'request.prepared')).toBe('closed');
  });

  it('a request that a client prepares stays cancelled when the user attaches another socket, which is left as it is', () => {
    const attached = ['request.prepare', 'request.cancel', 'connection.closed', 'connection.opened'] as const;
    expect(tags(...attached)).toEqual(['cancelled', 'idle', 'preparing']);
    expect(tags(...attached, 'connection.closed')).toEqual(['cancelled', 'over', 'past', 'preparing']);
    expect(state(...attached, 'request.prepared')).toBe('idle.fresh');
  });

  it('a request that a client prepares is not cancelled by what the user closed before', () => {
    expect(permits('request.cancel', ...cycle)).toBe(false);
    expect(permits('request.cancel', 'connection.closed')).toBe(false);
  });
});

describe('the end', () => {
  it('a session may be connected again after its end', () => {
    expect(state(...cycle, 'connection.closed', 'connection.opened')).toBe('idle.fresh');
    expect(state('request.head', 'exchange.fail', 'connection.opened')).toBe('idle.fresh');
    expect(state('request.head', 'connection.opened')).toBe('idle.fresh');
  });

  it('after a broken rule only the end of the connection is trusted', () => {
    const failed = after('request.head', 'exchange.fail');
    expect([...failed.tags].sort()).toEqual(['finishing', 'over']);
    const ends = ['connection.opened', 'connection.close', 'connection.closed', 'exchange.fail'];
    const permitted = [...ends, 'request.prepare'];
    expect(exchangeMachine.events.filter((type) => failed.can({ type })).sort()).toEqual(permitted.sort());
  });

  it('the end of a connection may be reported twice', () => {
    expect(state('connection.closed', 'connection.closed')).toBe('closed');
    expect(tags('connection.closed')).toEqual(['over', 'past']);
    expect(state('connection.closed', 'exchange.fail')).toBe('closed');
  });
});
