import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import {
  checkClientTimeouts,
  type ClientSurroundings,
  type HTTPClientOptions,
} from '../../src/client/index.js';

interface Setting {
  readonly options: HTTPClientOptions;
  readonly surroundings: ClientSurroundings;
}

function codesOf({ options, surroundings }: Setting): readonly string[] {
  return checkClientTimeouts(options, surroundings).map(({ code }) => code);
}

/** Does what the findings suggest. */
function followed({ options, surroundings }: Setting): Setting {
  const changed: { options: Record<string, unknown>; surroundings: Record<string, unknown> } = {
    options: { ...options },
    surroundings: { ...surroundings },
  };
  const timeouts: Record<string, unknown> = { ...surroundings.timeouts };
  for (const { suggestion } of checkClientTimeouts(options, surroundings)) {
    const { parameter, value } = suggestion;
    const [first, name = ''] = parameter.split('.');
    if (first === 'timeouts') timeouts[name] = value;
    else if (parameter === 'deadline') changed.surroundings[parameter] = value;
    else changed.options[parameter] = value;
  }
  return {
    options: changed.options,
    surroundings: {
      ...changed.surroundings,
      ...(surroundings.timeouts === undefined ? {} : { timeouts }),
    },
  };
}

const found: readonly (readonly [string, HTTPClientOptions, ClientSurroundings])[] = [
  ['CLIENT_OUTLIVES_SERVER', {}, { serverIdle: 5_000 }],
  ['CLIENT_OUTLIVES_SERVER', { keepAliveTimeout: 0 }, { serverIdle: 60_000 }],
  ['CLIENT_OUTLIVES_SERVER', { keepAliveTimeout: 59_500 }, { serverIdle: 60_000 }],
  ['CLIENT_OUTLIVES_SERVER', {}, { serverIdle: 1_000 }],
  ['HANDLER_BEYOND_HEAD', {}, { slowestHandler: 120_000 }],
  ['HANDLER_BEYOND_HEAD', {}, { slowestHandler: 10_000, timeouts: { head: 5_000 } }],
  [
    'HANDLER_BEYOND_DEADLINE',
    { queueTimeout: 2_000, connectTimeout: 2_000 },
    { slowestHandler: 20_000, deadline: 20_000 },
  ],
  ['QUEUE_BEYOND_DEADLINE', { connectTimeout: 5_000 }, { deadline: 10_000 }],
  ['QUEUE_BEYOND_DEADLINE', { queueTimeout: 0, connectTimeout: 5_000 }, { deadline: 60_000 }],
  ['QUEUE_BELOW_CONNECT', { queueTimeout: 5_000 }, {}],
  ['QUEUE_BELOW_CONNECT', { connectTimeout: 0 }, {}],
  ['QUEUE_BELOW_CONNECT', {}, { timeouts: { connect: 40_000 } }],
  ['UNREAD_BELOW_READER', {}, { slowestReader: 3_000 }],
  ['ADDRESSES_OUTLIVED', {}, { addressLifetime: 60_000 }],
  ['ADDRESSES_OUTLIVED', { connectionAge: 58_000 }, { addressLifetime: 60_000 }],
  ['AGE_WITHOUT_SPREAD', { connectionAge: 1_000 }, {}],
];

const unobjectionable: readonly (readonly [string, HTTPClientOptions, ClientSurroundings])[] = [
  ['the defaults', {}, {}],
  ['the defaults against a server that keeps connections for a minute', {}, { serverIdle: 60_000 }],
  ['one request for each connection', { connectionRequests: 1 }, { serverIdle: 1_000 }],
  ['no limit on the wait for a response', { receiveTimeout: 0 }, { slowestHandler: 600_000 }],
  ['a call with more time than the client gives', {}, { slowestHandler: 120_000, timeouts: { head: 0 } }],
  ['bodies that may stay unread', { unreadTimeout: 0 }, { slowestReader: 60_000 }],
  ['an age that is spread over three seconds', { connectionAge: 15_000 }, {}],
  ['an age below that of the addresses', { connectionAge: 50_000 }, { addressLifetime: 60_000 }],
  ['options of the client alone', { maxTotalConnections: 10, socketPath: '/run/docker.sock' }, {}],
];

describe('the check of the timeouts of a client', () => {
  it.each(found)(
    'checkClientTimeouts() says %s of %j with %j, and its suggestion ends it',
    (code, options, surroundings) => {
      const setting = { options, surroundings };
      expect(codesOf(setting)).toEqual([code]);
      expect(codesOf(followed(setting))).toEqual([]);
    },
  );

  it.each(unobjectionable)('checkClientTimeouts() has nothing against %s', (_what, options, surroundings) => {
    expect(codesOf({ options, surroundings })).toEqual([]);
  });

  it('checkClientTimeouts() says what happens, with the figures', () => {
    expect(checkClientTimeouts({ keepAliveTimeout: 60_000 }, { serverIdle: 5_000 })).toEqual([
      {
        code: 'CLIENT_OUTLIVES_SERVER',
        text: 'the client keeps idle connections for 60000 ms, but the server closes them after 5000 ms: a request on its way at that moment is lost, or sent twice',
        suggestion: { parameter: 'keepAliveTimeout', value: 4_000 },
      },
    ]);
  });

  it('checkClientTimeouts() suggests what to change of a call that has timeouts of its own', () => {
    const timeouts = { queue: 60_000, connect: 60_000, head: 1_000 };
    const parameters = checkClientTimeouts({}, { slowestHandler: 10_000, deadline: 30_000, timeouts }).map(
      ({ suggestion }) => suggestion.parameter,
    );
    expect(parameters).toEqual(['timeouts.head', 'timeouts.queue', 'timeouts.connect']);
  });

  it.each([
    ['an unknown option', { keepAlive: 5 }, {}],
    ['an unknown surrounding', {}, { peerIdle: 5 }],
    ['an unknown timeout of a call', {}, { timeouts: { idle: 5 } }],
  ])('checkClientTimeouts() throws a TypeError for %s', (_what, options, surroundings) => {
    expect(() =>
      checkClientTimeouts(options as HTTPClientOptions, surroundings as ClientSurroundings),
    ).toThrow(TypeError);
  });

  it.each([
    [{ keepAliveTimeout: -1 }, {}],
    [{}, { serverIdle: -1 }],
    [{}, { timeouts: { head: Number.NaN } }],
  ])('checkClientTimeouts(%j, %j) throws a RangeError', (options, surroundings) => {
    expect(() => checkClientTimeouts(options, surroundings)).toThrow(RangeError);
  });

  it('checkClientTimeouts() finds nothing once its suggestions were followed, whatever was set before', () => {
    const duration = fc.integer({ min: 0, max: 100 }).map((seconds) => seconds * 1_000);
    const some = fc.option(duration, { nil: undefined });
    const settings = fc.record({
      options: fc.record({
        ...{ keepAliveTimeout: some, keepAliveMargin: some, queueTimeout: some, connectTimeout: some },
        ...{ receiveTimeout: some, unreadTimeout: some, connectionAge: some },
      }),
      surroundings: fc.record({
        ...{ serverIdle: some, slowestHandler: some, deadline: some, slowestReader: some },
        addressLifetime: some,
        timeouts: fc.option(fc.record({ queue: some, connect: some, head: some }), { nil: undefined }),
      }),
    });
    fc.assert(
      fc.property(settings, (setting) => {
        let last: Setting = setting;
        for (let round = 0; round < 3; round++) last = followed(last);
        expect(codesOf(last)).toEqual([]);
      }),
    );
  });
});
