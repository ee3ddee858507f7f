import { answerCommands } from '../harness/commands.mjs';
import { libraryAt } from '../harness/library.mjs';
import { memory } from '../harness/memory.mjs';

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

  memory,
});
