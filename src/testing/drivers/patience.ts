import { setImmediate as nextLoopTurn } from 'node:timers/promises';

/** Milliseconds of real time after which what has not happened is taken not to happen. */
export const PATIENCE = 3000;

/** Lets everything run that needs no kernel. */
export async function settled(): Promise<void> {
  await nextLoopTurn();
  await nextLoopTurn();
}

/** Asks after each turn of the event loop whether something holds; tells whether it did in time. */
export async function eventually(holds: () => boolean, patience = PATIENCE): Promise<boolean> {
  const begun = performance.now();
  while (!holds()) {
    if (performance.now() - begun > patience) return false;
    await nextLoopTurn();
  }
  return true;
}
