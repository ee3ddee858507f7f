import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { ActorSubject } from '../../../src/inspector/model/actor-entry.js';
import { INSPECTION } from '../../../src/inspector/model/inspection-limits.js';
import { FORGOTTEN_CONTEXT } from '../../../src/inspector/model/contexts.js';
import { InspectionModel } from '../../../src/inspector/model/inspection-model.js';
import type { ActorStatus, FleetFrame, SessionReport } from '../../../src/inspector/model/shapes.js';
import { LIGHT, modelAt } from '../../support/inspector/model.js';

function statesOf(frame: FleetFrame): Record<string, number> {
  return { ...frame.charts[0]?.states };
}

describe('an InspectionModel', () => {
  let model: InspectionModel;
  let clock: { now: number };

  beforeEach(() => {
    ({ model, clock } = modelAt(1_000));
  });

  function appear(id: string, state = 'red', parent: string | null = null): void {
    model.appeared({ id, name: `light ${id}`, parent, definition: LIGHT, state, status: 'active' });
  }

  function move(id: string, state: string, event = 'timer', status: ActorStatus = 'active'): void {
    model.moved(id, { event, state, status });
  }

  it('an InspectionModel counts the actors of each state', () => {
    appear('a');
    appear('b');
    move('b', 'green');
    expect(model.fleet()).toEqual({
      at: 1_000,
      since: 1_000,
      detailSince: 1_000,
      dropped: 0,
      losses: {},
      charts: [
        { chart: 'd1', name: 'light', live: 2, ended: 0, states: { red: 1, green: 1 }, endedStates: {} },
      ],
    });
  });

  it('an InspectionModel counts actors that have ended apart, in their last state', () => {
    appear('a');
    move('a', 'green', 'off', 'done');
    expect(model.fleet().charts).toEqual([
      { chart: 'd1', name: 'light', live: 0, ended: 1, states: {}, endedStates: { green: 1 } },
    ]);
  });

  it('an InspectionModel forgets the oldest ended actors, and keeps their changes', () => {
    ({ model, clock } = modelAt(1_000, { maxEndedActors: 2 }));
    for (const id of ['a', 'b', 'c']) {
      appear(id);
      move(id, 'red', 'off', 'done');
    }
    expect(model.list({ order: 'name' }).actors.map(({ id }) => id)).toEqual(['c', 'b']);
    expect(model.fleet().charts[0]).toMatchObject({ live: 0, ended: 2 });
    expect(model.actor('a')?.log.map(({ event, to }) => [event, to])).toEqual([
      ['', 'red'],
      ['off', 'red'],
      ['', null],
    ]);
  });

  it('an InspectionModel forgets ended actors of the chart that has the most of them', () => {
    ({ model, clock } = modelAt(1_000, { maxEndedActors: 6 }));
    const begin = (id: string, chart: string): void => {
      const definition = { ...LIGHT, id: chart };
      model.appeared({ id, name: id, parent: null, definition, state: 'red', status: 'active' });
    };
    const end = (id: string, chart: string): void => {
      begin(id, chart);
      move(id, 'red', 'off', 'done');
    };
    const ended = (): string[] => model.list({ status: 'ended' }).actors.map(({ id }) => id);
    for (const id of ['s1', 's2', 's3', 's4']) end(id, 'session');
    for (let call = 1; call <= 50; call++) end(`c${String(call)}`, 'call');
    expect(new Set(ended())).toEqual(new Set(['c48', 'c49', 'c50', 's2', 's3', 's4']));
    end('s5', 'session');
    for (const id of ['s3', 's4', 's5']) begin(id, 'session');
    end('c51', 'call');
    expect(new Set(ended())).toEqual(new Set(['c48', 'c49', 'c50', 'c51']));
  });

  it('an InspectionModel drops a forgotten actor once its last change leaves the journal', () => {
    ({ model, clock } = modelAt(1_000, { maxEndedActors: 1, maxChanges: 4 }));
    appear('a');
    move('a', 'red', 'off', 'done');
    appear('b');
    move('b', 'red', 'off', 'done');
    expect(model.has('a')).toBe(true);
    for (const state of ['green', 'red', 'green', 'red']) move('b', state);
    expect(model.has('a')).toBe(false);
    expect(model.actor('b')?.logSince).toBe(0);
  });

  it('an InspectionModel takes a forgotten actor back if it is announced again', () => {
    ({ model, clock } = modelAt(1_000, { maxEndedActors: 1 }));
    appear('a');
    move('a', 'red', 'off', 'done');
    appear('b');
    move('b', 'red', 'off', 'done');
    appear('a', 'green');
    expect(model.fleet().charts[0]).toMatchObject({
      ...{ live: 1, ended: 1, states: { green: 1 }, endedStates: { red: 1 } },
    });
    expect(model.list({ status: 'live' }).actors.map(({ id }) => id)).toEqual(['a']);
  });

  it('an InspectionModel takes no more actors than its limit, and counts the others', () => {
    ({ model, clock } = modelAt(1_000, { maxActors: 2 }));
    for (const id of ['a', 'b', 'c', 'd']) appear(id);
    expect(model.fleet()).toMatchObject({ dropped: 2, charts: [{ live: 2 }] });
    move('c', 'green');
    expect(statesOf(model.fleet())).toEqual({ red: 2 });
  });

  it('an InspectionModel updates the state of an actor that is announced again', () => {
    appear('a');
    appear('a');
    expect(model.actor('a')?.log).toHaveLength(1);
    appear('a', 'green');
    expect(model.actor('a')?.log.at(-1)).toMatchObject({ event: '', from: 'red', to: 'green' });
    expect(statesOf(model.fleet())).toEqual({ green: 1 });
  });

  it('an InspectionModel puts the own history of an actor before its log', () => {
    const earlier = [
      { number: -2, at: 500, event: 'begin', from: null, to: 'green' },
      { number: -1, at: 600, event: 'timer', from: 'green', to: 'red' },
    ];
    model.appeared({ id: 'a', name: 'a', parent: null, state: 'red', status: 'active', earlier });
    move('a', 'green');
    const numbers = (after: number): number[] | undefined =>
      model.actor('a', after)?.log.map(({ number }) => number);
    expect(numbers(0)).toEqual([-2, -1, 1, 2]);
    expect(numbers(1)).toEqual([2]);
    expect(InspectionModel.from(model.recording()).actor('a')?.log).toEqual(model.actor('a')?.log);
  });

  it('an InspectionModel keeps the order of changes within one millisecond, of all actors', () => {
    const told = { state: 'red', status: 'active' } as const;
    const change = (number: number, at: number, event: string) => ({
      number,
      at,
      event,
      from: null,
      to: 'red',
    });
    const ofParent = [change(-3, 500, 'second'), change(-1, 501, 'fourth')];
    const ofChild = [change(-4, 500, 'first'), change(-2, 500, 'third')];
    model.appeared({ id: 'a', name: 'a', parent: null, ...told, earlier: ofParent });
    model.appeared({ id: 'b', name: 'b', parent: 'a', ...told, earlier: ofChild });
    const events = model.actor('a')?.log.map(({ event }) => event);
    expect(events?.slice(0, 4)).toEqual(['first', 'second', 'third', 'fourth']);
  });

  it('an InspectionModel shares one definition among the actors that run it', () => {
    appear('a');
    model.appeared({
      ...{ id: 'b', name: 'b', parent: null, state: 'red', status: 'active' },
      definition: JSON.stringify(LIGHT),
    });
    expect(model.recording().definitions).toEqual([{ key: 'd1', name: 'light', config: LIGHT }]);
    expect(model.definition('d1')?.config).toEqual(LIGHT);
    expect(model.definition('d2')).toBeUndefined();
  });

  it.each(['', '[]', '"text"', '{', ' '.repeat(1_048_577)])(
    'an actor with an unusable definition is counted under a chart that says why it is not drawn (%#)',
    (definition) => {
      model.appeared({ id: 'a', name: 'a', parent: null, definition, state: '', status: 'active' });
      expect(model.definition(model.actor('a')?.chart ?? '')?.undrawn).toMatch(/^its definition is /);
      expect(model.fleet()).toMatchObject({ dropped: 1, charts: [{ name: '(not drawn)', live: 1 }] });
    },
  );

  it('an InspectionModel gives the log of an actor with that of its children, from a change on', () => {
    appear('a');
    appear('b', 'red', 'a');
    appear('c');
    move('b', 'green');
    move('a', 'green', 'timer', 'done');
    expect(model.actor('a')?.log.map(({ number, actor }) => [number, actor])).toEqual([
      [1, 'a'],
      [2, 'b'],
      [4, 'b'],
      [5, 'a'],
    ]);
    expect(model.actor('a', 4)?.log.map(({ number }) => number)).toEqual([5]);
    expect(model.actor('a')).toMatchObject({ childCount: 1, children: [{ id: 'b' }], transitions: 1 });
    expect(model.actor('nobody')).toBeNull();
  });

  it('an InspectionModel reads a running actor, and keeps the last view of an ended one', () => {
    const report = (requests: number): SessionReport => ({
      ...{ role: 'server', local: null, remote: null, socket: 'tcp', timers: {}, armed: null },
      ...{ request: null, response: null, error: null },
      totals: { requests, bytesIn: 1, bytesOut: 2, errors: 0 },
    });
    let requests = 1;
    const subject: ActorSubject = {
      peer: '127.0.0.1:1',
      get totals() {
        return report(requests).totals;
      },
      report: () => report(requests),
    };
    model.appeared({ id: 'a', name: 'a', parent: null, state: 'red', status: 'active', subject });
    requests = 2;
    expect(model.actor('a')).toMatchObject({ peer: '127.0.0.1:1', totals: { requests: 2 } });
    move('a', 'red', 'off', 'done');
    requests = 3;
    expect(model.actor('a')).toMatchObject({ session: { totals: { requests: 2 } }, totals: { requests: 2 } });
    expect(model.list({ search: '127.0' }).total).toBe(1);
  });

  it('an InspectionModel sorts and filters actors', () => {
    appear('a');
    clock.now = 2_000;
    appear('b', 'green');
    move('a', 'green');
    move('a', 'red');
    const ids = (query: Parameters<InspectionModel['list']>[0]): string[] =>
      model.list(query).actors.map(({ id }) => id);
    expect(ids({ order: 'age' })).toEqual(['a', 'b']);
    expect(ids({ order: 'age', ascending: true })).toEqual(['b', 'a']);
    expect(ids({ order: 'transitions' })).toEqual(['a', 'b']);
    expect(ids({ state: 'green' })).toEqual(['b']);
    expect(ids({ state: 'gree' })).toEqual([]);
    expect(ids({ search: 'LIGHT B' })).toEqual(['b']);
    expect(ids({ chart: 'd2' })).toEqual([]);
    expect(model.list({ limit: 1 })).toMatchObject({ total: 2, actors: [{ id: 'a' }] });
  });

  it('an InspectionModel notifies subscribers of every change, until they unsubscribe', () => {
    let heard = 0;
    const off = model.subscribe(() => heard++);
    appear('a');
    move('a', 'green');
    off();
    move('a', 'red');
    expect(heard).toBe(2);
  });

  it('an InspectionModel goes back in time', () => {
    appear('a');
    clock.now = 2_000;
    appear('b');
    clock.now = 3_000;
    move('a', 'green');
    clock.now = 4_000;
    move('b', 'red', 'off', 'done');
    expect(model.fleet(3_000).charts).toEqual([
      { chart: 'd1', name: 'light', live: 2, ended: 0, states: { red: 1, green: 1 }, endedStates: {} },
    ]);
    expect(model.fleet(2_999).charts[0]).toMatchObject({ live: 2, states: { red: 2 } });
    expect(model.fleet(1_999).charts[0]).toMatchObject({ live: 1, states: { red: 1 } });
    expect(model.fleet(999).charts[0]).toMatchObject({ live: 0, ended: 0, states: {} });
    expect(model.list({ at: 2_500, order: 'name', ascending: true }).actors).toMatchObject([
      { id: 'a', state: 'red', transitions: 0, changedAt: 1_000 },
      { id: 'b', state: 'red', status: 'active', changedAt: 2_000 },
    ]);
    expect(model.list({ at: 1_500 }).actors.map(({ id }) => id)).toEqual(['a']);
  });

  it('going back in time undoes transitions, not that an actor was forgotten', () => {
    ({ model, clock } = modelAt(1_000, { maxEndedActors: 1 }));
    appear('a');
    move('a', 'green');
    move('a', 'red', 'off', 'done');
    clock.now = 2_000;
    appear('b');
    move('b', 'red', 'off', 'done');
    expect(model.actor('a')?.log.at(-1)?.to).toBeNull();
    expect(model.list({ at: 1_500 }).actors).toMatchObject([{ id: 'a', transitions: 2, status: 'done' }]);
  });

  it('an InspectionModel says how far the past reaches', () => {
    ({ model, clock } = modelAt(1_000, { maxChanges: 2 }));
    appear('a');
    clock.now = 2_000;
    move('a', 'green');
    clock.now = 3_000;
    move('a', 'red');
    expect(model.fleet()).toMatchObject({ since: 1_000, detailSince: 2_000 });
    expect(model.actor('a')).toMatchObject({ logSince: 2_000, log: [{ number: 2 }, { number: 3 }] });
  });

  it('an actor with more changes than are told is as it was at a time, with the changes around it', () => {
    appear('a');
    appear('b', 'red', 'a');
    for (clock.now = 2_000; clock.now < 9_000; clock.now++) move('b', clock.now % 2 === 0 ? 'green' : 'red');
    move('a', 'green');
    const now = model.actor('a');
    expect(now).toMatchObject({ state: 'green', log: { length: 2_000 }, logSince: 7_001 });
    const then = model.actor('a', 0, 4_000);
    expect(then).toMatchObject({ state: 'red', children: [{ state: 'green', changedAt: 4_000 }] });
    expect(then?.log).toHaveLength(2_000);
    expect([then?.logSince, then?.log.at(-1)?.at]).toEqual([3_001, 5_000]);
    expect(model.actor('a', 0, 2_100)?.logSince).toBe(0);
    // What was told before is not told again, and nothing between is missing.
    expect(model.actor('a', 7_000)?.logSince).toBe(0);
    expect(model.actor('a', 3_000)?.logSince).toBe(7_001);
  });

  it('an InspectionModel shows every moment of the past as it was, also in a recording', () => {
    const step = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd'),
      state: fc.constantFrom('red', 'green', ''),
      what: fc.constantFrom<'appear' | 'move' | 'end'>('appear', 'move', 'end'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        ({ model, clock } = modelAt(0, { maxEndedActors: 2 }));
        appear('first');
        const moments: FleetFrame[] = [];
        for (const { id, state, what } of steps) {
          clock.now++;
          if (what === 'appear') appear(id, state);
          else move(id, state, 'step', what === 'end' ? 'done' : 'active');
          moments.push(model.fleet());
        }
        const written = JSON.parse(JSON.stringify(model.recording())) as unknown;
        for (const source of [model, InspectionModel.from(written)]) {
          for (const moment of moments) expect(source.fleet(moment.at)).toEqual(moment);
          for (const { at, charts } of moments) {
            const { total } = source.list({ at });
            expect(total).toBe((charts[0]?.live ?? 0) + (charts[0]?.ended ?? 0));
          }
        }
      }),
    );
  });
});

