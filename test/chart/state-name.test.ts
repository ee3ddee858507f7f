import { describe, expect, it } from '@jest/globals';

import { activePaths, isInState } from '../../src/chart/state-name.js';

describe('activePaths()', () => {
  it.each([
    ['', ['']],
    ['idle', ['idle']],
    ['connected.open', ['connected.open']],
    ['request.idle,response.idle', ['request.idle', 'response.idle']],
    ['a(b.c,d.e)', ['a.b.c', 'a.d.e']],
    ['a.b,c(d.e,f(g.h,i.j))', ['a.b', 'c.d.e', 'c.f.g.h', 'c.f.i.j']],
  ])('activePaths() of %j are %j', (name, paths) => {
    expect(activePaths(name)).toEqual(paths);
  });
});

describe('isInState()', () => {
  it.each([
    ['connected.open', 'connected', true],
    ['connected.open', 'connected.open', true],
    ['connected.open', 'connect', false],
    ['connected', 'connected.open', false],
    ['request.idle,response.body', 'response', true],
    ['anything', '', true],
  ])('isInState() says whether %s is in %s: %p', (name, state, expected) => {
    expect(isInState(name, state)).toBe(expected);
  });
});
