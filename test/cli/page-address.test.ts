import { describe, expect, it } from '@jest/globals';

import { pageAddress } from '../../src/cli/optional-values.js';

describe('the value of --inspect', () => {
  it.each([
    ['8090', '127.0.0.1', 8_090],
    ['0', '127.0.0.1', 0],
    ['mybox', 'mybox', 8_090],
    ['mybox.local:0', 'mybox.local', 0],
    ['0.0.0.0', '0.0.0.0', 8_090],
    ['0.0.0.0:0', '0.0.0.0', 0],
    ['::1', '::1', 8_090],
    ['::', '::', 8_090],
    ['[::1]', '::1', 8_090],
    ['[::1]:8091', '::1', 8_091],
    ['[fe80::1%lo]:0', 'fe80::1%lo', 0],
  ])('--inspect %s shows the page at %s, port %p', (text, host, port) => {
    expect(pageAddress(text)).toEqual({ host, port });
  });

  it.each([
    '65536',
    '-1',
    '1.5',
    'a:b',
    'a:',
    ':1',
    '',
    '[',
    '[]',
    '[]:1',
    'a b',
    'http://a:1',
    'a/b',
    '[::1:80',
  ])('--inspect %j is refused in one line', (text) => {
    expect(() => pageAddress(text)).toThrow(/^[^\n]*--inspect[^\n]*$/);
  });
});
