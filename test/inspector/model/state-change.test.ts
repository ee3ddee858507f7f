import { describe, expect, it } from '@jest/globals';

import { changeText, stateChanges } from '../../../src/inspector/model/state-change.js';

describe('a change of state, in a line', () => {
  it.each([
    [null, 'idle', '→ idle'],
    ['idle', null, 'idle →'],
    [null, '', ''],
    ['', '', ''],
    ['idle', 'idle', ''],
    ['connected.open', 'connected.halfClosed', 'connected.open → connected.halfClosed'],
    ['idle.reused', 'active(a.x,b.y)', 'idle.reused → active'],
    ['active(a.x,b.y)', 'mustClose', 'active → mustClose'],
    ['active(a.x,b.y)', 'active(a.x,b.z)', 'b: y → z'],
    ['a.x,b.y', 'a.x,b.z', 'b: y → z'],
    ['a.x,b(c.p,d.q)', 'a.x,b.off', 'b: c, d → off'],
    ['a.x,b.off.done', 'a.x,b.off.new', 'b: off.done → off.new'],
    [
      'active(keepAlive.on,replay.possible,cycle(request.done,response.waiting))',
      'active(keepAlive.on,replay.impossible,cycle(request.done,response.body))',
      'replay: possible → impossible, response: waiting → body',
    ],
    ['', 'a.x,b.y', '→ a, b'],
  ])('a change of state from %s to %s is written as "%s"', (from, to, text) => {
    expect(changeText(from, to)).toBe(text);
  });

  it('the region that the event is about comes first', () => {
    const [from, to] = ['a(replay.possible,response.waiting)', 'a(replay.impossible,response.body)'];
    expect(changeText(from, to, 'response.head')).toBe(
      'response: waiting → body, replay: possible → impossible',
    );
  });

  it('a change of state names only the regions that changed', () => {
    expect(stateChanges('r(a.x,b.y,c.z)', 'r(a.x,b.q,c.z)')).toEqual([{ region: 'b', from: 'y', to: 'q' }]);
  });
});
