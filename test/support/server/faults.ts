import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { FAULT_CHANNEL, type FaultMessage } from '../../../src/diagnostics.js';

/** What is reported as a fault while something runs. */
export async function faultsDuring(run: () => Promise<void>): Promise<FaultMessage[]> {
  const faults: FaultMessage[] = [];
  const heard = (message: unknown): void => {
    faults.push(message as FaultMessage);
  };
  subscribe(FAULT_CHANNEL, heard);
  try {
    await run();
  } finally {
    unsubscribe(FAULT_CHANNEL, heard);
  }
  return faults;
}
