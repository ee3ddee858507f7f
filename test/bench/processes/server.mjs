import { setImmediate as turn } from 'node:timers/promises';

import { answerCommands } from '../harness/commands.mjs';
import { libraryAt } from '../harness/library.mjs';

/*
 * A process with one server in it. Only the module of that server is loaded, so that nothing else costs memory.
 */

answerCommands({
  /** @param {{ kind: string, root: string, answer: string, requestBytes?: number }} args */
  async listen({ kind, root, answer, requestBytes = 0 }) {
    const { listen } = await import(`../servers/${kind}.mjs`);
    const { port } = await listen({ answer, requestBytes, library: libraryAt(root) });
    return { port };
  },

  /** CPU time of this process so far, in microseconds. */
  cpu() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },

  /** Memory after garbage collection, in bytes. */
  async memory() {
    if (globalThis.gc === undefined) throw new Error('start the process with --expose-gc');
    // Finalizers and close callbacks run between collections, and what they held goes with the next one.
    for (let pass = 0; pass < 4; pass++) {
      globalThis.gc();
      await turn();
    }
    const { heapUsed, rss } = process.memoryUsage();
    return { heap: heapUsed, rss };
  },
});
