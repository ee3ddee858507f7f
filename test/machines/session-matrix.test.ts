import { describe, expect, it } from '@jest/globals';

import { SESSION_EVENTS, sessionMachine } from '../../machines/index.js';
import { sessionTable, sessionTags } from './session.table.js';
import { cell, initial, reachable, stateName, step } from '../support/machines/pure.js';

/** Commands are methods of the session; everything else is reported to it. */
const isCommand = (event: string): boolean =>
  event.startsWith('session.') ||
  ['socket.attach', 'socket.detach', 'exception.set', 'exception.clear'].includes(event);

const states = reachable(sessionMachine, SESSION_EVENTS);

describe('the session chart', () => {
  it('the session chart reaches exactly the states of the table', () => {
    expect([...states.keys()].sort()).toEqual(Object.keys(sessionTable).sort());
  });

  it('the session chart starts unconnected and idle, without any effect', () => {
    expect(stateName(initial(sessionMachine).value)).toBe('unconnected.idle');
  });

  describe.each(Object.keys(sessionTable))('in %s', (name) => {
    const snapshot = states.get(name) ?? initial(sessionMachine);

    it('the session chart has a cell for every event', () => {
      expect(Object.keys(sessionTable[name] ?? {}).sort()).toEqual([...SESSION_EVENTS].sort());
    });

    it.each(Object.entries(sessionTable[name] ?? {}))('the session chart on %s: %s', (event, expected) => {
      expect(cell(sessionMachine, snapshot, event, isCommand(event) ? 'illegal' : 'ignored')).toBe(expected);
    });

    it('the session chart has the tags of the state', () => {
      expect([...snapshot.tags].sort().join(' ')).toBe(sessionTags[name] ?? '');
    });

    it('the session chart stays unchanged by an unknown event', () => {
      expect(cell(sessionMachine, snapshot, 'no.such.event', 'nothing')).toBe('nothing');
    });
  });
});

describe('what the session chart promises', () => {
  const walk = (...events: readonly string[]): string => {
    let snapshot = initial(sessionMachine);
    for (const event of events) snapshot = step(sessionMachine, snapshot, event).next;
    return stateName(snapshot.value);
  };

  it.each(['session.connect', 'socket.attach'])(
    'the session chart forgets the exception on %s, wherever it is legal',
    (event) => {
      const effects = [...states.values()]
        .filter((snapshot) => snapshot.can({ type: event }))
        .map((snapshot) => step(sessionMachine, snapshot, event).effects);
      expect(effects.length).toBeGreaterThanOrEqual(4);
      for (const names of effects) expect(names).toContain('clearException');
    },
  );

  it('the session chart keeps the exception on close and abort', () => {
    for (const snapshot of states.values()) {
      for (const event of ['session.close', 'session.abort']) {
        expect(step(sessionMachine, snapshot, event).effects).not.toContain('clearException');
      }
    }
  });

  it('the session chart watches the socket in exactly the states that have one', () => {
    for (const snapshot of states.values()) {
      expect('bufferService' in snapshot.children).toBe(snapshot.hasTag('attached'));
    }
  });

  it('the session chart lets go of the socket whenever it stops watching it for good', () => {
    const letGo = ['detachSocket', 'closeSocket', 'resetSocket', 'destroySocket'];
    for (const snapshot of states.values()) {
      for (const event of SESSION_EVENTS) {
        const { next, effects } = step(sessionMachine, snapshot, event);
        if (!snapshot.hasTag('attached') || next.hasTag('attached')) continue;
        expect(effects.filter((effect) => letGo.includes(effect))).toHaveLength(1);
      }
    }
  });

  it('the session chart runs the connector in connecting and nowhere else', () => {
    for (const [name, snapshot] of states) {
      expect('connector' in snapshot.children).toBe(name === 'unconnected.connecting');
    }
  });

  it('the session chart remembers over an exception that the peer has finished sending', () => {
    expect(walk('socket.attach', 'exception.set', 'socket.ended', 'exception.clear')).toBe(
      'connected.halfClosed',
    );
    expect(walk('socket.attach', 'socket.ended', 'exception.set', 'exception.clear')).toBe(
      'connected.halfClosed',
    );
  });

  it('the session chart continues a drain that was requested while an exception was stored', () => {
    expect(walk('socket.attach', 'exception.set', 'session.drain', 'exception.clear')).toBe(
      'connected.draining',
    );
  });

  it('the session chart lingers only while the peer may still send: with both sides finished, it closes', () => {
    expect(walk('socket.attach', 'session.linger')).toBe('connected.lingering');
    expect(walk('socket.attach', 'session.linger', 'socket.ended')).toBe('closed');
    expect(walk('socket.attach', 'socket.ended', 'session.linger')).toBe('closed');
  });

  it('the session chart can be connected again from everywhere without a socket', () => {
    for (const snapshot of states.values()) {
      const connecting = stateName(snapshot.value) === 'unconnected.connecting';
      expect(snapshot.can({ type: 'session.connect' })).toBe(!snapshot.hasTag('attached') && !connecting);
    }
  });
});
