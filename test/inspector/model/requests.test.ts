import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { InspectionModel } from '../../../src/inspector/model/inspection-model.js';
import { listRequests } from '../../../src/inspector/model/request-queries.js';
import { RequestLog } from '../../../src/inspector/model/request-log.js';
import type { RequestOrder, RequestQuery } from '../../../src/inspector/model/traffic-shapes.js';
import { recordingPieces } from '../../../src/inspector/model/recording-pieces.js';
import { modelAt } from '../../support/inspector/model.js';
import { request, served } from '../../support/inspector/traffic.js';

describe('the requests of a model', () => {
  let model: InspectionModel;
  let clock: { now: number };

  beforeEach(() => {
    ({ model, clock } = modelAt(1_000));
  });

  const turns = (query: RequestQuery): number[] => model.requests(query).requests.map(({ turn }) => turn);

  it('a request that has ended is a row with its phases, without its query', () => {
    const facts = { headTook: 3, bodyAfter: 8, answeredAfter: 15, bytesIn: 4_294_967_297, turn: 7 };
    served({ model, clock }, { ...facts, method: 'POST', target: '/a/b?secret=1', status: 201, took: 20 });
    expect(model.requests({})).toEqual({
      at: 1_020,
      total: 1,
      since: 1_000,
      requests: [
        {
          ...{
            number: 1,
            at: 1_000,
            session: '1z-1',
            sessionName: 'server session 1',
            role: 'server',
            turn: 7,
          },
          ...{ method: 'POST', path: '/a/b', status: 201, bytesIn: 4_294_967_297, bytesOut: 200 },
          ...{ duration: 20, phases: { head: 3, waiting: 15, body: 8, sending: 5 } },
          ...{ outcome: 'completed', code: null },
        },
      ],
    });
    expect(model.requests({ hasQueries: true }).requests[0]?.query).toBe('?secret=1');
  });

  it('a request in progress is a row that grows, so that one that is stuck is seen', () => {
    const facts = { status: null, answeredAfter: null, bodyAfter: null };
    const handle = model.requestBegan(request(1_000, facts));
    clock.now = 6_000;
    expect(model.requests({}).requests).toMatchObject([
      { outcome: 'open', status: null, duration: 5_000, phases: { waiting: 5_000, body: 5_000, sending: 0 } },
    ]);
    model.requestEnded(handle, { after: 6_000, outcome: 'failed', code: 'ERR_HTTP_SESSION_TIMEOUT' });
    expect(model.requests({ search: 'session_timeout' }).requests).toMatchObject([
      { number: 1, outcome: 'failed', code: 'ERR_HTTP_SESSION_TIMEOUT', duration: 6_000 },
    ]);
  });

  it('a request that is watched no more leaves no row', () => {
    const handle = model.requestBegan(request(1_000));
    model.requestForgotten(handle);
    model.requestEnded(handle, { after: 1, outcome: 'completed', code: null });
    expect(model.requests({}).total).toBe(0);
  });

  it('requests are shown as they were at a time: running, with as much as was known then', () => {
    served({ model, clock }, { took: 100, turn: 1 });
    const second = { turn: 2, answeredAfter: 50, status: 500, at: 1_050 };
    served({ model, clock }, { ...second, took: 100 });
    clock.now = 5_000;
    expect(model.requests({ at: 1_060 }).requests).toMatchObject([
      { turn: 2, outcome: 'open', status: null, duration: 10, phases: { waiting: 10, sending: 0 } },
      { turn: 1, outcome: 'open', duration: 60 },
    ]);
    expect(model.requests({ at: 1_120 }).requests).toMatchObject([
      { turn: 2, outcome: 'open', status: 500, duration: 70, phases: { waiting: 50, sending: 20 } },
      { turn: 1, outcome: 'completed', status: 200, duration: 100 },
    ]);
    expect(model.requests({ at: 999 }).total).toBe(0);
    expect(model.requests({ at: 1_060, status: '500' }).total).toBe(0);
  });

  it('requests are chosen by session, status, time, duration, failure and search', () => {
    const world = { model, clock };
    served(world, { turn: 1, target: '/users', took: 5 });
    served(world, { turn: 2, target: '/Orders/7', status: 404, took: 50 });
    served(world, { turn: 3, method: 'DELETE', status: 503, took: 500 });
    const code = 'ERR_HTTP_SESSION_RESET';
    served(world, { turn: 4, session: '1z-2s', sessionName: 'client session 100', outcome: 'failed', code });
    served(world, { turn: 5, session: null, sessionName: 'connection of 10.0.0.9', outcome: 'replayed' });
    const ascending = { ascending: true } as const;
    expect(turns({ ...ascending, session: '1z-1' })).toEqual([1, 2, 3]);
    expect(turns({ ...ascending, session: '1z-2s' })).toEqual([4]);
    expect(turns({ ...ascending, status: '404' })).toEqual([2]);
    expect(turns({ ...ascending, status: '2xx' })).toEqual([1, 4, 5]);
    expect(turns({ ...ascending, slowerThan: 50 })).toEqual([2, 3]);
    expect(turns({ ...ascending, isFailed: true })).toEqual([3, 4]);
    expect(turns({ ...ascending, since: 1_055 })).toEqual([3, 4, 5]);
    expect(turns({ ...ascending, search: 'orders' })).toEqual([2]);
    expect(turns({ ...ascending, search: 'delete' })).toEqual([3]);
    expect(turns({ ...ascending, search: '_reset' })).toEqual([4]);
    expect(turns({ ...ascending, search: 'server session' })).toEqual([1, 2, 3]);
    expect(turns({ ...ascending, search: 'session 1' })).toEqual([1, 2, 3, 4]);
    expect(turns({ ...ascending, search: 'session 10' })).toEqual([4]);
    expect(turns({ ...ascending, search: '10.0.0' })).toEqual([5]);
    expect(turns({ search: 'nothing' })).toEqual([]);
  });

  it('a path groups its requests, and has percentiles of their durations', () => {
    for (let took = 1; took <= 100; took++)
      served({ model, clock }, { target: `/a?n=${String(took)}`, took });
    served({ model, clock }, { target: '/a', method: 'POST', status: 500, took: 7 });
    served({ model, clock }, { target: '/slow', took: 2_000 });
    expect(model.paths({})).toEqual([
      { method: 'GET', path: '/a', requests: 100, failed: 0, p50: 50, p99: expect.any(Number), longest: 100 },
      { method: 'POST', path: '/a', requests: 1, failed: 1, p50: 7, p99: 7, longest: 7 },
      { method: 'GET', path: '/slow', requests: 1, failed: 0, p50: 1984, p99: 1984, longest: 2_000 },
    ]);
    expect(model.paths({})[0]?.p99).toBeCloseTo(98, -1);
    expect(model.paths({ order: 'duration', limit: 1 })).toMatchObject([{ path: '/slow' }]);
    expect(model.paths({ isFailed: true })).toMatchObject([{ method: 'POST', requests: 1 }]);
  });

  it('requests are forgotten oldest first, whole chunks at a time, and with them their texts', () => {
    ({ model, clock } = modelAt(0, { maxRequests: 4, maxPaths: 8 }));
    for (let turn = 1; turn <= 30; turn++) served({ model, clock }, { turn, target: `/${String(turn)}` });
    const { total, since, requests } = model.requests({});
    expect(total).toBeGreaterThanOrEqual(4);
    expect(total).toBeLessThanOrEqual(8);
    expect(since).toBe(requests.at(-1)?.at);
    expect(requests.map(({ turn, path }) => path === `/${String(turn)}`)).not.toContain(false);
  });

  it('a recording that is taken bit by bit has the requests of its time, whatever is forgotten meanwhile', () => {
    const at = modelAt(1_000, { maxRequests: 2 });
    for (const target of ['/a', '/b?q=1', '/c']) served(at, { target });
    at.model.requestBegan(request(at.clock.now, { target: '/running' }));
    const now = at.model.recording({ hasQueries: true });
    const gradual = at.model.gradualRecording(true);
    for (let later = 0; later < 10; later++) served(at, { target: `/later${String(later)}` });
    const [first = '', ...others] = recordingPieces(gradual);
    expect(JSON.parse([first, ...others].join(''))).toEqual(now);
    const { requests } = InspectionModel.from(now).requests({ hasQueries: true });
    expect(requests.map(({ path, query }) => path + (query ?? ''))).toEqual([
      ...['/running', '/c', '/b?q=1', '/a'],
    ]);
  });

  it('beyond a number of paths, the requests of all others are together', () => {
    ({ model, clock } = modelAt(0, { maxPaths: 2 }));
    for (const target of ['/a', '/b', '/c', '/a', '/d']) served({ model, clock }, { target });
    expect(model.paths({}).map(({ path, requests }) => [path, requests])).toEqual([
      ['/a', 2],
      ['(other paths)', 2],
      ['/b', 1],
    ]);
  });

  it('requests sort by every column, in both directions, and any part of the list can be had', () => {
    const orders: RequestOrder[] = [
      ...([
        'at',
        'method',
        'path',
        'status',
        'bytesIn',
        'bytesOut',
        'duration',
        'session',
        'outcome',
      ] as const),
    ];
    const row = fc.record({
      at: fc.integer({ min: 0, max: 50 }),
      method: fc.constantFrom('GET', 'PUT'),
      target: fc.constantFrom('/a', '/b', '/c?x'),
      status: fc.constantFrom(200, 404, 500),
      bytesIn: fc.nat(5),
      session: fc.constantFrom('a-1', 'a-2', 'a-a'),
      took: fc.integer({ min: 0, max: 9 }),
      isOpen: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 40 }),
        fc.constantFrom(...orders),
        fc.boolean(),
        fc.nat(45),
        fc.nat(45),
        (rows, order, ascending, offset, limit) => {
          const log = new RequestLog({ maxRequests: 64 });
          for (const { took, isOpen, session, ...facts } of rows) {
            const sessionName = `session ${String(Number.parseInt(session.slice(2), 36))}`;
            const handle = log.began(request(facts.at, { ...facts, session, sessionName }));
            if (!isOpen) log.ended(handle, { after: took, outcome: 'completed', code: null });
          }
          const all = listRequests(log, { order, ascending, limit: 1_000 }, 100).requests;
          expect(all).toHaveLength(rows.length);
          const cells = all.map((one) =>
            order === 'session'
              ? Number(one.sessionName.slice(8))
              : order === 'outcome'
                ? 0
                : (one[order] ?? 0),
          );
          const sorted = cells.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
          expect(cells).toEqual(ascending ? sorted : sorted.reverse());
          const part = listRequests(log, { order, ascending, offset, limit }, 100);
          expect(part.total).toBe(rows.length);
          expect(part.requests).toEqual(all.slice(offset, offset + limit));
        },
      ),
    );
  });
});
