import { describe, expect, it } from '@jest/globals';

import { withParents } from '../../src/chart/index.js';
import { checkOptions, describeValue, KnownNames } from '../../src/errors/index.js';

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

describe('options of a call are checked', () => {
  const options = new KnownNames('option of new HTTPServer()', ['timeout', 'keepAlive']);

  it.each([[{}], [{ timeout: 1 }], [{ keepAlive: undefined }], [Object.create({ timeout: 1 })]])(
    'known options pass: %j',
    (given) => {
      expect(() => {
        checkOptions('new HTTPServer()', given, options);
      }).not.toThrow();
    },
  );

  it.each([
    [
      { timeuot: 1 },
      'unknown option of new HTTPServer() "timeuot" (did you mean "timeout"?); expected one of timeout, keepAlive',
    ],
    [null, 'new HTTPServer(): the options must be an object (got null)'],
    [5, 'new HTTPServer(): the options must be an object (got 5)'],
    [['timeout'], 'new HTTPServer(): the options must be an object (got an array of 1)'],
  ])('%j is refused', (given, text) => {
    expect(() => {
      checkOptions('new HTTPServer()', given, options);
    }).toThrow(new TypeError(text));
  });
});

describe('a value is described for an error text, whatever it is', () => {
  const unreadable = new Proxy(
    {},
    {
      get: () => {
        throw new Error('no');
      },
    },
  );

  it.each([
    ['text', '"text"'],
    ['x'.repeat(100), `"${'x'.repeat(60)}"`],
    [5n, '5'],
    [undefined, 'undefined'],
    [Symbol('name'), 'Symbol(name)'],
    [new Map(), 'a Map'],
    [{ a: 1 }, 'an object'],
    [Object.create(null), 'an object'],
    [unreadable, 'a value that cannot be described'],
    [() => 1, 'function without a name'],
  ])('case %#', (value, text) => {
    expect(describeValue(value)).toBe(text);
  });
});
