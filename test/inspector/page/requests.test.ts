import { describe, expect, it } from '@jest/globals';

import {
  ALL_REQUESTS,
  countOf,
  listWithStuck,
  queryOf,
  stuckQueryOf,
} from '../../../src/inspector/page/logic/request-filter.js';
import { barOf, scaleFor } from '../../../src/inspector/page/logic/waterfall.js';
import { modelAt } from '../../support/inspector/model.js';
import { request, served } from '../../support/inspector/traffic.js';

describe('the waterfall of a request', () => {
  const phases = { head: 10, waiting: 50, body: 20, sending: 30 };

  it('the waterfall shows the phases one after the other; the body arrives while the handler works', () => {
    expect(barOf({ phases, duration: 80 }, 100)).toEqual({
      isCut: false,
      segments: [
        { phase: 'head', from: 0, to: 0.1 },
        { phase: 'waiting', from: 0.1, to: 0.6 },
        { phase: 'body', from: 0.1, to: 0.3 },
        { phase: 'sending', from: 0.6, to: 0.9 },
      ],
    });
  });

  it('the waterfall leaves out phases that were not seen', () => {
    const { segments } = barOf({ phases: { head: 0, waiting: 5, body: 0, sending: 0 }, duration: 5 }, 10);
    expect(segments).toEqual([{ phase: 'waiting', from: 0, to: 0.5 }]);
  });

  it('the bar of a request is cut where the request took longer than the scale', () => {
    const { isCut, segments } = barOf({ phases: { ...phases, waiting: 5000 }, duration: 5030 }, 100);
    expect(isCut).toBe(true);
    expect(segments.at(-1)).toMatchObject({ to: expect.any(Number) });
    expect(segments.every(({ to }) => to <= 1)).toBe(true);
  });

  it('the waterfall has a round scale that one stuck request does not stretch', () => {
    const durations = [...Array.from({ length: 39 }, (_, i) => i + 1), 390];
    expect(scaleFor(durations, null)).toBe(50);
    expect(scaleFor([], null)).toBe(1);
  });

  it('the waterfall tells moderate requests from long ones where most take no time', () => {
    const scale = scaleFor([...Array.from({ length: 40 }, () => 1), 103, 1500], null);
    expect(barOf({ phases: { ...phases, waiting: 103 }, duration: 103 }, scale).isCut).toBe(false);
    expect(barOf({ phases: { ...phases, waiting: 1500 }, duration: 1500 }, scale).isCut).toBe(true);
  });

  it('the waterfall keeps its scale until the durations are far from it', () => {
    expect(scaleFor([30], 100)).toBe(100);
    expect(scaleFor([130], 100)).toBe(200);
    expect(scaleFor([10], 100)).toBe(10);
  });
});

describe('the question for requests', () => {
  it('the question for requests has only what was chosen', () => {
    expect(queryOf(ALL_REQUESTS, { at: undefined })).toEqual({});
    const filter = {
      ...ALL_REQUESTS,
      show: 'failed' as const,
      status: '5xx',
      search: ' /json ',
      slowerThan: 100,
    };
    expect(queryOf(filter, { session: 's1', at: 5 })).toEqual({
      ...{ session: 's1', isFailed: true, status: '5xx', search: '/json', slowerThan: 100, at: 5 },
    });
  });

  it('the question for requests hides queries unless they are asked for', () => {
    expect(queryOf({ ...ALL_REQUESTS, hasQueries: true }, { at: undefined })).toEqual({ hasQueries: true });
  });

  it('requests count as stuck if they are open for a second at least, whatever has failed', () => {
    const query = queryOf({ ...ALL_REQUESTS, show: 'failed', search: '/slow' }, { at: undefined });
    expect(stuckQueryOf(query)).toEqual({
      ...{ isOpen: true, order: 'duration', limit: 5, slowerThan: 1000, search: '/slow' },
    });
  });

  it.each([true, false])(
    'a stuck request is on top, and not in the list again (ascending: %s)',
    async (ascending) => {
      const { model, clock } = modelAt(1_000);
      model.requestBegan(request(1_000, { status: null, answeredAfter: null, bodyAfter: null, turn: 1 }));
      served({ model, clock }, { turn: 2, took: 20 });
      clock.now = 6_000;
      const query = { order: 'at', ascending, limit: 10 } as const;
      const list = await listWithStuck((asked) => Promise.resolve(model.requests(asked)), query);
      expect(list.stuck.map(({ turn }) => turn)).toEqual([1]);
      expect(list.requests.map(({ turn }) => turn)).toEqual([2]);
      expect(countOf(query, list)).toBe(2);
      expect(countOf({ ...query, isFailed: true }, list)).toBe(1);
    },
  );
});
