import { describe, expect, it, jest } from '@jest/globals';
import { createActor } from 'xstate';

import { exchangeMachine, SESSION_EVENTS, sessionMachine } from '../../machines/index.js';
import { bindMachine, nameOf, nodeOf, snapshotOf, type AnySnapshot } from '../../src/chart/actors.js';
import { Chart, dotted, type ChartNode } from '../../src/chart/index.js';
import { endedSnapshotOf, tableOf } from '../../src/chart/snapshots.js';
import { exchangeChart } from '../../src/session/core/charts.js';
import { compiled } from '../support/chart/compiled.js';
import { session } from '../support/chart/recorder.js';
import { endChartActor, startChartActor } from '../support/chart/test-walk.js';

const start = (chart: Chart<string>) => startChartActor(chart, session.implementation, { log: [] });

describe('a compiled chart', () => {
  it('a compiled chart hands out the same snapshot for the same state, to every actor and by every way', () => {
    const chart = compiled<string>(sessionMachine, SESSION_EVENTS);
    const [one, other] = [start(chart), start(chart)];
    expect(one.getSnapshot()).toBe(other.getSnapshot());
    one.send({ type: 'session.close' });
    for (const type of ['socket.attach', 'exception.set', 'exception.clear', 'session.abort'])
      other.send({ type });
    expect(one.getSnapshot()).toBe(other.getSnapshot());
    expect(one.getSnapshot()).toMatchObject({ value: 'closed', status: 'active' });
    endChartActor(one);
    endChartActor(other);
    expect(one.getSnapshot()).toBe(other.getSnapshot());
    expect(one.getSnapshot()).toMatchObject({ value: 'closed', status: 'done' });
  });

  it('a chart that is walked asks XState nothing until its actor is looked at, and then once for each state', () => {
    const machine = sessionMachine.provide({});
    const chart = new Chart<string>(tableOf(sessionMachine, SESSION_EVENTS));
    bindMachine(chart, machine);
    const asked = jest.spyOn(machine, 'transition');
    const walk = (): ChartNode => {
      let node = chart.initial;
      for (const type of ['session.connect', 'session.close', 'session.connect', 'socket.attach']) {
        node = chart.edge(node, chart.indexOf(type))?.target ?? node;
      }
      return node;
    };
    expect(walk().name).toBe('connected.open');
    expect(asked).not.toHaveBeenCalled();
    for (const node of [walk(), walk(), chart.initial]) {
      expect(nameOf(snapshotOf(node))).toBe(node.name);
      expect(endedSnapshotOf(node).status).toBe('done');
    }
    // By the shortest way, which attaches a socket in the initial state.
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it('a chart refuses to show a snapshot while its machine is not loaded', () => {
    const chart = new Chart({ ...tableOf(sessionMachine, SESSION_EVENTS), id: 'unbound' });
    expect(() => snapshotOf(chart.initial)).toThrow('the machine of the chart unbound is not loaded');
  });

  it('a compiled chart says of an edge where it leads from and to', () => {
    const chart = compiled(sessionMachine, SESSION_EVENTS);
    const edge = chart.edge(chart.initial, chart.indexOf('session.connect'));
    expect(edge?.source).toBe(chart.initial);
    expect(edge?.target.name).toBe('unconnected.connecting');
  });

  it.each([
    ['connected.draining', 'attached', true],
    ['connected.draining', 'draining', true],
    ['connected.draining', 'lingering', false],
    ['unconnected.connecting', 'connecting', true],
    ['closed', 'closed', true],
    ['no.such.state', 'attached', false],
  ])('a compiled chart knows the tags of a state by its name: %s, %s', (state, tag, expected) => {
    expect(compiled(sessionMachine, SESSION_EVENTS).isTagged(state, tag)).toBe(expected);
  });

  it('a compiled chart knows the tags of states that are active side by side', () => {
    const state = 'active(keepAlive.off,replay.impossible,cycle(request.body,response.waiting))';
    expect(
      ['finishing', 'requesting', 'unanswered', 'idle'].map((tag) => exchangeChart.isTagged(state, tag)),
    ).toEqual([true, true, true, false]);
  });

  it('a compiled chart knows the name of a snapshot, whichever engine it comes from', () => {
    const { initial } = compiled(sessionMachine, SESSION_EVENTS);
    const stock = createActor(sessionMachine).start();
    const theirs = stock.getSnapshot() as AnySnapshot;
    expect([nameOf(snapshotOf(initial)), nameOf(theirs)]).toEqual(['unconnected.idle', 'unconnected.idle']);
    expect(nodeOf(snapshotOf(initial))).toBe(initial);
    expect(nodeOf(theirs)).toBeUndefined();
    stock.stop();
  });

  it('a compiled chart has no edge for an event that it does not know', () => {
    const chart = compiled<string>(sessionMachine, SESSION_EVENTS);
    expect(chart.indexOf('no.such.event')).toBe(-1);
    expect(chart.edge(chart.initial, -1)).toBeNull();
  });

  it('a compiled chart refuses a state that belongs to no chart', () => {
    const chart = compiled(sessionMachine, SESSION_EVENTS);
    const foreign = { ...chart.initial, edges: [] };
    expect(() => chart.edge(foreign, 0)).toThrow(TypeError);
  });

  it('a compiled chart says on each edge where it leads and what happens on the way', () => {
    const chart = compiled(sessionMachine, SESSION_EVENTS);
    expect(chart.edge(chart.initial, chart.indexOf('socket.attach'))).toMatchObject({
      event: 'socket.attach',
      target: { name: 'connected.open' },
      effects: [
        { kind: 'action', name: 'clearException' },
        { kind: 'action', name: 'attachSocket' },
        { kind: 'start', name: 'bufferService' },
      ],
    });
  });
});

describe('the dotted name of a state', () => {
  it.each([
    ['closed', 'closed'],
    [{ errored: { recoverable: 'open' } }, 'errored.recoverable.open'],
    [{ active: { a: 'on', b: { c: 'x', d: 'y' } } }, 'active(a.on,b(c.x,d.y))'],
    [{ active: {} }, 'active'],
  ])('the dotted name of a state is as in %j', (value, name) => {
    expect(dotted(value)).toBe(name);
  });

  it('dotted names are those of the exchange chart, too', () => {
    const chart = compiled<string>(exchangeMachine, ['request.head']);
    expect(chart.edge(chart.initial, 0)?.target.name).toBe(
      'active(keepAlive.on,replay.impossible,cycle(request.body,response.waiting))',
    );
  });
});

describe('a snapshot', () => {
  it('a snapshot serialises below 2 kB in every state, without its children', () => {
    const chart = compiled<string>(sessionMachine, SESSION_EVENTS);
    const nodes = new Set([chart.initial]);
    for (const node of nodes) {
      for (const index of chart.events.keys()) nodes.add(chart.edge(node, index)?.target ?? node);
      for (const snapshot of [snapshotOf(node), endedSnapshotOf(node)]) {
        const text = JSON.stringify(snapshot);
        expect(Buffer.byteLength(text)).toBeLessThan(2_048);
        expect(JSON.parse(text)).toMatchObject({
          value: snapshot.value as unknown,
          status: snapshot.status,
          children: {},
        });
      }
    }
    expect(nodes.size).toBe(13);
  });
});