describe('a recording', () => {
  function recorded(): Record<string, unknown> {
    const { model, clock } = modelAt(1_000);
    model.appeared({ id: 'p', name: 'parent', parent: null, state: '', status: 'active' });
    model.appeared({ id: 'a', name: 'a', parent: 'p', definition: LIGHT, state: 'red', status: 'active' });
    clock.now = 2_000;
    model.moved('a', { event: 'off', state: 'red', status: 'error', context: '{}' });
    return JSON.parse(JSON.stringify(model.recording())) as Record<string, unknown>;
  }

  it('a recording opens as it was', () => {
    const opened = InspectionModel.from(recorded());
    expect(opened.recording()).toEqual(recorded());
    expect(opened.fleet()).toMatchObject({ at: 2_000, charts: [{ live: 0, ended: 1 }] });
    expect(opened.actor('p')).toMatchObject({ children: [{ id: 'a', status: 'error' }] });
    expect(opened.actor('a')).toMatchObject({ context: '{}', log: [{ to: 'red' }, { event: 'off' }] });
  });

  it('a recording of version 1, which knew nothing of requests, opens', () => {
    const { requests: _, seconds: __, marks: ___, hasForeign: ____, ...rest } = recorded();
    const actors = (rest['actors'] as Record<string, unknown>[]).map(({ last: _last, ...actor }) => actor);
    const opened = InspectionModel.from({ ...rest, version: 1, actors });
    expect(opened.fleet()).toMatchObject({ charts: [{ live: 0, ended: 1 }] });
    expect(opened.actor('a')).toMatchObject({ last: null, process: 'parent', endedAt: 2_000, request: null });
    expect(opened.requests({})).toMatchObject({ total: 0 });
    expect(opened.pulse()).toMatchObject({ server: null, client: null });
    expect(opened.recording()).toMatchObject({ version: 2 });
  });

  it.each<[string, (recording: Record<string, unknown>) => unknown, string]>([
    ['a text', () => 'text', 'not a JSON object'],
    ['a list', () => [], 'not a JSON object'],
    ['another format', (recording) => ({ ...recording, format: 'har' }), 'its format is not'],
    ['a later version', (recording) => ({ ...recording, version: 3 }), 'of version 3'],
    ['no time', (recording) => ({ ...recording, at: null }), 'when it was made'],
    ['no requests', (recording) => ({ ...recording, requests: null }), 'its requests'],
    ['uneven columns', (recording) => withChunk(recording, { number: [1], at: [] }), 'its requests'],
    ['seconds of text', (recording) => ({ ...recording, seconds: { at: ['x'] } }), 'its seconds'],
    ['marks of nothing', (recording) => ({ ...recording, marks: [{}] }), 'its marks of errors'],
    ['no programs', (recording) => ({ ...recording, hasForeign: 1 }), 'other programs'],
    ['no log', (recording) => ({ ...recording, log: {} }), 'no list of log'],
    ['a broken actor', (recording) => ({ ...recording, actors: [{}] }), 'entry 0 of its actors'],
    [
      'a broken definition',
      (recording) => ({ ...recording, definitions: [7] }),
      'entry 0 of its definitions',
    ],
    ['a broken change', (recording) => ({ ...recording, log: [{ number: '1' }] }), 'entry 0 of its log'],
    ['nobody in the log', (recording) => ({ ...recording, actors: [] }), 'an actor that it does not have'],
    [
      'a mark after the last date',
      (recording) => ({ ...recording, marks: [{ at: 2 ** 53, code: 'E', session: null, role: 'server' }] }),
      'its marks of errors',
    ],
    [
      'an actor twice',
      (recording) => ({
        ...recording,
        actors: [...(recording['actors'] as []), ...(recording['actors'] as [])],
      }),
      'the same id',
    ],
  ])('a recording is refused with a reason: %s', (_what, spoilt, reason) => {
    expect(() => InspectionModel.from(spoilt(recorded()))).toThrow(TypeError);
    expect(() => InspectionModel.from(spoilt(recorded()))).toThrow(reason);
  });
});

