import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { FAULT_CHANNEL, type FaultMessage } from '../../../src/diagnostics.js';

/** Every fault that is reported meanwhile, also what belongs to no session. */
export async function reportedDuring(act: () => Promise<unknown>): Promise<readonly unknown[]> {
  const reported: unknown[] = [];
  const hear = (message: unknown): void => {
    reported.push((message as FaultMessage).error);
  };
  subscribe(FAULT_CHANNEL, hear);
  try {
    await act();
  } finally {
    unsubscribe(FAULT_CHANNEL, hear);
  }
  return reported;
}
