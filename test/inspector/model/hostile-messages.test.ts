import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { parsedWithin } from '../../../src/inspector/model/bounded-json.js';
import { InspectionModel } from '../../../src/inspector/model/inspection-model.js';
import { StatelyReader } from '../../../src/inspector/model/stately-reader.js';

let model: InspectionModel;
let reader: StatelyReader;

beforeEach(() => {
  model = new InspectionModel({ now: () => 1_000, maxActors: 8, maxChanges: 50 });
  reader = new StatelyReader(model, 'p1/');
});

/** Texts that have been trouble: half characters, separators, keys of prototypes, what addresses are made of. */
const nastyText = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    '..',
    '/',
    '%',
    '#',
    '\0',
    '\u2028',
    '',
    '(',
    ',',
    'a(b',
    '\ud83d',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.tuple(fc.string(), fc.nat(2_000)).map(([text, times]) => text.repeat(times)),
);

const nastyValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'large' },
    nastyText,
    fc.constantFrom(null, true, 0, -1e308, Number.MAX_VALUE),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.dictionary(nastyText, tie('value'), { maxKeys: 6 }),
  ),
})).value;

const nastyMessage = fc.record(
  {
    type: fc.constantFrom('@xstate.actor', '@xstate.event', '@xstate.snapshot', '@xstate.other'),
    sessionId: fc.oneof(nastyText, fc.constantFrom('a', 'b', 'c')),
    name: fc.oneof(nastyText, nastyValue),
    parentId: fc.oneof(fc.constantFrom('a', 'b', 'c', 'nowhere'), nastyValue),
    sourceId: nastyText,
    definition: fc.oneof(
      nastyValue.map((value) => JSON.stringify(value)),
      nastyText,
    ),
    event: fc.oneof(fc.record({ type: nastyText }), nastyValue),
    snapshot: fc.oneof(
      fc.record({
        status: fc.constantFrom('active', 'done', 'error', 'stopped', 7),
        value: nastyValue,
        context: nastyValue,
      }),
      nastyValue,
    ),
  },
  { requiredKeys: ['type', 'sessionId'] },
);

/** All that pages ask for. */
function everyAnswer(): unknown[] {
  const { actors } = model.list({ limit: 1_000 });
  return [
    ...[model.fleet(), model.fleet(0), model.recording()],
    ...[model.list({ order: 'name' }), model.list({ at: 0, search: 'a' })],
    ...actors.map(({ id }) => model.actor(id)),
    ...actors.map(({ chart }) => (chart === null ? null : model.definition(chart))),
  ];
}

/** JSON of brackets or members, so many bytes long. */
const SHAPES: readonly (readonly [name: string, json: (size: number) => string])[] = [
  ['nested lists', (size) => '['.repeat(size / 2) + ']'.repeat(size / 2)],
  ['nested objects', (size) => '{"a":'.repeat(size / 6) + '1' + '}'.repeat(size / 6)],
  ['a long list', (size) => `[${'0,'.repeat(size / 2)}0]`],
  ['a list of objects', (size) => `[${'{},'.repeat(size / 3)}0]`],
  ['many keys', (size) => `{${Array.from({ length: size / 12 }, (_, i) => `"k${String(i)}":1`).join(',')}}`],
  ['a long text', (size) => `"${'x'.repeat(size)}"`],
];

function message(context: string): string {
  return `{"type":"@xstate.snapshot","sessionId":"x","snapshot":{"status":"active","context":${context},"value":"after"}}`;
}

