import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';

import { faultsOf } from '../support/http/faults.js';
import { CLIENT_FAULTS, NEEDS, type ClientFault } from '../support/paths/client-faults.js';
import { MemoryClientLine, SocketClientLine, type ClientLine } from '../support/paths/client-lines.js';
import { ClientStage, type Outcome } from '../support/paths/client-stage.js';
import { CLIENT_STATES, type ClientState } from '../support/paths/client-states.js';
import { tablesOf } from '../support/paths/tables.js';

/*
 * Every fault in every state of a client's request: what its user is told, of which request, and where it leaves the session.
 * What is expected stands in client-faults.md.
 */

type Row = Readonly<Record<string, string>>;

const tables = tablesOf(new URL('client-faults.md', import.meta.url));
const differences = tables.at(-1)!;
const cells = tables
  .slice(0, -1)
  .flatMap(({ heading, rows }) => rows.map((row) => [heading, row['fault']!, row] as const));

/** The row of a cell over a certain line: that of memory, unless the kernel makes a difference. */
function rowOver(line: ClientLine['name'], state: string, fault: string, row: Row): Row {
  const other = differences.rows.find(
    ({ over, ...rest }) => over!.includes(line) && rest['state'] === state && rest['fault'] === fault,
  );
  return other ?? row;
}

function outcomeIn(row: Row): Outcome {
  const { result, request, replay, then } = row as unknown as Outcome;
  return { result, 'ended by': row['ended by']!, 'seen in': row['seen in']!, request, replay, then };
}

/** Lets a fault come in a state, and waits until what is expected has happened, or nothing happens any more. */
async function strike(
  stage: ClientStage,
  state: ClientState,
  fault: ClientFault,
  expected: Outcome,
): Promise<void> {
  await fault.strike(stage, state);
  await stage.answerAgain();
  await stage.line.settle(() => isDeepStrictEqual(stage.outcome(), expected));
}

/** Runs one cell; the stage as it is afterwards, or `null` when the cell cannot come about, as it should be. */
async function runCell(
  line: ClientLine,
  [stateName, faultName, row]: readonly [string, string, Row],
  prepare: (stage: ClientStage) => void = () => undefined,
): Promise<ClientStage | null> {
  const state = CLIENT_STATES[stateName]!;
  const fault = CLIENT_FAULTS[faultName]!;
  const { result } = row;
  const stage = await ClientStage.open(line, state.connecting ?? 'succeeds');
  await state.enter(stage);
  const isPossible = NEEDS[fault.needs](stage);
  expect(isPossible ? 'possible' : `needs ${fault.needs}`).toBe(
    result!.startsWith('needs ') ? result : 'possible',
  );
  if (!isPossible) {
    stage.session.dispose();
    return null;
  }
  prepare(stage);
  const expected = outcomeIn(row);
  await strike(stage, state, fault, expected);
  expect(stage.outcome()).toEqual(expected);
  return stage;
}

describe('the table', () => {
  it('the table of client faults has every fault in every state', () => {
    expect(tables.slice(0, -1).map(({ heading }) => heading)).toEqual(Object.keys(CLIENT_STATES));
    for (const { heading, rows } of tables.slice(0, -1)) {
      expect([heading, rows.map((row) => row['fault'])]).toEqual([heading, Object.keys(CLIENT_FAULTS)]);
    }
    const known = new Set(cells.map(([state, fault]) => `${state}: ${fault}`));
    for (const { state, fault } of differences.rows) expect(known).toContain(`${state!}: ${fault!}`);
  });
});

describe('over memory', () => {
  const line = new MemoryClientLine();

  it.each(cells)('%s: %s', async (...cell) => {
    const stage = await runCell(line, cell);
    if (stage === null) return;
    const { session } = stage;
    // What is stored is what the user was told, and the session is of use again.
    const { result, then } = outcomeIn(cell[2]);
    const isFaulty = then.startsWith('errored');
    // A source that fails, or a signal, behind a response that has begun has nobody else to tell but its reader.
    const isResponding = CLIENT_STATES[cell[0]]?.piece !== undefined;
    const isBehind =
      cell[1] === 'the producer throws' || (cell[1] === 'signal of the request' && isResponding);
    const isStored = isFaulty || (isBehind && result.startsWith('AbortedError'));
    expect(session.networkException() !== null).toBe(isStored);
    if (isStored && result.includes('Error ')) {
      expect(session.networkException()?.code).toBe(`ERR_HTTP_SESSION_${codeOf(result)}`);
    }
    const isLost = (isFaulty || then === 'closed') && CLIENT_STATES[cell[0]]?.connecting === undefined;
    if (isLost) expect(await stage.goOn()).toBe('200 next');
    session.dispose();
  });

  it.each(cells.filter(([, , { result }]) => !result!.startsWith('needs ')))(
    '%s: %s, with listeners that throw',
    async (...cell) => {
      let calls = 0;
      const mine = (): never => {
        calls++;
        throw new Error('mine');
      };
      const stage = await runCell(line, cell, ({ session }) => {
        session.on('transition', mine);
        session.actor.subscribe(mine);
      });
      if (stage === null) return;
      const { session } = stage;
      expect(faultsOf(session).map(({ where, error }) => [where, (error as Error).message])).toEqual(
        Array.from({ length: calls }, () => ['listener', 'mine']),
      );
      session.dispose();
    },
  );
});

function codeOf(result: string): string {
  const [name, code] = result.split(' ');
  return name === 'TimeoutError' ? 'TIMEOUT' : code!;
}

describe.each(['TCP', 'TLS'] as const)('over %s', (name) => {
  let line!: SocketClientLine;

  beforeAll(async () => {
    line = await SocketClientLine.open(name);
  });

  afterAll(() => line.close());

  const all = cells.map(([state, fault, row]) => [state, fault, rowOver(name, state, fault, row)] as const);

  it.each(all.filter(([, , { result }]) => result !== 'not tried' && !result!.startsWith('needs ')))(
    '%s: %s',
    async (...cell) => {
      const stage = await runCell(line, cell);
      stage?.session.dispose();
    },
  );
});
