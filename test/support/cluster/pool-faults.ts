import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterAll, afterEach, beforeAll } from '@jest/globals';

import { FAULT_CHANNEL, type FaultMessage } from '../../../src/diagnostics.js';

const faults: FaultMessage[] = [];
const heard = (message: unknown): void => void faults.push(message as FaultMessage);

beforeAll(() => {
  subscribe(FAULT_CHANNEL, heard);
});

afterEach(() => {
  faults.length = 0;
});

afterAll(() => {
  unsubscribe(FAULT_CHANNEL, heard);
});

/** The faults that were reported in this test so far; with a subscriber they are no process warnings. */
export function faultsOfPools(): readonly FaultMessage[] {
  return faults;
}
