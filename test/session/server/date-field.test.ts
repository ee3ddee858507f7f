import { describe, expect, it } from '@jest/globals';

import { dateAndBlankLine } from '../../../src/session/server/response-head.js';

describe('the Date field', () => {
  it.each([
    [784_111_777_000, 'Sun, 06 Nov 1994 08:49:37 GMT'],
    [784_111_777_999, 'Sun, 06 Nov 1994 08:49:37 GMT'],
    [784_111_778_000, 'Sun, 06 Nov 1994 08:49:38 GMT'],
    // A clock that is set back.
    [784_111_777_500, 'Sun, 06 Nov 1994 08:49:37 GMT'],
    [0, 'Thu, 01 Jan 1970 00:00:00 GMT'],
  ])('the Date field at %d is %s, and ends the head', (now, date) => {
    expect(dateAndBlankLine(now)).toBe(`Date: ${date}\r\n\r\n`);
  });
});
