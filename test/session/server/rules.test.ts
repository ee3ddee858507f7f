import { describe, expect, it } from '@jest/globals';

import { waitingTimer } from '../../../src/session/server/rules.js';

describe('the timer that limits how long a server waits', () => {
  it.each([
    [['keepAlive'], 'keepAlive'],
    [['bodyProgress', 'sendProgress'], 'bodyProgress'],
    [['sendProgress', 'continue'], 'continue'],
    [['sendProgress'], undefined],
    [[], undefined],
  ])('in a state that names %j, a server waits by %j', (timers, timer) => {
    expect(waitingTimer({ timers })).toBe(timer);
  });
});
