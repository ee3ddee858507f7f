/*
 * The benchmark: this package beside node:http, undici and plain sockets.
 *
 *   npm run bench -- [--rows NAME,NAME] [--quick] [--against COMMIT] [--write] [--json] [--help]
 *
 * HOW IT MEASURES
 *
 * The contestants of a job take turns, A B, B A, A B, ... (or A B C, B C A, ...), each in a process of its own on a core
 * of its own (taskset, where there is one), with their counterpart on another core: for servers a load generator that
 * parses nothing but the first answer, for clients plain sockets with a fixed answer. All are warmed up first. Each
 * runs the code that its user would write; docs/benchmarks.md shows it.
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
 *   verdict   `ok`, or `below` (of a `>=`) or `over` (of a `<=`); with `--against` `slower` for more than 10%; `cannot`
 *             where one side has not what the row needs.
 *   cost      medians. us: CPU time per request, or per call for the chart engine. ms: wall-clock time.
 *             B: bytes per connection or session.
 *   rate      medians of requests per second. For information only.
 *   busy      share of the time in which the measured process had its core. Well below 100% it waited for its
 *             counterpart or for other programs; it then finds fewer sockets ready at once and a request costs
 *             more, on both sides. Repeat such a row on a quiet machine.
 *
 * "raw net" parses nothing and so is a limit, not a rival. A peer in our place (`--subject peer`) tells what the
 * harness itself is worth: node:http against node:http has to read 1.00.
 */

import { existsSync } from 'node:fs';

import { checkOut } from './harness/checkout.mjs';
import { chooseCores } from './harness/cores.mjs';
import { HERE } from './harness/library.mjs';
import { processors, shareInUse } from './harness/machine.mjs';
import { parseOptions, USAGE } from './options.mjs';
import { writePages } from './report/pages.mjs';
import { headline, resultLine } from './report/table.mjs';
import { JOBS, ROWS } from './rows/jobs.mjs';
import { besideCommit } from './runs/commits.mjs';
import { besidePeers, peersAmongThemselves } from './runs/peers.mjs';

/** Share of the processors that other programs may use before a run says so. */
const QUIET = 0.1;

/** @param {import('./options.mjs').Options} options */
async function bench(options) {
  const { subject, against } = options;
  if (subject === 'ours' && !existsSync(new URL('dist', HERE)))
    throw new Error('there is no dist/: npm run build');
  if (against === null) {
    const run = subject === 'ours' ? besidePeers : peersAmongThemselves;
    await runAll(options, (settings) => run(settings, subject));
    return;
  }
  // First, so that a signal during the build removes what was checked out.
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  const commit = checkOut(against);
  process.once('exit', commit.remove);
  const results = await runAll(options, (settings) => besideCommit(settings, commit));
  const slower = results.filter(({ verdict }) => verdict === 'slower');
  if (slower.length > 0) process.exitCode = 1;
  const names = slower.map(({ row, ratio }) => `${row.name} (${ratio?.median.toFixed(2)})`).join(', ');
  process.stderr.write(`slower than ${commit.name} by more than 10%: ${names === '' ? 'no row' : names}\n`);
}

/**
 * @param {import('./options.mjs').Options} options
 * @param {(settings: import('./rows/row.mjs').Settings) => import('./runs/peers.mjs').Run} toRun
 */
async function runAll({ wanted, rounds, duration, warmUp, subject, against, write, json }, toRun) {
  const cores = chooseCores();
  const others = await shareInUse();
  const run = toRun({ cores, rounds, duration, warmUp });
  const print = (/** @type {string} */ text) => (json ? undefined : process.stdout.write(`${text}\n`));
  /** @type {import('./report/judge.mjs').Result[]} */
  const results = [];
  print(`Node.js ${process.version}, ${rounds} rounds of ${duration} ms, ${cores.note}`);
  if (subject !== 'ours') print(`in our place: ${subject}`);
  if (others > QUIET)
    print(`other programs use ${(others * 100).toFixed(0)}% of the processors: expect noise`);
  print(headline());
  for (const job of JOBS) {
    if (!job.rows.some((row) => wanted(row.name))) continue;
    try {
      for (const result of await run(job, wanted)) {
        results.push(result);
        print(resultLine(result));
      }
    } catch (error) {
      // One contestant that fails must not cost the figures of all others.
      process.exitCode = 1;
      process.stderr.write(`${job.rows[0]?.name} failed: ${messageOf(error)}\n`);
    }
  }
  const machine = { node: process.version, processors: processors(), others, rounds, duration };
  if (write) await writePages(results, machine);
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ ...machine, cores: cores.note, subject, against, results }, null, 2)}\n`,
    );
  }
  return results;
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(`${USAGE}\n\nrows: ${ROWS.map(({ name }) => name).join(' ')}\n`);
  else await bench(options);
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
