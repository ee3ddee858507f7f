import { beforeEach, describe, expect, it } from '@jest/globals';
import { createInspector } from '@statelyai/inspect';
import fc from 'fast-check';
import { createActor, createMachine, sendTo } from 'xstate';

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
    expect([actor?.name.length, actor?.state.length, actor?.id.length]).toEqual([256, 256, 259]);
    expect(model.actor(actor?.id ?? '')?.context?.length).toBe(8_196);
  });

  it('a StatelyReader survives an endlessly nested state', () => {
    const value: unknown = JSON.parse('{"a":'.repeat(5_000) + '"b"' + '}'.repeat(5_000));
    reader.read({ type: '@xstate.actor', sessionId: 'x', name: 'a', snapshot: { status: 'active', value } });
    expect(model.list({}).actors).toMatchObject([{ name: 'a', state: '' }]);
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
});
