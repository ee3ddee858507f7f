import { beforeEach, describe, expect, it } from '@jest/globals';

import { InspectionModel } from '../../../src/inspector/model/inspection-model.js';
import type { SessionRole } from '../../../src/inspector/model/traffic-shapes.js';
import { packageCharts } from '../../../src/inspector/page-server/package-charts.js';
import { LIGHT, modelAt } from '../../support/inspector/model.js';
import { request, served } from '../../support/inspector/traffic.js';

const WAITING = 'active(keepAlive.on,replay.impossible,cycle(request.done,response.waiting))';

describe('the seconds of a model', () => {
  let model: InspectionModel;
  let clock: { now: number };

  beforeEach(() => {
    ({ model, clock } = modelAt(10_500, { charts: packageCharts }));
  });

  function light(state: string, id = 'a'): void {
    model.appeared({ id, name: id, parent: null, definition: LIGHT, state, status: 'active' });
  }

  function session(role: SessionRole, number: number, exchangeState = 'idle.fresh'): void {
    const { session: chart, exchange } = packageCharts;
    const id = `x-${String(number)}`;
    const name = `${role} session ${String(number)}`;
    const status = 'active';
    model.appeared({ id, name, parent: null, definition: chart.config, state: 'connected.open', status });
    model.appeared({
      ...{ id: `${id}!`, name: 'exchange', parent: id, definition: exchange.config },
      ...{ state: exchangeState, status },
    });
  }

  it('a second has the requests that ended in it, the failed ones, the errors, and percentiles', () => {
    for (const took of [1, 2, 3, 400]) served({ model, clock }, { took });
    served({ model, clock }, { took: 5, status: 500 });
    served({ model, clock }, { took: 6, outcome: 'failed', code: 'X' });
    model.errorOccurred({ code: 'X', session: null, role: 'server' });
    clock.now = 11_000;
    served({ model, clock }, { at: 10_999, took: 7 });
    clock.now = 12_000;
    expect(model.pulse()).toMatchObject({
      at: 12_000,
      client: null,
      hasForeign: false,
      server: {
        seconds: [
          { at: 10_000, requests: 6, failed: 2, errors: 1, p50: 3, p99: 400 },
          { at: 11_000, requests: 1, failed: 0, errors: 0, p50: 7, p99: 7 },
        ],
        p50: 5,
        p99: 400,
      },
    });
  });

  it('a second counts connections, and those that are busy or wait, of servers and clients apart', () => {
    session('server', 1, WAITING);
    session('server', 2);
    session('client', 3, WAITING.replace('request.done', 'request.body'));
    model.appeared({
      ...{ id: 'call', name: 'call 1: GET /', parent: null, definition: packageCharts.call.config },
      ...{ state: 'queued', status: 'active' },
    });
    clock.now = 12_000;
    const { server, client } = model.pulse();
    expect(server?.seconds.at(-1)).toMatchObject({ connections: 2, busy: 1, waiting: 1, queued: null });
    expect(client?.seconds.at(-1)).toMatchObject({ connections: 1, busy: 1, waiting: 0, queued: 1 });
  });

  it('requests of other programs are counted where they run the same chart, and have no durations', () => {
    model.programJoined();
    session('server', 1, WAITING);
    model.moved('x-1!', { event: 'response.end', state: 'idle.reused', status: 'active' });
    model.moved('x-1!', { event: 'request.head', state: WAITING, status: 'active' });
    model.moved('x-1!', { event: 'exchange.fail', state: 'error', status: 'active' });
    clock.now = 12_000;
    expect(model.pulse()).toMatchObject({
      hasForeign: true,
      server: { seconds: [{ requests: 2, failed: 1, p50: null }, { requests: 0 }], p50: null },
    });
    model.programLeft();
    expect(model.pulse().hasForeign).toBe(false);
  });

  it('a pulse is of the last minute, and quiet seconds are in it', () => {
    served({ model, clock });
    clock.now = 200_000;
    const { server } = model.pulse();
    expect(server?.seconds).toHaveLength(60);
    expect(server?.seconds[0]?.at).toBe(140_000);
    expect(server?.p50).toBeNull();
  });

  it('the minute before any time is as it was then, also in a recording', () => {
    served({ model, clock }, { took: 10 });
    clock.now = 80_000;
    served({ model, clock }, { took: 20 });
    clock.now = 82_000;
    const at = (time: number): unknown => {
      const { seconds, p50 } = model.minute({ at: time });
      return [seconds[0]?.at, seconds.at(-1)?.at, p50];
    };
    expect(at(11_000)).toEqual([10_000, 10_000, 10]);
    expect(at(80_999)).toEqual([20_000, 79_000, null]);
    expect(at(81_500)).toEqual([21_000, 80_000, 20]);
    expect(model.minute({})).toEqual(model.pulse().server);
    expect(model.minute({ at: 9_000 })).toEqual({ seconds: [], p50: null, p99: null });
    expect(model.minute({ role: 'client' })).toMatchObject({ p50: null });
    const opened = InspectionModel.from(model.recording());
    expect(opened.minute({ at: 81_500 })).toEqual(model.minute({ at: 81_500 }));
  });

  it('history has stretches of whole seconds, with the states at their ends', () => {
    light('red');
    clock.now = 11_200;
    model.moved('a', { event: 'timer', state: 'green', status: 'active' });
    light('red', 'b');
    served({ model, clock }, { took: 10 });
    clock.now = 13_500;
    served({ model, clock }, { took: 20 });
    clock.now = 14_100;
    const whole = model.history({ chart: 'd1' });
    expect(whole).toMatchObject({
      at: [10_000, 11_000, 12_000, 13_000],
      requests: [0, 1, 0, 1],
      states: { red: [1, 1, 1, 1], green: [0, 1, 1, 1] },
      since: 10_500,
      detailSince: 10_500,
    });
    expect(model.history({ points: 2 })).toMatchObject({
      at: [10_000, 12_000],
      requests: [1, 1],
      states: {},
    });
    expect(model.history({ since: 11_000, until: 13_000 }).at).toEqual([11_000, 12_000]);
  });

  it('history is of the servers where there is one, unless it is asked for the clients', () => {
    served({ model, clock }, { role: 'client' });
    clock.now = 12_000;
    expect(model.history({})).toMatchObject({ role: 'client', requests: [1, 0] });
    served({ model, clock }, { role: 'server' });
    clock.now = 13_000;
    expect(model.history({})).toMatchObject({ role: 'server', requests: [0, 0, 1] });
    expect(model.history({ role: 'client' })).toMatchObject({ role: 'client', requests: [1, 0, 0] });
  });

  it('errors are marks in time, the newest thousand', () => {
    for (let i = 0; i < 1_002; i++) {
      clock.now++;
      model.errorOccurred({ code: `E${String(i)}`, session: 'a', role: 'server' });
    }
    const { marks } = model.history({});
    expect([marks.length, marks[0]?.code, marks.at(-1)?.code]).toEqual([1_000, 'E2', 'E1001']);
    const { at } = marks[5] ?? { at: 0 };
    expect(model.history({ since: at, until: at }).marks).toEqual([
      { at, code: 'E7', session: 'a', role: 'server' },
    ]);
  });

  it('before each change is known, counts are those of the second then, and there are no lists', () => {
    ({ model, clock } = modelAt(0, { maxChanges: 3 }));
    light('red');
    clock.now = 500;
    light('red', 'b');
    clock.now = 5_500;
    for (const state of ['green', 'red', 'green'])
      model.moved('a', { event: 'timer', state, status: 'active' });
    clock.now = 9_000;
    expect(model.fleet()).toMatchObject({ since: 0, detailSince: 5_500 });
    expect(model.fleet(3_000).charts).toEqual([
      { chart: 'd1', name: 'light', live: 2, ended: 0, states: { red: 2 }, endedStates: {} },
    ]);
    expect(model.list({ at: 3_000 })).toEqual({ at: 3_000, total: 0, isBeyondDetail: true, actors: [] });
    expect(model.list({ at: 6_000 })).toMatchObject({ total: 2, isBeyondDetail: false });
  });

  it('seconds older than an hour are forgotten', () => {
    ({ model, clock } = modelAt(0, { maxSeconds: 10, maxChanges: 1 }));
    light('red');
    for (let second = 1; second <= 25; second++) {
      clock.now = second * 1_000;
      model.moved('a', { event: 'timer', state: `s${String(second)}`, status: 'active' });
    }
    expect(model.history({ chart: 'd1' })).toMatchObject({ since: 15_000, at: { length: 10 } });
    expect(Object.keys(model.history({ chart: 'd1' }).states)).toHaveLength(10);
  });

  it('a recording has requests, seconds and marks, and opens as it was', () => {
    light('red');
    served({ model, clock }, { target: '/a?secret', took: 30 });
    served({ model, clock }, { status: 500, role: 'client', code: 'E', outcome: 'failed' });
    model.requestBegan(request(clock.now, { target: '/open', status: null, answeredAfter: null }));
    model.errorOccurred({ code: 'E', session: 'a', role: 'client' });
    clock.now = 12_345;
    const text = JSON.stringify(model.recording());
    expect(text).not.toContain('secret');
    const opened = InspectionModel.from(JSON.parse(text));
    expect(opened.recording()).toEqual(JSON.parse(text));
    expect(opened.requests({})).toEqual(model.requests({}));
    expect(opened.requests({ at: 10_510 })).toEqual(model.requests({ at: 10_510 }));
    expect(opened.paths({})).toEqual(model.paths({}));
    expect(opened.history({ chart: 'd1' })).toEqual(model.history({ chart: 'd1' }));
    expect(opened.pulse()).toEqual(model.pulse());
    expect(opened.fleet()).toEqual(model.fleet());
  });
});
