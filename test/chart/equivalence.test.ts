import { isDeepStrictEqual } from 'node:util';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createActor, type AnyMachineSnapshot } from 'xstate';

import { provideChart } from '../../src/chart/actors.js';
import type { Chart, ChartNode } from '../../src/chart/index.js';
import { compiled } from '../support/chart/compiled.js';
import { exchange, server, session, type Recorder, type Subject } from '../support/chart/recorder.js';
import { sized } from '../support/thoroughness.js';
import { endChartActor, startChartActor } from '../support/chart/test-walk.js';

/*
 * One chart, two engines: whatever is sent, the interned walk and XState's stock interpreter are in the same state
 * and have done the same things in the same order.
 */

interface Engine {
  send(type: string): void;
  readonly snapshot: AnyMachineSnapshot;
  /** What was done since the last look. */
  taken(): readonly string[];
  end(): void;
}

function interned({ implementation }: Subject, chart: Chart<string>): Engine {
  const owner: Recorder = { log: [] };
  const actor = startChartActor(chart, implementation, owner);
  return {
    send: (type) => {
      actor.send({ type });
    },
    get snapshot() {
      return actor.getSnapshot() as unknown as AnyMachineSnapshot;
    },
    taken: () => owner.log.splice(0),
    end: () => {
      endChartActor(actor);
    },
  };
}

/** Providing the implementation rebuilds the machine, so that one provided machine serves all sequences. */
function stock({ machine, implementation }: Subject): () => Engine {
  const owner: Recorder = { log: [] };
  const provided = provideChart(machine, implementation, owner);
  return () => {
    const actor = createActor(provided);
    actor.subscribe({ error: (error) => void owner.log.push(`died: ${String(error)}`) });
    actor.start();
    return {
      send: (type) => {
        actor.send({ type });
      },
      get snapshot() {
        return actor.getSnapshot();
      },
      taken: () => owner.log.splice(0),
      end: () => {
        actor.stop();
        owner.log.length = 0;
      },
    };
  };
}

/** All that can be asked of a snapshot, as a value that compares. */
function answers(
  snapshot: AnyMachineSnapshot,
  { machine, events }: Subject,
  tags: readonly string[],
): unknown {
  return {
    status: snapshot.status,
    value: snapshot.value as unknown,
    context: snapshot.context as unknown,
    tags: [...snapshot.tags].sort(),
    hasTag: tags.filter((tag) => snapshot.hasTag(tag)),
    can: events.filter((type) => snapshot.can({ type })),
    matches: Object.keys(machine.states).filter((state) => snapshot.matches(state)),
    matchesItself: snapshot.matches(snapshot.value),
    meta: snapshot.getMeta(),
  };
}

/** Every interned state with the shortest way to it. */
function ways(chart: Chart<string>): ReadonlyMap<ChartNode, readonly string[]> {
  const found = new Map<ChartNode, readonly string[]>([[chart.initial, []]]);
  for (const [node, way] of found) {
    for (const [index, event] of chart.events.entries()) {
      const target = chart.edge(node, index)?.target;
      if (target !== undefined && !found.has(target)) found.set(target, [...way, event]);
    }
  }
  return found;
}

const subjects = [
  ['session', session],
  ['exchange', exchange],
  ['server', server],
] as const;

describe.each(subjects)('the %s chart under both engines', (_name, subject) => {
  const chart = compiled(subject.machine, subject.events);
  const everywhere = ways(chart);
  const startStock = stock(subject);
  const tags = [...new Set([...everywhere.keys()].flatMap((node) => [...node.tags]))];

  /** Sends the same events to both engines and returns where they differ, looking from the given event on. */
  const differences = (events: readonly string[], first = 0): readonly unknown[] => {
    const found: unknown[] = [];
    const ours = interned(subject, chart);
    const theirs = startStock();
    for (const [index, event] of events.entries()) {
      ours.send(event);
      theirs.send(event);
      if (index < first) continue;
      const actual = [event, ours.taken(), answers(ours.snapshot, subject, tags)];
      const expected = [event, theirs.taken(), answers(theirs.snapshot, subject, tags)];
      if (!isDeepStrictEqual(actual, expected)) found.push({ interned: actual, stock: expected });
    }
    ours.end();
    theirs.end();
    return found;
  };

  it('both engines agree on the initial state', () => {
    const [ours, theirs] = [interned(subject, chart), startStock()];
    expect(answers(ours.snapshot, subject, tags)).toEqual(answers(theirs.snapshot, subject, tags));
    ours.end();
    theirs.end();
  });

  it.each([...everywhere].map(([node, way]) => [node.name, way] as const))(
    'both engines agree on all events in %s',
    (_n, way) => {
      for (const event of [...subject.events, 'no.such.event']) {
        expect(differences([...way, event], way.length)).toEqual([]);
      }
    },
  );

  it('both engines agree over random sequences of events', () => {
    const event = fc.constantFrom(...subject.events);
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60, size: 'max' }), (events) => {
        expect(differences(events)).toEqual([]);
      }),
      { numRuns: 1_000, interruptAfterTimeLimit: sized(500, 150) },
    );
  });

  it('both engines agree over random sequences of events that are permitted', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000), { maxLength: 60, size: 'max' }), (choices) => {
        const events: string[] = [];
        let node = chart.initial;
        for (const choice of choices) {
          const edges = chart.events.flatMap((_type, index) => chart.edge(node, index) ?? []);
          const edge = edges[choice % edges.length];
          if (edge === undefined) break;
          events.push(edge.event);
          node = edge.target;
        }
        expect(differences(events)).toEqual([]);
      }),
      { numRuns: 1_000, interruptAfterTimeLimit: sized(500, 150) },
    );
  });
});

describe('within one transition, under either engine', () => {
  const order = (engine: Engine, events: readonly string[], last: string): readonly string[] => {
    for (const event of events) engine.send(event);
    engine.taken();
    engine.send(last);
    const taken = engine.taken();
    engine.end();
    return taken;
  };
  const chart = compiled(session.machine, session.events);

  it.each([
    ['interned', () => interned(session, chart)],
    ['stock', stock(session)],
  ] as const)('within one transition, services stop, actions run, services start: %s', (_name, start) => {
    expect(order(start(), ['socket.attach'], 'socket.attach')).toEqual([
      '-bufferService',
      'destroySocket(socket.attach)',
      'clearException(socket.attach)',
      'attachSocket(socket.attach)',
      '+bufferService',
    ]);
    expect(order(start(), ['session.connect'], 'xstate.done.actor.connector')).toEqual([
      '-connector',
      'attachSocket(xstate.done.actor.connector)',
      '+bufferService',
    ]);
    expect(order(start(), ['session.connect'], 'session.close')).toEqual(['-connector']);
  });
});
