import { describe, expect, it } from '@jest/globals';
import { createActor } from 'xstate';

import { TUNNEL_EVENTS, tunnelMachine, type TunnelEvent, type TunnelTag } from '../../../machines/index.js';
import { cell, initial, reachable, stateName } from '../../support/machines/pure.js';

type Row = Readonly<Record<TunnelEvent['type'], string>>;

const nothing: Row = {
  'proxy.dialled': '-',
  'proxy.connected': '-',
  'challenge.kept': '-',
  'challenge.closed': '-',
  'proxy.refused': '-',
  'tunnel.opened': '-',
  'origin.secure': '-',
  'origin.connected': '-',
  'attempt.failed': '-',
  'deadline.expired': '-',
  'tunnel.cancel': '-',
};

const pending: Row = {
  ...nothing,
  'attempt.failed': 'failed | reportFailure dropConnection',
  'deadline.expired': 'failed | reportTimeout dropConnection',
  'tunnel.cancel': 'cancelled | dropConnection',
};

const asking = {
  'proxy.refused': 'refused | reportFailure dropConnection',
  'tunnel.opened': 'open | enterTunnel',
};

/* `target | actions`; `-`: means nothing in that state. */
const table: Readonly<Record<string, Row>> = {
  dialling: {
    ...pending,
    'proxy.dialled': 'securingProxy | secureProxy',
    'proxy.connected': 'asked | sendConnect',
  },
  securingProxy: { ...pending, 'proxy.connected': 'asked | sendConnect' },
  asked: {
    ...pending,
    ...asking,
    'challenge.kept': 'challenged.asked | sendConnect',
    'challenge.closed': 'challenged.dialling | dialProxy',
  },
  'challenged.dialling': {
    ...pending,
    'proxy.dialled': 'challenged.securingProxy | secureProxy',
    'proxy.connected': 'challenged.asked | sendConnect',
  },
  'challenged.securingProxy': { ...pending, 'proxy.connected': 'challenged.asked | sendConnect' },
  'challenged.asked': { ...pending, ...asking },
  open: {
    ...pending,
    'origin.secure': 'securingOrigin | secureOrigin',
    'origin.connected': 'ready | handOver',
  },
  securingOrigin: { ...pending, 'origin.connected': 'ready | handOver' },
  ready: nothing,
  refused: nothing,
  failed: nothing,
  cancelled: nothing,
};

const PROXY = ['asked', 'challenged.asked', 'challenged.dialling', 'challenged.securingProxy', 'dialling'];
const ORIGIN = ['open', 'securingOrigin'];
const ENDS = ['cancelled', 'failed', 'ready', 'refused'];

const states = reachable(tunnelMachine, TUNNEL_EVENTS);

describe('the tunnel chart', () => {
  it('the tunnel chart reaches exactly the states of the table, from a dial', () => {
    expect([...states.keys()].sort()).toEqual(Object.keys(table).sort());
    expect(stateName(initial(tunnelMachine).value)).toBe('dialling');
  });

  describe.each(Object.keys(table))('when %s', (name) => {
    it.each(Object.entries(table[name] ?? {}))('the tunnel chart %s: %s', (event, expected) => {
      expect(TUNNEL_EVENTS).toContain(event);
      expect(cell(tunnelMachine, states.get(name) ?? initial(tunnelMachine), event, '-')).toBe(expected);
    });

    it('the tunnel chart has a cell for every event', () => {
      expect(Object.keys(table[name] ?? {}).sort()).toEqual([...TUNNEL_EVENTS].sort());
    });
  });

  it.each([
    ['pending', [...PROXY, ...ORIGIN, 'securingProxy']],
    ['proxy', [...PROXY, 'refused', 'securingProxy']],
    ['origin', ORIGIN],
    ['asking', ['asked', 'challenged.asked']],
    ['answering', ['challenged.asked', 'challenged.dialling', 'challenged.securingProxy']],
    ['over', ENDS],
  ] satisfies [TunnelTag, string[]][])(
    'the tunnel chart has the tag %s in the right states',
    (tag, names) => {
      const tagged = [...states].filter(([, snapshot]) => snapshot.hasTag(tag)).map(([name]) => name);
      expect(tagged.sort()).toEqual([...names].sort());
    },
  );

  it('the tunnel chart sends credentials at most once: no way leads from an answered challenge to another', () => {
    const answering = [...states].filter(([, snapshot]) => snapshot.hasTag('answering'));
    for (const [name, snapshot] of answering) {
      for (const event of ['challenge.kept', 'challenge.closed']) {
        expect([name, event, cell(tunnelMachine, snapshot, event, '-')]).toEqual([name, event, '-']);
      }
    }
  });

  it('the tunnel chart is inert by itself: it runs in any XState system and touches nothing', () => {
    const actor = createActor(tunnelMachine).start();
    for (const type of ['proxy.connected', 'challenge.kept', 'tunnel.opened'] as const) actor.send({ type });
    expect(actor.getSnapshot()).toMatchObject({ value: 'open', status: 'active' });
    actor.stop();
  });
});
