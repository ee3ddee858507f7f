/*
 * The benchmark: this package beside node:http, undici and plain sockets.
 *
 *   npm run bench -- [--rows NAME,NAME] [--rounds N] [--duration MS] [--json]
 *
 * HOW IT MEASURES
 *
 * Two contestants take turns, A B, B A, A B, ..., each in a process of its own on a core of its own (taskset, where
 * there is one), with their counterpart on another core: for servers a load generator that parses nothing but the
 * first answer, for clients plain sockets with a fixed answer. Both are warmed up first.
 *
 * Judge by CPU time per request. It is read in the measured process itself (user and system time, all threads) before
 * and after each turn, and divided by the answers that were complete. Rates drift with whatever else the machine does;
 * CPU time per request hardly does.
 *
 * HOW TO READ THE TABLE
 *
 *   ratio     the median of the ratios of the rounds; `range` is the worst and the best round. With a bound of `>=` it is
 *             their cost divided by ours: 2.00 is half their CPU time, 0.80 is 1.25 times theirs. With a bound of `<=`
 *             it is our cost divided by theirs: memory, and time to start.
 *   bound     what the ratio must reach, and `aim` what it ought to reach. Rows without them only inform.
 *   verdict   `ok`, or `below` (of a `>=`) or `over` (of a `<=`).
 *   cost      medians. us: CPU time per request, or per call for the chart engine. ms: wall-clock time.
 *             B: bytes per connection or session.
 *   rate      medians of requests per second. For information only.
 *   busy      share of the time in which the measured process had its core. Well below 100% it waited for its
 *             counterpart or for other programs; it then finds fewer sockets ready at once and a request costs
 *             more, on both sides. Repeat such a row on a quiet machine.
 *
 * "raw net" parses nothing and so is a limit, not a rival. A peer in our place (`--subject node-http`) tells what the
 * harness itself is worth: node:http against node:http has to read 1.00.
 */

import { existsSync } from 'node:fs';

import { chooseCores } from './harness/cores.mjs';
import { parseOptions, rowNames, USAGE } from './options.mjs';
import { headline, judge, resultLine } from './report.mjs';
import { JOBS } from './rows.mjs';

/** Warm-up of each contestant, twice, in milliseconds: enough for the optimizing compiler to settle. */
const WARM_UP = 500;

const PACKAGE = new URL('../../dist/src/index.js', import.meta.url);

/** @param {import('./options.mjs').Options} options */
async function bench({ wanted, rounds, duration, subject, json }) {
  if (subject === 'ours' && !existsSync(PACKAGE)) throw new Error('there is no dist/: npm run build');
  const cores = chooseCores();
  const settings = { cores, subject, rounds, duration, warmUp: WARM_UP };
  const print = (/** @type {string} */ text) => (json ? undefined : process.stdout.write(`${text}\n`));
  /** @type {import('./report.mjs').Result[]} */
  const results = [];
  print(`Node.js ${process.version}, ${rounds} rounds of ${duration} ms, ${cores.note}`);
  if (subject !== 'ours') print(`in our place: ${subject}`);
  print(headline());
  for (const job of JOBS) {
    if (!job.rows.some((row) => wanted(row.name))) continue;
    try {
      const measured = await job.measure(settings);
      job.rows.forEach((row, index) => {
        if (!wanted(row.name)) return;
        const result = judge(row, measured[index] ?? []);
        results.push(result);
        print(resultLine(result));
      });
    } catch (error) {
      // One contestant that fails must not cost the figures of all others.
      process.exitCode = 1;
      process.stderr.write(`${job.rows[0]?.name} failed: ${messageOf(error)}\n`);
    }
  }
  if (json) {
    const machine = { node: process.version, cores: cores.note, subject, rounds, duration };
    process.stdout.write(`${JSON.stringify({ ...machine, results }, null, 2)}\n`);
  }
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(`${USAGE}\n\nrows: ${rowNames().join(' ')}\n`);
  else await bench(options);
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
