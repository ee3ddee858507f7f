import { describe, expect, it } from '@jest/globals';

import { requestGroupsOf } from '../../../src/inspector/model/request-groups.js';
import {
  sequenceOf,
  tailOf,
  type Sequence,
  type SequenceSubject,
} from '../../../src/inspector/model/sequence.js';
import { changes } from '../../support/inspector/changes.js';

function named(name: string, children: SequenceSubject['children'] = []): SequenceSubject {
  return { id: 'a', name, session: null, children };
}

function told({ lanes, messages }: Sequence): string[] {
  return messages.map(({ from, to, label }) => `${lanes[from]} > ${lanes[to]}: ${label}`);
}

const EVENTS = changes([
  ['', null, 'unconnected.idle'],
  ['socket.attach', 'unconnected.idle', 'connected.open'],
  ['request.head', 'idle', 'request', 'x'],
  ['response.head', 'request', 'response', 'x'],
  ['deadline.expired', 'connected.open', 'errored.recoverable.open'],
  ['exception.clear', 'errored.recoverable.open', 'connected.open'],
  ['socket.closed', 'connected.open', 'closed'],
  ['connection.closed', 'response', 'over', 'x'],
]);

describe('the sequence of a session', () => {
  it('the sequence of a server has requests from the socket and responses to it', () => {
    expect(told(sequenceOf(named('server session 1'), EVENTS))).toEqual([
      'session > session: appears',
      'server > session: socket.attach',
      'socket > session: request.head',
      'server > socket: response.head',
      'session > session: deadline.expired',
      'server > session: exception.clear',
      'socket > session: socket.closed',
      'session > session: connection.closed',
    ]);
  });

  it('the sequence of a client has requests to the socket and responses from it', () => {
    const messages = told(sequenceOf(named('client session 7'), EVENTS));
    expect(messages).toContain('caller > socket: request.head');
    expect(messages).toContain('socket > session: response.head');
  });

  it('the sequence of a session shows the result of a connector as coming from the socket', () => {
    const [message] = told(
      sequenceOf(
        named('client session 7'),
        changes([['xstate.done.actor.connector', 'unconnected.connecting', 'connected.open']]),
      ),
    );
    expect(message).toBe('socket > session: connector is done');
  });
});

describe('the sequence of any other actor', () => {
  it('the sequence of any other actor has a lane for each participant, in order of appearance', () => {
    const log = changes([
      ['', null, 'red'],
      ['push', 'red', 'green', 'a', 'button'],
      ['tick', 'green', 'red', 'a', 'c'],
      ['start', null, 'on', 'c'],
      ['push', 'red', 'green'],
    ]);
    const sequence = sequenceOf(named('light', [{ id: 'c', name: 'clock' }]), log);
    expect(sequence.lanes).toEqual(['light', 'button', 'clock', 'outside']);
    expect(told(sequence)).toEqual([
      'light > light: appears',
      'button > light: push',
      'clock > light: tick',
      'clock > clock: start',
      'outside > light: push',
    ]);
  });
});

describe('the frames and bars of a sequence', () => {
  const log = changes([
    ['socket.attach', 'unconnected.idle', 'connected.open'],
    ['request.head', 'idle.fresh', 'active', 'x'],
    ['request.end', 'active', 'active', 'x'],
    ['', null, '', 'timer'],
    ['response.head', 'active', 'active', 'x'],
    ['response.end', 'active', 'idle.reused', 'x'],
    ['socket.closed', 'connected.open', 'closed'],
  ]);
  const groups = requestGroupsOf(log);
  const sequence = sequenceOf(named('server session 1'), log, {
    groups,
    isShown: ({ event }) => event !== '',
  });

  it('a sequence has a frame for each request, which counts only the messages that are shown', () => {
    expect(sequence.frames.map(({ title, first, end }) => [title, first, end])).toEqual([['#1 40 ms', 1, 5]]);
  });

  it('a request keeps the session busy from its first message to its last, and the server from its head', () => {
    const bars = sequence.bars.map(({ lane, first, last }) => [sequence.lanes[lane], first, last]);
    expect(bars).toEqual([
      ['server', 0, 0],
      ['session', 0, 0],
      ['server', 1, 4],
      ['session', 1, 2],
      ['session', 5, 5],
    ]);
  });

  it('the end of a sequence has what is left of its frames and bars', () => {
    const tail = tailOf(sequence, 3);
    expect(tail.messages.map(({ label }) => label)).toEqual([
      'response.head',
      'response.end',
      'socket.closed',
    ]);
    expect(tail.frames).toMatchObject([{ first: 0, end: 2 }]);
    expect(tail.bars).toEqual([
      { lane: 0, first: 0, last: 1 },
      { lane: 1, first: 2, last: 2 },
    ]);
    expect(tailOf(sequence, 6)).toBe(sequence);
  });

  it('actors are at work while messages follow each other at once', () => {
    const chain = changes([
      ['start', 'idle', 'busy', 'c', 'a'],
      ['push', 'off', 'on', 'a'],
      ['started', 'on', 'on', 'a', 'c'],
      ['push', 'on', 'off', 'a'],
    ]).map((entry) => (entry.number === 4 ? { ...entry, at: 5000 } : entry));
    const { lanes, bars } = sequenceOf(named('light', [{ id: 'c', name: 'clock' }]), chain);
    expect(bars.map(({ lane, first, last }) => [lanes[lane], first, last])).toEqual([
      ['light', 0, 2],
      ['clock', 0, 2],
      ['light', 3, 3],
    ]);
  });
});
