import { describe, expect, it } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';

import { HANDLER_FAULTS } from '../support/paths/handler-faults.js';
import { HandlerStage, type ServerLine } from '../support/paths/handler-stage.js';
import { HANDLER_STATES } from '../support/paths/handler-states.js';
import { tablesOf } from '../support/paths/tables.js';

/*
 * Every fault in every state of a handler of requests, its own throws among them: what the client gets, what is reported, and
 * what the signal of the request tells. What is expected stands in handler-faults.md.
 */

type Row = Readonly<Record<string, string>>;

const tables = tablesOf(new URL('handler-faults.md', import.meta.url));
const cells = tables.flatMap(({ heading, rows }) =>
  rows.map((row) => [heading, row['fault']!, row] as const),
);

/** Over a real connection, Node.js takes a reset right behind bytes for an end: libuv sees a hang-up after a partial read. */
function seenOver(line: ServerLine, row: Row): Row {
  if (line === 'memory') return row;
  return { ...row, connection: row['connection'] === 'kept' ? 'kept' : 'ended' };
}

it('the table has every fault in every state', () => {
  expect(tables.map(({ heading }) => heading)).toEqual(Object.keys(HANDLER_STATES));
  for (const { rows } of tables) expect(rows.map((row) => row['fault'])).toEqual(Object.keys(HANDLER_FAULTS));
});

describe.each(['memory', 'TCP', 'TLS'] as const)('over %s', (line) => {
  it.each(cells)('%s: %s', async (stateName, faultName, { fault: _fault, ...row }) => {
    const state = HANDLER_STATES[stateName]!;
    const fault = HANDLER_FAULTS[faultName]!;
    const stage = await HandlerStage.open(line, state, fault.ending);
    const expected = seenOver(line, row);
    const seen = (): Row => seenOver(line, stage.outcome());
    try {
      await fault.strike(stage, state);
      await stage.settle(() => isDeepStrictEqual(seen(), expected));
      expect(seen()).toEqual(expected);
    } finally {
      await stage.close();
    }
  });
});
