import { describe, expect, it } from '@jest/globals';

import type { ExchangeEventType } from '../../../machines/index.js';
import type { ChartNode } from '../../../src/chart/index.js';
import { LIMITS } from '../../../src/constants.js';
import { exchangeChart } from '../../../src/session/core/charts.js';
import {
  afterFailure,
  closesOnDrain,
  isLastRequest,
  mustLinger,
  nextStep,
  waitingTimer,
} from '../../../src/session/server/rules.js';

const tags = (...names: readonly string[]): ReadonlySet<string> => new Set(names);

describe('the rules of a server session', () => {
  it.each([
    ['firstByte', []],
    ['head', ['request.begin']],
    ['bodyProgress', ['request.head']],
    ['continue', ['request.head', 'request.expect', 'response.continue']],
    ['bodyProgress', ['request.head', 'response.head']],
    ['bodyProgress', ['request.head', 'request.expect', 'response.head']],
    ['keepAlive', ['request.head', 'request.end', 'response.head', 'response.end']],
    [undefined, ['request.head', 'request.end']],
  ] satisfies [string | undefined, ExchangeEventType[]][])(
    'a server waits under the timer %s after %p',
    (timer, events) => {
      const node = events.reduce<ChartNode>((from, event) => {
        return exchangeChart.edge(from, exchangeChart.indexOf(event))?.target ?? from;
      }, exchangeChart.initial);
      expect(waitingTimer(node)).toBe(timer);
    },
  );

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