describe('messages of other programs that are not what they should be', () => {
  it('whatever is reported, every answer can be written, read again, and named in an address', () => {
    fc.assert(
      fc.property(fc.array(nastyMessage, { maxLength: 20 }), (messages) => {
        for (const one of messages) reader.read(parsedWithin(JSON.stringify(one)));
        for (const answer of everyAnswer()) {
          expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
        }
        for (const { id, state } of model.list({}).actors) {
          expect(decodeURIComponent(encodeURIComponent(id))).toBe(id);
          expect(decodeURIComponent(encodeURIComponent(state))).toBe(state);
        }
        InspectionModel.from(JSON.parse(JSON.stringify(model.recording())));
      }),
      { numRuns: 60 },
    );
  });

  it('whatever a program has reported, it is heard afterwards', () => {
    fc.assert(
      fc.property(fc.array(nastyMessage, { maxLength: 30 }), (messages) => {
        for (const one of messages) reader.read(parsedWithin(JSON.stringify(one)));
        const snapshot = { status: 'active', value: 'heard' };
        reader.read({ type: '@xstate.snapshot', sessionId: 'after', event: { type: 'go' }, snapshot });
        expect(model.actor('p1/after')?.state).toBe('heard');
      }),
      { numRuns: 60 },
    );
  });

  it('what is small is read as it is', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (json) => {
        expect(parsedWithin(json)).toEqual(JSON.parse(json));
      }),
    );
  });

  it.each(SHAPES)('what stands behind %s is read nevertheless', (_name, json) => {
    const parsed = parsedWithin(message(json(1_000_000)));
    expect(parsed).toMatchObject({ sessionId: 'x', snapshot: { value: 'after' } });
  });

  it.each(SHAPES)('%s cost in proportion to their length, and little', (_name, json) => {
    const [short, long] = [message(json(250_000)), message(json(2_000_000))];
    const cost = (text: string): number =>
      Math.min(
        ...Array.from({ length: 3 }, () => {
          const begun = process.cpuUsage();
          reader.read(parsedWithin(text));
          const { user, system } = process.cpuUsage(begun);
          return (user + system) / 1_000;
        }),
      );
    cost(short);
    // Eight times as long; what is compiled or collected on the way is within the slack.
    expect(cost(long)).toBeLessThan(cost(short) * 8 * 3 + 20);
  });

  it('a list that is cut says so', () => {
    const parsed = parsedWithin(`[[[${'0,'.repeat(50_000)}0]]]`) as unknown[][][];
    expect(parsed[0]?.[0]?.length).toBeLessThan(20_000);
    expect(parsed[0]?.[0]?.at(-1)).toBe('...');
  });

  it.each(['', '{', '[1,]', '{"a":1', 'nul', '"', '\\', '{"a":"\\'])('%j is not JSON', (text) => {
    expect(parsedWithin(text)).toBeUndefined();
  });
});

describe('recordings that are not what they should be', () => {
  const actor = {
    ...{
      id: 'a',
      name: 'a',
      parent: 'a',
      chart: null,
      state: '',
      status: 'active',
      peer: null,
      context: null,
    },
    ...{
      since: 0,
      changedAt: 0,
      transitions: 0,
      totals: null,
      session: null,
      earlier: [],
      isForgotten: false,
    },
  };
  const recording = (session: unknown): object => ({
    ...{ format: 'http-session-recording', version: 1, at: 0, dropped: 0, definitions: [], log: [] },
    actors: [{ ...actor, session }],
  });

  it('whatever a recording says of a session, its numbers and texts can be shown', () => {
    const names = [
      'role',
      'local',
      'remote',
      'socket',
      'timers',
      'armed',
      'totals',
      'request',
      'response',
      'error',
    ];
    const session = fc.dictionary(fc.constantFrom(...names), nastyValue);
    fc.assert(
      fc.property(session, (recorded) => {
        const opened = InspectionModel.from(recording(recorded)).actor('a');
        expect(opened?.session).toMatchObject({
          totals: { requests: expect.any(Number), bytesIn: expect.any(Number) },
          role: expect.stringMatching(/^(client|server)$/),
        });
        for (const timer of Object.values(opened?.session?.timers ?? {}))
          expect(timer).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('an error that is nested without end is not shown', () => {
    const error: unknown = JSON.parse(`${'{"cause":'.repeat(50_000)}1${'}'.repeat(50_000)}`);
    expect(InspectionModel.from(recording({ error })).actor('a')?.session?.error).toBeNull();
  });

  it('a recording from a day that JavaScript does not know is refused', () => {
    expect(() => InspectionModel.from({ ...recording(null), at: 1e300 })).toThrow('when it was made');
  });
});
