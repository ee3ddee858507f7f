import { describe, expect, it } from '@jest/globals';

import { KnownNames, withParents } from '../../src/chart/index.js';

const STATES = withParents(['closed', 'connected.open', 'errored.recoverable.open']);
const known = new KnownNames('state', STATES);

describe('names that users pass are checked', () => {
  it('a dotted name brings the names of the states around it', () => {
    expect(STATES).toEqual([
      'closed',
      'connected',
      'connected.open',
      'errored',
      'errored.recoverable',
      'errored.recoverable.open',
    ]);
  });

  it.each(STATES)('a known name passes: %s', (name) => {
    expect(() => {
      known.check(name);
    }).not.toThrow();
  });

  it.each([
    ['closd', 'unknown state "closd" (did you mean "closed"?); expected one of closed, connected, '],
    [
      'conected.open',
      'unknown state "conected.open" (did you mean "connected.open"?); expected one of closed, ',
    ],
    [
      'connected.opened',
      'unknown state "connected.opened" (did you mean "connected.open"?); expected one of closed, ',
    ],
    ['', 'unknown state ""; expected one of closed, connected, connected.open, errored, '],
    ['elsewhere', 'unknown state "elsewhere"; expected one of closed, '],
    [undefined, 'unknown state undefined; expected one of closed, '],
    [7, 'unknown state 7; expected one of closed, '],
  ])('the unknown name %p is refused with the names that exist, and a near one', (name, text) => {
    let error: unknown;
    try {
      known.check(name);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain(text);
  });
});
