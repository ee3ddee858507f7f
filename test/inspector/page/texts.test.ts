import { describe, expect, it } from '@jest/globals';

import { NetworkError } from '../../../src/errors/index.js';
import { readAddress, writeAddress } from '../../../src/inspector/page/logic/address.js';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatTime,
} from '../../../src/inspector/page/logic/format.js';
import { countsByPath } from '../../../src/inspector/page/logic/states.js';
import { readError } from '../../../src/inspector/page/logic/reported-error.js';

describe('the counts on a chart', () => {
  it('the counts on a chart are summed up in the parents of active states', () => {
    const counts = countsByPath({ 'connected.open': 3, 'connected.draining': 2, closed: 1 });
    expect(Object.fromEntries(counts)).toEqual({
      connected: 5,
      'connected.open': 3,
      'connected.draining': 2,
      closed: 1,
    });
  });

  it('the counts on a chart count an actor once in each of its regions, and once in their parent', () => {
    const counts = countsByPath({ 'request.idle,response.idle': 2, 'active(a.x,b.y)': 4, '': 9 });
    expect(Object.fromEntries(counts)).toEqual({
      request: 2,
      'request.idle': 2,
      response: 2,
      'response.idle': 2,
      active: 4,
      'active.a': 4,
      'active.a.x': 4,
      'active.b': 4,
      'active.b.y': 4,
    });
  });
});

describe('the address of a view', () => {
  it.each([
    {},
    { chart: 'd5', state: 'connected.open' },
    { state: '' },
    { chart: 'a b&c', actor: '#1/2=3', child: 'ä' },
  ])('the address of a view is read as it was written: %j', (address) => {
    expect(readAddress(writeAddress(address))).toEqual(address);
  });

  it('the address of a view may have unknown parts', () => {
    expect(readAddress('#chart=x&colour=red')).toEqual({ chart: 'x' });
    expect(readAddress('#nonsense')).toEqual({});
  });
});

describe('numbers for people', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [5 * 1024 ** 3, '5.0 GiB'],
  ])('%d bytes are printed as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [-5, '0 ms'],
    [999, '999 ms'],
    [1000, '1.0 s'],
    [59_999, '59.9 s'],
    [60_000, '1 min 0 s'],
    [3_725_000, '1 h 2 min'],
    [90_000_000, '1 d 1 h'],
  ])('%d milliseconds are printed as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('numbers are printed with separators, and times with milliseconds', () => {
    expect(formatCount(10_000)).toBe('10,000');
    expect(formatTime(new Date(2026, 0, 2, 3, 4, 5, 6).getTime())).toBe('03:04:05.006');
  });
});

describe('a stored error', () => {
  it('a stored error is read from its JSON', () => {
    const error = new NetworkError('nothing came', {
      cause: Object.assign(new Error('read'), { code: 'ETIMEDOUT' }),
    });
    const told = readError(JSON.parse(JSON.stringify(error)) as object);
    expect(told).toEqual({
      name: 'NetworkError',
      code: error.code,
      message: 'nothing came',
      cause: 'Error: read (ETIMEDOUT)',
      status: null,
      testimony: null,
    });
  });

  it('a stored error of any shape is shown as far as it can be', () => {
    const told = readError({
      message: 5,
      cause: 'why',
      testimony: { history: [{ event: 'x' }, null], request: 7 },
    });
    expect(told).toMatchObject({ name: 'Error', message: 'no message', cause: 'why' });
    expect(told.testimony).toMatchObject({
      state: '–',
      request: null,
      history: [{ event: 'x', state: '–' }],
    });
  });
});
