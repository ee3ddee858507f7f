import { describe, expect, it } from '@jest/globals';

import type { AnyMachineSnapshot } from 'xstate';

import { EXCHANGE_EVENTS, exchangeMachine } from '../../machines/index.js';
import { golden } from '../support/machines/golden.js';
import { cell, reachable, stateName } from '../support/machines/pure.js';

const states = reachable(exchangeMachine, EXCHANGE_EVENTS);

/** Where a state has its sub-states for a fresh connection, and for none. */
function placeOf(snapshot: AnyMachineSnapshot): string {
  if (snapshot.hasTag('cancelled')) return 'preparing.cancelled';
  return snapshot.hasTag('preparing') ? 'preparing' : 'idle';
}

/** Every state with its tags, every event that means something there, and the list of those that do not. */
function matrix(): string {
  const blocks = [...states].map(([name, snapshot]) => {
    const cells = EXCHANGE_EVENTS.map(
      (event) => [event, cell(exchangeMachine, snapshot, event, '-')] as const,
    );
    const ignored = cells.filter(([, outcome]) => outcome === '-').map(([event]) => event);
    const lines = cells
      .filter(([, outcome]) => outcome !== '-')
      .map(([event, outcome]) => `  ${event.padEnd(18)} -> ${outcome}`);
    return [
      `${name}  (${[...snapshot.tags].sort().join(' ')})`,
      ...lines,
      `  nothing on ${ignored.length === 0 ? 'none' : ignored.join(', ')}`,
    ].join('\n');
  });
  return `${blocks.join('\n\n')}\n`;
}

describe('the complete matrix of the exchange chart', () => {
  it('the matrix of the exchange chart is the committed one', () => {
    const actual = matrix();
    expect(actual).toBe(golden('exchange.matrix.txt', actual));
  });

  it('the exchange chart names no action and no service: it only says where the cycle is', () => {
    expect(matrix()).not.toContain('|');
  });
});

describe('in every state of the exchange chart', () => {
  const everywhere = [...states];

  it.each(everywhere)(
    'in %s of the exchange, a new connection starts from the beginning',
    (_name, snapshot) => {
      const fresh = `${placeOf(snapshot)}.fresh`;
      const expected = stateName(snapshot.value) === fresh ? 'stays' : fresh;
      expect(cell(exchangeMachine, snapshot, 'connection.opened', '-')).toBe(expected);
    },
  );

  it.each(everywhere)('in %s of the exchange, the end of the connection closes', (_name, snapshot) => {
    const closed = snapshot.hasTag('preparing') ? `${placeOf(snapshot)}.closed` : 'closed';
    const expected = stateName(snapshot.value) === closed ? 'stays' : closed;
    expect(cell(exchangeMachine, snapshot, 'connection.closed', '-')).toBe(expected);
  });

  it.each(everywhere)(
    'in %s of the exchange, a broken rule is an error, unless there is no connection',
    (_name, snapshot) => {
      if (snapshot.hasTag('preparing')) {
        expect(cell(exchangeMachine, snapshot, 'exchange.fail', '-')).toBe(
          cell(exchangeMachine, snapshot, 'connection.closed', '-'),
        );
        return;
      }
      const stays = snapshot.matches('closed') || snapshot.matches('error');
      expect(cell(exchangeMachine, snapshot, 'exchange.fail', '-')).toBe(stays ? 'stays' : 'error');
    },
  );

  it.each(everywhere)(
    'in %s of the exchange, a request may begin when idle, and only then',
    (_name, snapshot) => {
      const isFree = snapshot.hasTag('idle') && !snapshot.hasTag('preparing');
      expect(snapshot.can({ type: 'request.head' })).toBe(isFree);
    },
  );

  it.each(everywhere)(
    'in %s of the exchange, one request at a time is prepared, until that has ended',
    (_name, snapshot) => {
      const isPreparing = snapshot.hasTag('preparing');
      expect(snapshot.can({ type: 'request.prepared' })).toBe(isPreparing);
      expect(snapshot.can({ type: 'request.cancel' })).toBe(isPreparing);
      expect(isPreparing && snapshot.can({ type: 'request.prepare' })).toBe(false);
      for (const event of EXCHANGE_EVENTS) {
        if (!isPreparing || event === 'request.prepared') continue;
        expect(cell(exchangeMachine, snapshot, event, '-')).toMatch(/^(-|stays|preparing\..*)$/u);
      }
    },
  );

  it.each(everywhere)(
    'in %s of the exchange, a preparation that was cancelled stays cancelled',
    (_name, snapshot) => {
      if (!snapshot.hasTag('cancelled')) return;
      for (const event of EXCHANGE_EVENTS) {
        if (event === 'request.prepared') continue;
        expect(cell(exchangeMachine, snapshot, event, '-')).toMatch(/^(-|stays|preparing\.cancelled\..*)$/u);
      }
    },
  );

  it.each(everywhere)(
    'in %s of the exchange, keep-alive, once off, never comes back on this connection',
    (_name, snapshot) => {
      if (!snapshot.hasTag('finishing')) {
        expect(snapshot.matches({ active: { keepAlive: 'off' } })).toBe(false);
        return;
      }
      for (const event of EXCHANGE_EVENTS) {
        if (event === 'connection.opened' || event === 'request.replay') continue;
        expect(cell(exchangeMachine, snapshot, event, '-')).not.toMatch(/idle|fresh|reus|keepAlive\.on/u);
      }
    },
  );
});
