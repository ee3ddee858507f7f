import { describe, expect, it } from '@jest/globals';

import { changeText } from '../../../src/inspector/page/logic/states.js';

const plain = (from: string | null, to: string | null): string =>
  changeText(from, to).replaceAll('\u200b', '');

describe('a change of state, in a line', () => {
  it.each([
    [null, 'idle', '· → idle'],
    ['idle', null, 'idle → ·'],
    ['connected.open', 'connected.halfClosed', 'connected.open → connected.halfClosed'],
    ['idle.reused', 'active(a.x,b.y)', 'idle.reused → active(…)'],
    ['active(a.x,b.y)', 'active(a.x,b.z)', 'b.y → b.z'],
    [
      'active(k.on,r.possible,c(q.done,s.waiting))',
      'active(k.on,r.impossible,c(q.done,s.body))',
      'active.r.possible, active.c.s.waiting → active.r.impossible, active.c.s.body',
    ],
    ['a.x,b.y', 'a.x,b.y', 'a.x,b.y → a.x,b.y'],
  ])('a change of state from %s to %s is printed as %s', (from, to, text) => {
    expect(plain(from, to)).toBe(text);
  });

  it('the text of a change of state can break between the names of states', () => {
    expect(changeText('a', 'b.c')).toBe('a → b.\u200bc');
  });
});
