import { setImmediate as nextLoopTurn } from 'node:timers/promises';

/** Milliseconds after which a test has waited long enough. */
const PATIENCE = 15_000;

/** Asks after each turn of the loop whether something has happened; fails when it never does. */
export async function until(happened: () => boolean): Promise<void> {
  const begun = performance.now();
  while (!happened()) {
    if (performance.now() - begun > PATIENCE) throw new Error(`waited in vain for ${happened.toString()}`);
    await nextLoopTurn();
  }
}
