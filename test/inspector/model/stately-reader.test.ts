import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createInspector } from '@statelyai/inspect';
import fc from 'fast-check';
import { createActor, createMachine, sendTo } from 'xstate';

import { INSPECTION } from '../../../src/inspector/model/inspection-limits.js';
import type { InspectionModel } from '../../../src/inspector/model/inspection-model.js';
import { StatelyReader } from '../../../src/inspector/model/stately-reader.js';
import { changeUntil, LIGHT, modelAt } from '../../support/inspector/model.js';

describe('a StatelyReader', () => {
  let model: InspectionModel;
  let reader: StatelyReader;

  beforeEach(() => {
    ({ model } = modelAt(1_000));
    reader = new StatelyReader(model, 'p1/');
  });

  /** A program that tells of its actors by `@statelyai/inspect`, over a line that carries text. */
  function inspector(): ReturnType<typeof createInspector> {
    return createInspector({
      send: (message) => {
        reader.read(JSON.parse(JSON.stringify(message)));
      },
    });
  }

  it('a StatelyReader shows a machine of another program: chart, states, senders and context', async () => {
    const child = createMachine({
      ...LIGHT,
      states: { red: { on: { go: 'green' } }, green: { type: 'final' } },
    });
    const parent = createMachine({
      id: 'crossing',
      context: { cars: 7 },
      invoke: { src: child, id: 'light' },
      on: { change: { actions: sendTo('light', { type: 'go' }) } },
    });
    const actor = createActor(parent, { inspect: inspector().inspect });
    actor.start();
    actor.send({ type: 'change' });
    // `@statelyai/inspect` tells when the process has nothing else to do.
    await changeUntil(model, () =>
      model.list({ status: 'ended' }).actors.some(({ transitions }) => transitions === 1),
    );

    const crossing = model.list({ order: 'age' }).actors.find(({ parent: above }) => above === null);
    const light = model.list({}).actors.find(({ parent: above }) => above !== null);
    expect(light).toMatchObject({ parent: crossing?.id, state: 'green', status: 'done', transitions: 1 });
    expect(crossing?.id).toMatch(/^p1\//);
    expect(model.definition(light?.chart ?? '')?.config).toMatchObject({ id: 'light', initial: 'red' });
    expect(model.actor(light?.id ?? '')?.log.slice(-2)).toMatchObject([
      { event: '', to: 'red' },
      { event: 'go', sender: crossing?.id, from: 'red', to: 'green', status: 'done' },
    ]);
    expect(JSON.parse(model.actor(crossing?.id ?? '')?.context ?? '')).toEqual({ cars: 7 });
  });

  it('a StatelyReader shows an actor that was never announced', () => {
    reader.read({
      ...{ type: '@xstate.snapshot', sessionId: 'x:4', event: { type: 'go' } },
      snapshot: { status: 'active', value: { on: 'bright' } },
    });
    expect(model.list({}).actors).toMatchObject([
      { id: 'p1/x:4', name: 'p1/x:4', state: 'on.bright', chart: null },
    ]);
  });

  it('a StatelyReader ends the actors of a program that has disconnected, and of no other', () => {
    const other = new StatelyReader(model, 'p2/');
    for (const each of [reader, other]) {
      each.read({
        type: '@xstate.actor',
        sessionId: 'x:0',
        name: 'a',
        snapshot: { status: 'active', value: 'b' },
      });
    }
    reader.gone();
    expect(model.list({ status: 'live' }).actors.map(({ id }) => id)).toEqual(['p2/x:0']);
    expect(model.actor('p1/x:0')).toMatchObject({ status: 'stopped', state: 'b' });
  });

  it('a StatelyReader truncates long values', () => {
    reader.read({
      ...{ type: '@xstate.actor', sessionId: 's'.repeat(999), name: 'n'.repeat(999) },
      snapshot: { status: 'active', value: 'v'.repeat(999), context: 'c'.repeat(9_999) },
    });
    const [actor] = model.list({}).actors;
    expect([actor?.name.length, actor?.state.length, actor?.id.length]).toEqual([256, 256, 258]);
    expect(model.actor(actor?.id ?? '')?.context?.length).toBe(8_196);
  });

  it('a state that is nested without end is cut', () => {
    const value: unknown = JSON.parse('{"a":'.repeat(5_000) + '"b"' + '}'.repeat(5_000));
    reader.read({ type: '@xstate.actor', sessionId: 'x', name: 'a', snapshot: { status: 'active', value } });
    expect(model.list({}).actors).toMatchObject([{ name: 'a', state: `${'a.'.repeat(32).slice(0, -1)}…` }]);
  });

  it('a StatelyReader survives arbitrary messages', () => {
    const message = fc.record(
      {
        type: fc.constantFrom('@xstate.actor', '@xstate.event', '@xstate.snapshot', 'other'),
        sessionId: fc.oneof(fc.constantFrom('a', 'b'), fc.anything()),
        parentId: fc.anything(),
        sourceId: fc.anything(),
        name: fc.anything(),
        definition: fc.oneof(fc.string(), fc.json(), fc.anything()),
        event: fc.oneof(fc.record({ type: fc.anything() }), fc.anything()),
        snapshot: fc.oneof(fc.record({ status: fc.anything(), value: fc.jsonValue() }), fc.anything()),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(message, fc.jsonValue())), (messages) => {
        for (const each of messages) reader.read(JSON.parse(JSON.stringify(each) ?? 'null'));
        JSON.stringify([model.fleet(), model.list({}), model.recording()]);
      }),
    );
  });

  /** A list in a list in a list. */
  const nested = (depth: number, within = ''): string => '['.repeat(depth) + within + ']'.repeat(depth);

  const tellContext = (context: unknown): string | null | undefined => {
    reader.read({
      type: '@xstate.actor',
      sessionId: 'x',
      name: 'a',
      snapshot: { status: 'active', context },
    });
    return model.actor('p1/x')?.context;
  };

  it('a StatelyReader cuts a context that is nested too deep for a recursion', () => {
    const context = tellContext(JSON.parse(nested(20_000)));
    expect(context).toContain('"..."');
    expect(context?.length).toBeLessThan(3_000);
    expect(model.fleet().dropped).toBe(0);
  });

  it('a StatelyReader writes no more of a deep and wide context than it keeps', () => {
    const stringify = jest.spyOn(JSON, 'stringify');
    try {
      const context = tellContext(JSON.parse(nested(2_000, '0,'.repeat(300_000) + '0')));
      expect(context?.length).toBeLessThan(8_200);
      // Each piece is written by itself: none is longer than what is kept.
      for (const { value } of stringify.mock.results) expect(String(value).length).toBeLessThan(9_000);
    } finally {
      stringify.mockRestore();
    }
  });

  it('a StatelyReader shows a context that fits as JSON with indentation', () => {
    const context = { a: 1, b: [true, null, 'x"y'], c: {}, d: [], e: { f: { g: 'h' } } };
    expect(tellContext(context)).toBe(JSON.stringify(context, null, 2));
  });

  it('a StatelyReader describes values that JSON does not have, as a window may report them', () => {
    const cycle: Record<string, unknown> = { name: 'a' };
    cycle['self'] = cycle;
    const context = tellContext({
      big: 12n,
      map: new Map<unknown, unknown>([
        ['k', 1],
        [{}, 2],
      ]),
      set: new Set([1]),
      error: new TypeError('bad'),
      date: new Date(0),
      never: new Date(NaN),
      pattern: /x/,
      bytes: new Uint8Array(3),
      buffer: new ArrayBuffer(2),
      nan: NaN,
      left: undefined,
    });
    for (const text of [
      '12n',
      '"k": 1',
      '"(object)": 2',
      'TypeError: bad',
      '1970-01-01',
      'Invalid Date',
      '/x/',
    ]) {
      expect(context).toContain(text);
    }
    expect(context).toContain('Uint8Array(3)');
    expect(context).toContain('ArrayBuffer(2)');
    expect(context).not.toContain('left');
    expect(tellContext(cycle)).toContain('"..."');
  });

  it('a StatelyReader counts a message that throws when it is read, and reads the next one', () => {
    const trap = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('mine');
        },
      },
    );
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const context of [trap, proxy]) expect(() => tellContext(context)).not.toThrow();
    const hostile = {
      type: '@xstate.actor',
      get sessionId(): string {
        throw new Error('mine');
      },
    };
    expect(() => reader.read(hostile)).not.toThrow();
    expect(model.fleet().dropped).toBe(3);
    expect(tellContext({ fine: true })).toContain('fine');
  });

  it('the name of a state of thousands of regions is cut', () => {
    const value = Object.fromEntries(
      Array.from({ length: 100_000 }, (_, at) => [`region${String(at)}`, 'x']),
    );
    reader.read({ type: '@xstate.actor', sessionId: 'x', name: 'a', snapshot: { status: 'active', value } });
    const [actor] = model.list({}).actors;
    expect(actor?.state).toMatch(/^region0\.x,region1\.x,.*…$/);
    expect(actor?.state.length).toBe(INSPECTION.maxToldName.value);
  });

  it.each([
    ['nested too deep', `{"id":"deep","states":${nested(20_000)}}`, 'more than 128 levels deep'],
    [
      'too long',
      `{"id":"long","x":"${'x'.repeat(INSPECTION.maxDefinitionLength.value)}"}`,
      'longer than 256 kB',
    ],
  ])('a chart whose definition is %s says why it is not drawn', (_what, definition, why) => {
    reader.read({
      type: '@xstate.actor',
      sessionId: 'x',
      name: 'a',
      definition,
      snapshot: { status: 'active' },
    });
    const { name, chart } = model.list({}).actors[0] ?? {};
    expect(name).toBe('a');
    expect(model.definition(chart ?? '')?.undrawn).toContain(why);
    expect(model.fleet().dropped).toBe(1);
    expect(() => JSON.stringify(model.recording())).not.toThrow();
  });

  it('a StatelyReader takes brackets in the strings of a definition for no depth', () => {
    const definition = JSON.stringify({ id: 'm', description: `${'['.repeat(500)}\\"[` });
    reader.read({ type: '@xstate.actor', sessionId: 'x', name: 'a', definition, snapshot: {} });
    expect(model.fleet()).toMatchObject({ dropped: 0, charts: [{ name: 'm' }] });
  });

  it('a StatelyReader cuts the name of a machine, which every report to a page contains', () => {
    const definition = JSON.stringify({ id: 'm'.repeat(100_000) });
    reader.read({ type: '@xstate.actor', sessionId: 'x', name: 'a', definition, snapshot: {} });
    expect(model.fleet().charts[0]?.name.length).toBe(256);
  });

  it('actors with long names and contexts hold what is shown of them, and not what was sent', () => {
    const before = heapAfterCollection();
    for (let count = 0; count < 40; count++) {
      const long = JSON.parse(`"${String(count).padStart(1_000_000, 'n')}"`) as string;
      const definition = JSON.stringify({ id: long.slice(0, 200_000), at: count });
      reader.read({
        ...{
          type: '@xstate.actor',
          sessionId: `${String(count)} ${long}`,
          name: long,
          parentId: long,
          definition,
        },
        snapshot: { status: 'active', value: long, context: { a: long, [long]: 1 } },
      });
      reader.read({
        type: '@xstate.event',
        sessionId: `${String(count)} ${long}`,
        sourceId: long,
        event: { type: long },
      });
    }
    expect(model.list({}).total).toBe(40);
    // The definitions are kept as text and as object; all else is some kilobytes for each actor.
    expect(heapAfterCollection() - before).toBeLessThan(25_000_000);
  });
});

/** Bytes of the heap that are in use. */
function heapAfterCollection(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
