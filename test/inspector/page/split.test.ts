import { describe, expect, it } from '@jest/globals';

import { SHARE, shareAfterKey, shareAt } from '../../../src/inspector/page/logic/split.js';

const FRAME = { left: 100, top: 50, width: 1000, height: 400 };

describe('a handle between two parts', () => {
  it('a handle gives the first part the share in front of the pointer', () => {
    expect(shareAt({ clientX: 600, clientY: 150 }, FRAME, 'row')).toBe(50);
    expect(shareAt({ clientX: 600, clientY: 150 }, FRAME, 'column')).toBe(25);
  });

  it('a handle leaves room for both parts, wherever the pointer is', () => {
    expect(shareAt({ clientX: -500, clientY: 0 }, FRAME, 'row')).toBe(SHARE.least);
    expect(shareAt({ clientX: 5000, clientY: 0 }, FRAME, 'row')).toBe(SHARE.most);
    expect(shareAt({ clientX: 5, clientY: 5 }, { ...FRAME, width: 0 }, 'row')).toBe(50);
  });

  it('a handle is moved by the arrow keys of its direction, by pages, and to both ends', () => {
    const after = (key: string): number | null => shareAfterKey(key, 60, 'row');
    expect(['ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Home', 'End'].map(after)).toEqual([
      58,
      62,
      50,
      70,
      SHARE.least,
      SHARE.most,
    ]);
    expect(after('ArrowUp')).toBeNull();
    expect(shareAfterKey('ArrowUp', 60, 'column')).toBe(58);
    expect(shareAfterKey('ArrowDown', SHARE.most, 'column')).toBe(SHARE.most);
  });
});
