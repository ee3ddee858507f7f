/**
 * How a test has ended.
 *
 * @typedef {object} Result
 * @property {string} name Unique within its suite.
 * @property {string} file What is run to run it again.
 * @property {'passed' | 'failed' | 'skipped'} result
 * @property {string} error
 */

/**
 * A suite of a framework, in the folder that it is installed in.
 *
 * @typedef {object} Suite
 * @property {string} title
 * @property {string[]} files
 * @property {(file: string, env: NodeJS.ProcessEnv) => Promise<Result[]>} run Runs a file.
 */

/**
 * What a suite has shown.
 *
 * @typedef {object} Outcome
 * @property {string} title
 * @property {number} tests
 * @property {number} onNode How many pass on node:http.
 * @property {number} onSessions How many pass on our sessions.
 * @property {Result[]} failures Those that pass on node:http alone.
 */

/** Files that are run at a time: tests that measure time fail on a machine that is too busy. */
const CONCURRENCY = 2;

/** How often a file with a failure runs again, alone. */
const RETRIES = 2;

/** Numbers names that occur more than once. @param {Omit<Result, 'name'>[] & { name: string }[]} results */
export function withUniqueNames(results) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  return results.map((result) => {
    const count = (seen.get(result.name) ?? 0) + 1;
    seen.set(result.name, count);
    return count === 1 ? result : { ...result, name: `${result.name} #${count}` };
  });
}

/**
 * Runs the files of a suite, and those with failures again, alone.
 *
 * @param {Suite} suite
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Map<string, Result>>}
 */
async function runAll(suite, env) {
  /** @type {Map<string, Result>} */
  const results = new Map();
  const files = [...suite.files];
  const work = async () => {
    for (let file = files.shift(); file !== undefined; file = files.shift()) {
      for (const result of await suite.run(file, env)) results.set(result.name, result);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  for (let retry = 0; retry < RETRIES; retry++) {
    const failed = [...results.values()].filter(({ result }) => result === 'failed');
    for (const file of new Set(failed.map((it) => it.file))) {
      for (const result of await suite.run(file, env)) {
        if (results.get(result.name)?.result !== 'passed') results.set(result.name, result);
      }
    }
  }
  return results;
}

/**
 * Runs a suite on node:http and on our sessions.
 *
 * @param {Suite} suite
 * @param {NodeJS.ProcessEnv} ours What puts the servers of a process on our sessions.
 * @returns {Promise<Outcome>}
 */
export async function compare(suite, ours) {
  const onNode = await runAll(suite, {});
  const onSessions = await runAll(suite, ours);
  const passed = [...onNode.values()].filter(({ result }) => result === 'passed');
  const failures = passed
    .map(
      (it) =>
        onSessions.get(it.name) ?? { ...it, result: /** @type {const} */ ('failed'), error: 'did not run' },
    )
    .filter(({ result }) => result !== 'passed');
  return {
    title: suite.title,
    tests: onNode.size,
    onNode: passed.length,
    onSessions: [...onSessions.values()].filter(({ result }) => result === 'passed').length,
    failures,
  };
}