function withChunk(recording: Record<string, unknown>, chunk: object): Record<string, unknown> {
  return { ...recording, requests: { ...(recording['requests'] as object), chunks: [chunk] } };
}

describe('what other programs report', () => {
  const report = (model: InspectionModel, id: string, context?: string): void => {
    model.appeared({
      ...{ id, name: `actor ${id}`, parent: null, state: id, status: 'active', definition: LIGHT },
      ...(context === undefined ? {} : { context }),
    });
  };
  const contextsOf = (model: InspectionModel, ids: readonly string[]): (string | null | undefined)[] =>
    ids.map((id) => model.actor(id)?.context);

  it('contexts are bounded together: those that changed the longest ago are forgotten first', () => {
    const { model } = modelAt(1_000, { maxToldContexts: 30 });
    for (const id of ['a', 'b', 'c']) report(model, id, id.repeat(10));
    model.moved('a', { event: 'go', state: 'x', status: 'active', context: 'A'.repeat(10) });
    report(model, 'd', 'd'.repeat(10));
    expect(contextsOf(model, ['a', 'b', 'c', 'd'])).toEqual([
      'AAAAAAAAAA',
      FORGOTTEN_CONTEXT,
      'cccccccccc',
      'dddddddddd',
    ]);
    model.moved('b', { event: 'go', state: 'x', status: 'active', context: 'back' });
    expect(contextsOf(model, ['a', 'b', 'c', 'd'])).toEqual([
      'AAAAAAAAAA',
      'back',
      FORGOTTEN_CONTEXT,
      'dddddddddd',
    ]);
  });

  it('names are bounded together: an actor that exceeds them is counted as dropped', () => {
    const { model } = modelAt(1_000, { maxToldNames: 40 });
    for (const id of ['a', 'b', 'c', 'd']) report(model, id);
    expect(model.fleet()).toMatchObject({
      ...{ dropped: 1, losses: { moreActors: 1 } },
      charts: [{ live: 3 }],
    });
  });

  it('where there is no room, the most quiet actor of another program goes, and comes back when it changes', () => {
    const { model } = modelAt(1_000, { maxActors: 2 });
    const foreign = (id: string): void => {
      const known = { definition: LIGHT, state: 'red', status: 'active', isForeign: true } as const;
      model.appeared({ ...{ id, name: `actor ${id}`, parent: null }, ...known });
    };
    const names = (): string[] =>
      model.list({ order: 'name', ascending: true }).actors.map(({ name }) => name);
    for (const id of ['a', 'b']) foreign(id);
    model.moved('a', { event: 'go', state: 'green', status: 'active' });
    foreign('c');
    expect(names()).toEqual(['actor a', 'actor c']);
    model.moved('b', { event: 'go', state: 'green', status: 'active' });
    expect(names()).toEqual(['actor b', 'actor c']);
    expect(model.fleet()).toMatchObject({
      ...{ dropped: 2, losses: { forgottenActors: 2 } },
      charts: [{ live: 2, states: { red: 1, green: 1 } }],
    });
  });

  it('definitions without actors make room, so that a machine that comes late is drawn', () => {
    const { model } = modelAt(1_000, { maxEndedActors: 1, maxChanges: 1 });
    const most = INSPECTION.maxDefinitions.value;
    for (let count = 0; count <= most + 10; count++) {
      const id = `a${String(count)}`;
      const definition = JSON.stringify({ id: `m${String(count)}` });
      model.appeared({ id, name: id, parent: null, definition, state: '', status: 'done' });
    }
    const { charts, dropped } = model.fleet();
    expect(charts.at(-1)).toMatchObject({ name: `m${String(most + 10)}`, ended: 1 });
    expect(charts.length).toBeLessThanOrEqual(most);
    expect(dropped).toBe(0);
  });

  it('a report to a page has a bounded number of states, however many there are', () => {
    const { model } = modelAt(1_000);
    const most = INSPECTION.maxToldStates.value;
    for (let count = 0; count < most + 10; count++) report(model, `s${String(count)}`);
    model.appeared({
      id: 'z',
      name: 'z',
      parent: null,
      state: 'y',
      status: 'active',
      definition: { id: 'other' },
    });
    const { charts } = model.fleet();
    expect(charts.map(({ states }) => Object.keys(states).length)).toEqual([most, 0]);
    expect(charts.map(({ live }) => live)).toEqual([most + 10, 1]);
  });
});
