import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { FAULT_CHANNEL, type FaultMessage } from '../../src/diagnostics.js';
import { HTTPServerSession, type SessionEventName } from '../../src/session/index.js';
import { memorySessionDriver, sessionModel, testModel, type CreateSession } from '../../src/testing/index.js';

/*
 * What users hook into a session throws, in every state and after every transition: the session goes where it should, and
 * what was thrown is reported.
 */

const NAMES: readonly SessionEventName[] = [
  'transition',
  'unconnected',
  'connected',
  'detached',
  'errored',
  'closed',
];

const faults: FaultMessage[] = [];
const heard = (message: unknown): void => {
  faults.push(message as FaultMessage);
};

beforeAll(() => {
  subscribe(FAULT_CHANNEL, heard);
});

afterAll(() => {
  unsubscribe(FAULT_CHANNEL, heard);
});

const throwing: CreateSession = (options) => {
  const session = new HTTPServerSession(null, options);
  for (const name of NAMES) {
    session.on(name, ({ to }) => {
      throw new Error(`${name} at ${to}`);
    });
  }
  session.actor.subscribe(() => {
    throw new Error(`snapshot at ${session.state}`);
  });
  return session;
};

describe('a session whose listeners throw', () => {
  const driver = memorySessionDriver({ createSession: throwing });
  const { coverage } = testModel({ model: sessionModel, driver, it });

  it('and that is every transition, with a report from every state', () => {
    const { states, transitions } = coverage.toJSON();
    expect([states.missing, transitions.missing]).toEqual([[], []]);
    const texts = new Set(faults.map(({ error }) => (error as Error).message));
    for (const state of coverage.graph.states) {
      expect([...texts]).toEqual(expect.arrayContaining([`transition at ${state}`, `snapshot at ${state}`]));
    }
    expect(new Set(faults.map(({ where }) => where))).toEqual(new Set(['listener']));
  });
});
