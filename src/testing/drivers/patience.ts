import { setImmediate as nextLoopTurn } from 'node:timers/promises';

/** Milliseconds of real time after which what has not happened is taken not to happen. */
export const PATIENCE = 3000;

/** Lets everything run that needs no kernel. */
export async function settled(): Promise<void> {
  await nextLoopTurn();
  await nextLoopTurn();
}

/** The same where there is no kernel: in memory, everything has happened after a few turns of the event loop. */
export const PATIENCE_IN_MEMORY = 20;

/** On a busy machine, time passes without turns. */
const MIN_TURNS = 20;

/** Checks after each turn of the event loop whether something holds; resolves with whether it did in time. */
export async function eventually(holds: () => boolean, patience = PATIENCE): Promise<boolean> {
  const begun = performance.now();
  for (let turns = 0; !holds(); turns++) {
    if (turns >= MIN_TURNS && performance.now() - begun > patience) return false;
    await nextLoopTurn();
  }
  return true;
}
