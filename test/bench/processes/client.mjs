import { answerCommands } from '../harness/commands.mjs';
import { libraryAt } from '../harness/library.mjs';
import { memory } from '../harness/memory.mjs';

/*
 * A process with one client in it: some loops that make one request after another and read each answer whole.
 */

/** @type {import('../clients/client.mjs').Client | null} */
let client = null;

/** What was opened stays, as with who keeps several: its memory is not given back while that of others is measured. */
const opened = [];

answerCommands({
  /** @param {{ kind: string, root: string, plan: object }} args */
  async open({ kind, root, plan }) {
    const { open } = await import(`../clients/${kind}.mjs`);
    client = await open({ ...plan, library: libraryAt(root) });
    opened.push(client);
  },

  /** @param {{ duration: number, bodyBytes: number }} args Duration in milliseconds. */
  async run({ duration, bodyBytes }) {
    if (client === null) throw new Error('the client is not open');
    let requests = 0;
    let stopping = false;
    setTimeout(() => (stopping = true), duration);
    const cpuBefore = process.cpuUsage();
    const began = process.hrtime.bigint();
    await Promise.all(
      client.requests.map(async (request) => {
        do {
          const { status, length } = await request();
          if (status !== 200 || length !== bodyBytes) throw new Error(`status ${status}, ${length} bytes`);
          requests++;
        } while (!stopping);
      }),
    );
    const { user, system } = process.cpuUsage(cpuBefore);
    return { requests, elapsed: Number(process.hrtime.bigint() - began) / 1e6, cpu: user + system };
  },

  memory,
});
