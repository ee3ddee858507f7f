import { answerCommands } from '../harness/commands.mjs';

/*
 * A process with one client in it: some loops that make one request after another and read each answer whole.
 *
 * A client's module exports `open(plan)` with the plan below, and returns `{ requests, close }`: one function for
 * each loop, which makes one request and resolves with its status and the length of its body.
 *
 * @typedef {object} Plan
 * @property {number} port
 * @property {string} path
 * @property {number} connections How many requests are made at once.
 * @property {boolean} fresh Whether each request gets a connection of its own.
 */

/** @type {{ requests: (() => Promise<{ status: number, length: number }>)[], close: () => unknown } | null} */
let client = null;

answerCommands({
  /** @param {{ kind: string, plan: object }} args */
  async open({ kind, plan }) {
    const { open } = await import(`../clients/${kind}.mjs`);
    client = await open(plan);
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
        while (!stopping) {
          const { status, length } = await request();
          if (status !== 200 || length !== bodyBytes) throw new Error(`status ${status}, ${length} bytes`);
          requests++;
        }
      }),
    );
    const { user, system } = process.cpuUsage(cpuBefore);
    return { requests, elapsed: Number(process.hrtime.bigint() - began) / 1e6, cpu: user + system };
  },

  async close() {
    await client?.close();
    client = null;
  },
});
