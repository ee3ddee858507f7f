import { answerCommands } from '../harness/commands.mjs';
import { firstAnswer } from '../load/first-answer.mjs';
import { Target } from '../load/target.mjs';
import { WORKLOADS } from '../workloads.mjs';

/*
 * The load generator. It is cheap, because what it costs limits the load it can make: the request is built once, all
 * sockets read into one shared buffer, and only the first answer is parsed. After that an answer is complete when as
 * many bytes have come as the first one had, or, of chunked answers, when the last chunk has come. Bytes too many or
 * too few fail the run.
 */

/** @type {Map<number, Target>} By port. */
const targets = new Map();

answerCommands({
  /** @param {{ port: number, workload: string, connections: number, depth?: number, fresh?: boolean }} args */
  async open({ port, workload: name, connections, depth = 1, fresh = false }) {
    const workload = /** @type {import('../workloads.mjs').Workload} */ (WORKLOADS[name]);
    const { bytes, isChunked } = await firstAnswer(port, workload);
    if (isChunked && (depth > 1 || fresh)) throw new Error('chunked answers are counted one by one');
    const batchBytes = isChunked ? workload.bodyBytes : bytes * depth;
    const batch = workload.request(port).repeat(depth);
    const target = new Target({ port, batch, depth, batchBytes, isChunked, fresh });
    targets.set(port, target);
    await target.connect(connections);
  },

  /** @param {{ port: number, duration: number }} args */
  run: ({ port, duration }) => targets.get(port)?.run(duration),

  /** @param {{ port: number }} args */
  shut({ port }) {
    targets.get(port)?.shut();
    targets.delete(port);
  },
});
