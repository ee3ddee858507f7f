import { describe, expect, it } from '@jest/globals';

import { LIMITS } from '../../../src/constants.js';
import {
  afterFailure,
  closesOnDrain,
  idleTimer,
  isLastRequest,
  mustLinger,
  nextStep,
} from '../../../src/session/server/rules.js';

const tags = (...names: readonly string[]): ReadonlySet<string> => new Set(names);

describe('the rules of a server session', () => {
  it.each([
    ['firstByte', ['idle']],
    ['keepAlive', ['idle', 'reused']],
    ['head', ['idle', 'receiving']],
    ['head', ['idle', 'receiving', 'reused']],
  ])('an idle connection waits under the timer %s for %p', (timer, names) => {
    expect(idleTimer(tags(...names))).toBe(timer);
  });

  it.each([
    [false, true, 1, 0, false],
    [true, true, 1, 0, true],
    [false, false, 1, 0, true],
    [false, true, 2, 3, false],
    [false, true, 3, 3, true],
  ])('draining %p, keep-alive %p, request %d of %d: is the last one %p', (...facts) => {
    const [isDraining, keepsAlive, number, maxRequests, expected] = facts;
    expect(isLastRequest(isDraining, keepsAlive, number, maxRequests)).toBe(expected);
  });

  it.each([
    ['listen', ['idle', 'reused']],
    ['finish', ['over', 'spent']],
    ['wait', ['responding']],
    ['discard', ['requesting']],
  ])('the step after a message is to %s for %p', (step, names) => {
    expect(nextStep(tags(...names))).toBe(step);
  });

  it.each([
    ['refuse', ['idle', 'receiving']],
    ['refuse', ['requesting', 'responding', 'unanswered']],
    ['abandon', ['requesting', 'responding']],
    ['finish', ['requesting']],
  ])('a request that fails is to %s for %p', (outcome, names) => {
    expect(afterFailure(tags(...names))).toBe(outcome);
  });

  it.each([
    [true, true, Infinity, false],
    [true, false, LIMITS.maxUnlingeredBytes.value, false],
    [true, false, LIMITS.maxUnlingeredBytes.value + 1, true],
    [false, true, 0, true],
  ])('a client that is silent %p, has said its last %p and got %d bytes: lingers %p', (...facts) => {
    const [isSilent, isLast, bytes, expected] = facts;
    expect(mustLinger(isSilent, isLast, bytes)).toBe(expected);
  });

  it('the end of a grace closes what is idle, but not where a head is arriving', () => {
    expect(closesOnDrain(tags('idle'))).toBe(true);
    expect(closesOnDrain(tags('idle', 'receiving'))).toBe(false);
  });
});
