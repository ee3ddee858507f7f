import { describe, expect, it } from '@jest/globals';

import type { ActorDetail, ActorSummary } from '../../../src/inspector/model/shapes.js';
import { sequenceOf, type Sequence } from '../../../src/inspector/page/logic/sequence.js';
import { changes } from '../../support/inspector/changes.js';

type Subject = Pick<ActorDetail, 'id' | 'name' | 'session' | 'children'>;

function named(name: string, children: readonly { id: string; name: string }[] = []): Subject {
  return { id: 'a', name, session: null, children: children as ActorSummary[] };
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
    expect(message).toBe('socket > session: xstate.done.actor.connector');
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
