import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { checkTimeouts, type HTTPServerParams, type Surroundings } from '../../src/server/index.js';

interface Setting {
  readonly params: HTTPServerParams;
  readonly surroundings: Surroundings;
}

function codesOf({ params, surroundings }: Setting): readonly string[] {
  return checkTimeouts(params, surroundings).map(({ code }) => code);
}

/** Does what the findings suggest. */
function followed({ params, surroundings }: Setting): Setting {
  let timers = { ...params.timers };
  let drain = { ...surroundings.drain };
  let timeToKill = surroundings.timeToKill;
  for (const { suggestion } of checkTimeouts(params, surroundings)) {
    const [group, name = ''] = suggestion.parameter.split('.');
    if (group === 'timers') timers = { ...timers, [name]: suggestion.value };
    else if (group === 'drain') drain = { ...drain, [name]: suggestion.value };
    else if (suggestion.parameter === 'timeToKill') timeToKill = suggestion.value;
    else throw new Error(`nobody has a parameter ${suggestion.parameter}`);
  }
  return { params: { ...params, timers }, surroundings: { ...surroundings, drain, timeToKill } };
}

const found: readonly (readonly [string, HTTPServerParams, Surroundings])[] = [
  ['PEER_OUTLIVES_SERVER', { timers: { keepAlive: 5_000 } }, { peerIdle: 60_000 }],
  ['PEER_OUTLIVES_SERVER', { keepAliveTimeout: 60_000 }, { peerIdle: 60_000 }],
  ['PEER_OUTLIVES_SERVER', {}, { peerIdle: 600_000 }],
  ['PEER_OUTLIVES_FIRST_BYTE', {}, { peerIdle: 60_000, opensAhead: true }],
  ['ADVERTISED_TOO_LONG', { advertisedKeepAlive: 65_000 }, {}],
  ['MESSAGE_BELOW_PROGRESS', { timers: { message: 30_000 } }, {}],
  ['GRACE_BEYOND_DEADLINE', {}, { drain: { grace: 5_000, deadline: 5_000 } }],
  ['KILLED_BEFORE_DEADLINE', {}, { timeToKill: 30_000 }],
  ['KILLED_BEFORE_DEADLINE', {}, { timeToKill: 60_000, drain: { deadline: 0 } }],
  ['HANDLER_BEYOND_DEADLINE', {}, { slowestHandler: 60_000 }],
];

const unobjectionable: readonly (readonly [string, HTTPServerParams, Surroundings])[] = [
  ['the defaults', {}, {}],
  [
    'the defaults behind a load balancer of 60 s, with a minute to end',
    {},
    { peerIdle: 60_000, timeToKill: 60_000 },
  ],
  ['connections that are never closed for being idle', { timers: { keepAlive: 0 } }, { peerIdle: 4_000_000 }],
  [
    'a server that keeps no connection',
    { keepAlive: false, timers: { keepAlive: 5_000 } },
    { peerIdle: 60_000 },
  ],
  [
    'one request for each connection',
    { maxKeepAliveRequests: 1, timers: { keepAlive: 1 } },
    { peerIdle: 60_000 },
  ],
  ['clients that are told less', { advertisedKeepAlive: 60_000 }, {}],
  [
    'an age below the idle time, as the last response says so',
    { timers: { connectionAge: 1_000 } },
    { peerIdle: 60_000 },
  ],
  ['a ceiling of a minute', { timers: { message: 60_000 } }, {}],
  [
    'a drain without a deadline, and no end of the process',
    {},
    { drain: { deadline: 0 }, slowestHandler: 600_000 },
  ],
];

describe('the check of timeouts', () => {
  it.each(found)(
    'checkTimeouts() says %s of %j with %j, and its suggestion ends it',
    (code, params, surroundings) => {
      const setting = { params, surroundings };
      expect(codesOf(setting)).toEqual([code]);
      expect(codesOf(followed(setting))).toEqual([]);
    },
  );

  it.each(unobjectionable)('checkTimeouts() has nothing against %s', (_what, params, surroundings) => {
    expect(codesOf({ params, surroundings })).toEqual([]);
  });

  it('checkTimeouts() says what happens, with the figures', () => {
    expect(checkTimeouts({ timers: { keepAlive: 5_000 } }, { peerIdle: 60_000 })).toEqual([
      {
        code: 'PEER_OUTLIVES_SERVER',
        text: 'the peer keeps idle connections for 60000 ms, but the server closes them after 5000 ms: a request on its way at that moment is lost',
        suggestion: { parameter: 'timers.keepAlive', value: 65_000 },
      },
    ]);
  });

  it('checkTimeouts() suggests one value for a timer that is too short in two respects', () => {
    const values = checkTimeouts(
      { advertisedKeepAlive: 20_000, timers: { keepAlive: 5_000 } },
      { peerIdle: 60_000 },
    ).map(({ suggestion }) => suggestion.value);
    expect(values).toEqual([65_000, 65_000]);
  });

  it('checkTimeouts() asks for a later end of the process where what has to be done takes longer', () => {
    expect(checkTimeouts({}, { timeToKill: 30_000, slowestHandler: 120_000 })).toMatchObject([
      { code: 'KILLED_BEFORE_DEADLINE', suggestion: { parameter: 'timeToKill', value: 130_000 } },
      { code: 'HANDLER_BEYOND_DEADLINE', suggestion: { parameter: 'drain.deadline', value: 125_000 } },
    ]);
  });

  it('checkTimeouts() refuses an unknown timer', () => {
    expect(() => checkTimeouts({ timers: { keepAlive: -1 } })).toThrow(RangeError);
    expect(() => checkTimeouts({ timers: { idle: 1 } as object })).toThrow(TypeError);
    expect(() => checkTimeouts({}, { drain: { grace: Number.NaN } })).toThrow(RangeError);
  });

  it('checkTimeouts() finds nothing once its suggestions were followed, whatever was set before', () => {
    const duration = fc.integer({ min: 0, max: 100 }).map((seconds) => seconds * 1_000);
    const some = fc.option(duration, { nil: undefined });
    const settings = fc.record({
      params: fc.record({
        keepAlive: fc.boolean(),
        advertisedKeepAlive: some,
        timers: fc.record({
          keepAlive: some,
          firstByte: some,
          head: some,
          bodyProgress: some,
          message: some,
        }),
      }),
      surroundings: fc.record({
        peerIdle: some,
        opensAhead: fc.boolean(),
        timeToKill: some,
        slowestHandler: some,
        drain: fc.record({ grace: some, deadline: some }),
      }),
    });
    fc.assert(
      fc.property(settings, (setting) => {
        // One suggestion may bring up another, which is then the last.
        expect(codesOf(followed(followed(setting)))).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });
});
