import { setImmediate as turn } from 'node:timers/promises';

/** Memory of this process after garbage collection, in bytes. */
export async function memory() {
  if (globalThis.gc === undefined) throw new Error('start the process with --expose-gc');
  // Finalizers and close callbacks run between collections, and what they held goes with the next one.
  for (let pass = 0; pass < 4; pass++) {
    globalThis.gc();
    await turn();
  }
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed, rss };
}
