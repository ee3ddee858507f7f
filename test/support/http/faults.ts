import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterAll, beforeAll } from '@jest/globals';

import { FAULT_CHANNEL, type FaultMessage } from '../../../src/diagnostics.js';

/** The faults of all sessions of a test file; with a subscriber they are no process warnings. */
const faults: FaultMessage[] = [];

function heard(message: unknown): void {
  faults.push(message as FaultMessage);
}

beforeAll(() => {
  subscribe(FAULT_CHANNEL, heard);
});

afterAll(() => {
  unsubscribe(FAULT_CHANNEL, heard);
});

/** The faults that were reported of one session so far. */
export function faultsOf(session: { readonly id: number }): FaultMessage[] {
  return faults.filter(({ sessionId }) => sessionId === session.id);
}
