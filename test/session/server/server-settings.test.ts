import { describe, expect, it } from '@jest/globals';

import {
  checkCount,
  SERVER_SESSION_OPTIONS,
  serverSettings,
  type HTTPServerSessionOptions,
} from '../../../src/session/server/server-settings.js';
import { serverTimers } from '../../../src/session/server/server-timers.js';

describe('the settings of a server session', () => {
  it('the settings of a server session without options are the documented ones', () => {
    expect(serverSettings({})).toEqual({
      headLimits: { maxStartLineBytes: 8_192, maxHeadBytes: 65_536, maxFieldCount: 256 },
      timers: {
        firstByte: 60_000,
        head: 60_000,
        bodyProgress: 60_000,
        continue: 10_000,
        sendProgress: 60_000,
        keepAlive: 65_000,
        halfClosed: 60_000,
        linger: 2_000,
        message: 300_000,
        handler: 0,
        connectionAge: 0,
      },
      maxQueuedOutput: 16 * 1024 * 1024,
      maxKeepAliveRequests: 0,
      halfClosed: 'probe',
      slowHandler: 60_000,
      softwareVersion: '',
      keepAliveLines: '',
    });
  });

  it('the settings of a server session are what the options say', () => {
    const options = { maxQueuedOutput: 0, maxKeepAliveRequests: 7, softwareVersion: 'Test/1.0' };
    expect(serverSettings(options)).toMatchObject(options);
  });

  it('the settings of a server session are checked once for options that sessions share', () => {
    const options: HTTPServerSessionOptions = { timeout: 1 };
    expect(serverSettings(options)).toBe(serverSettings(options));
    expect(serverSettings({ timeout: 2 })).not.toBe(serverSettings({ timeout: 2 }));
  });

  it.each([
    [{ maxQueuedOutput: -1 }, 'maxQueuedOutput'],
    [{ maxQueuedOutput: 1.5 }, 'maxQueuedOutput'],
    [{ maxKeepAliveRequests: -1 }, 'maxKeepAliveRequests'],
    [{ maxKeepAliveRequests: Number.POSITIVE_INFINITY }, 'maxKeepAliveRequests'],
    [{ advertisedKeepAlive: -1 }, 'advertisedKeepAlive'],
    [{ advertisedKeepAlive: 1 }, 'advertisedKeepAlive'],
    [{ advertisedKeepAlive: 999 }, 'advertisedKeepAlive'],
    [{ timers: { head: -1 } }, 'timers.head'],
    [{ timers: { keepAlive: -1 } }, 'timers.keepAlive:'],
    [{ slowHandler: -1 }, /^slowHandler: /],
    [{ keepAliveTimeout: -1 }, /^keepAliveTimeout: /],
    [{ timeout: -1 }, /^timeout: /],
    [{ receiveTimeout: -1 }, /^receiveTimeout: /],
    [{ sendTimeout: Number.NaN }, /^sendTimeout: /],
  ] satisfies [HTTPServerSessionOptions, string | RegExp][])(
    'a setting of a server session cannot be %j, and the error says which',
    (options, name) => {
      expect(() => serverSettings(options)).toThrow(RangeError);
      expect(() => serverSettings(options)).toThrow(name);
    },
  );

  it('the settings of a server session refuse a misspelt option, and name the one that was meant', () => {
    const options = { keepaliveTimeout: 5 } as HTTPServerSessionOptions;
    expect(() => serverSettings(options)).toThrow(
      new TypeError(
        'unknown option of new HTTPServerSession() "keepaliveTimeout" (did you mean "keepAliveTimeout"?); ' +
          `expected one of ${SERVER_SESSION_OPTIONS.join(', ')}`,
      ),
    );
  });

  it('the settings of a server session refuse a misspelt timer, and name the one that was meant', () => {
    const options = { timers: { keepalive: 5 } } as HTTPServerSessionOptions;
    expect(() => serverSettings(options)).toThrow(
      /^unknown timer "keepalive" \(did you mean "keepAlive"\?\)/,
    );
  });

  it('the settings of a server session know three answers to a FIN', () => {
    for (const halfClosed of ['probe', 'serve', 'gone'] as const) {
      expect(serverSettings({ halfClosed }).halfClosed).toBe(halfClosed);
    }
    expect(() => serverSettings({ halfClosed: 'ask' as never })).toThrow(
      new TypeError('halfClosed: must be one of probe, serve, gone (got "ask")'),
    );
  });

  it.each([1, 'x', [], null])('the options of a server session cannot be %j', (options) => {
    expect(() => serverSettings(options as HTTPServerSessionOptions)).toThrow(TypeError);
  });

  it('the settings of a server session refuse an option again that was refused before', () => {
    const options = { maxKeepAliveRequests: -1 };
    for (let time = 0; time < 2; time++) expect(() => serverSettings(options)).toThrow(RangeError);
  });
});

describe('a count', () => {
  it('a count is an integer, 0 or more', () => {
    expect([checkCount(0, 'it'), checkCount(1, 'it')]).toEqual([0, 1]);
    for (const count of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '1' as never]) {
      expect(() => checkCount(count, 'it')).toThrow(RangeError);
    }
  });
});

describe('the value of the Server field', () => {
  it.each(['Test/1.0 (any comment)', '\t', ' ', '~', '\x80', '\xff'])(
    'the value of the Server field may be %j',
    (softwareVersion) => {
      expect(serverSettings({ softwareVersion }).softwareVersion).toBe(softwareVersion);
    },
  );

  it.each(['\n', 'a\r\nb', 'a\0', '\x1f', '\x7f', '\u0100'])(
    'the value of the Server field cannot be %j',
    (softwareVersion) => {
      expect(() => serverSettings({ softwareVersion })).toThrow(TypeError);
    },
  );
});

describe('the advertised keep-alive time', () => {
  it.each([
    [0, ''],
    [1_000, 'Connection: keep-alive\r\nKeep-Alive: timeout=1\r\n'],
    [1_999, 'Connection: keep-alive\r\nKeep-Alive: timeout=1\r\n'],
    [60_000, 'Connection: keep-alive\r\nKeep-Alive: timeout=60\r\n'],
  ])('a keep-alive time of %d ms is advertised as %j', (advertisedKeepAlive, lines) => {
    expect(serverSettings({ advertisedKeepAlive }).keepAliveLines).toBe(lines);
  });
});

describe('the timers of a server session', () => {
  it('the timers of a server session follow from the timeouts of POCO', () => {
    expect(
      serverTimers({}, { timeout: 1, keepAliveTimeout: 2, sendTimeout: 3, receiveTimeout: 4 }),
    ).toMatchObject({ firstByte: 1, head: 1, keepAlive: 2, sendProgress: 3, bodyProgress: 4 });
  });

  it('the timers of a server session are those that are set by name', () => {
    const timers = {
      firstByte: 1,
      head: 2,
      bodyProgress: 3,
      continue: 4,
      sendProgress: 5,
      keepAlive: 6,
      halfClosed: 10,
      linger: 7,
      message: 8,
      handler: 11,
      connectionAge: 0,
    };
    const base = { timeout: 9, keepAliveTimeout: 9, sendTimeout: 9, receiveTimeout: 9 };
    expect(serverTimers(timers, base)).toEqual(timers);
    expect(serverTimers({ head: undefined }, base).head).toBe(9);
  });

  it.each(['idle', 'toString', ''])('the timers of a server session have none of the name %j', (name) => {
    expect(() => serverTimers({ [name]: 1 }, {})).toThrow(TypeError);
  });
});
