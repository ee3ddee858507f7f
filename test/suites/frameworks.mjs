import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { withUniqueNames } from './results.mjs';

/** @typedef {import('./results.mjs').Suite} Suite */

const REPORTER = new URL('reporter.mjs', import.meta.url).pathname;

/** A file whose tests wait for something that never comes. */
const PATIENCE = 300_000;

/** Files in a folder and those below it, as paths from the root. */
function filesBelow(/** @type {string} */ root, /** @type {string} */ folder, /** @type {RegExp} */ pattern) {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => pattern.test(path))
    .sort();
}

/** The text that a program writes to the file which it gets as its last argument; tests that fail make it fail. */
async function reportOf(
  /** @type {string} */ folder,
  /** @type {(report: string) => string[]} */ argsFor,
  /** @type {NodeJS.ProcessEnv} */ env,
) {
  const report = join(tmpdir(), `suite-${randomUUID()}`);
  await new Promise((resolve) => {
    const options = { cwd: folder, env: { ...process.env, ...env }, timeout: PATIENCE, maxBuffer: Infinity };
    execFile(process.execPath, argsFor(report), options, resolve);
  });
  try {
    return readFileSync(report, 'utf8');
  } catch {
    return '';
  } finally {
    rmSync(report, { force: true });
  }
}

const versionOf = (/** @type {string} */ folder) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;

/** The tests of Express, which run in mocha. @returns {Suite} */
export function expressSuite(/** @type {string} */ folder) {
  const mocha = ['node_modules/mocha/bin/mocha.js', '--require', 'test/support/env', '--check-leaks'];
  return {
    title: `Express ${versionOf(folder)}`,
    // As in its own `npm test`: what lies deeper is not a test.
    files: [
      ...filesBelow(folder, 'test', /^test\/[^/]+\.js$/),
      ...filesBelow(folder, 'test/acceptance', /\.js$/),
    ],
    run: async (file, env) => {
      const args = (/** @type {string} */ report) => [
        ...mocha,
        ...['--reporter', 'json', '--reporter-option', `output=${report}`, file],
      ];
      const report = JSON.parse((await reportOf(folder, args, env)) || '{}');
      const kinds = /** @type {const} */ ({ passes: 'passed', failures: 'failed', pending: 'skipped' });
      return withUniqueNames(
        Object.entries(kinds).flatMap(([kind, result]) =>
          (report[kind] ?? []).map((/** @type {{ fullTitle: string, err: Error }} */ { fullTitle, err }) => ({
            name: `${file.replace(/^test\//, '')} > ${fullTitle}`,
            file,
            result,
            error: err.message ?? '',
          })),
        ),
      );
    },
  };
}

/** The tests of Fastify, which run in node:test. @returns {Suite} */
export function fastifySuite(/** @type {string} */ folder) {
  return {
    title: `Fastify ${versionOf(folder)}`,
    files: filesBelow(folder, 'test', /\.test\.m?js$/),
    run: async (file, env) => {
      const args = (/** @type {string} */ report) => [
        // As its own runner does: without `--test`, some hooks of files run too early.
        ...['--test', `--test-reporter=${REPORTER}`, `--test-reporter-destination=${report}`, file],
      ];
      const lines = (await reportOf(folder, args, env)).split('\n').filter((line) => line !== '');
      return withUniqueNames(
        lines.map((line) => {
          const { path, result, error } = JSON.parse(line);
          return { name: [file.replace(/^test\//, ''), ...path].join(' > '), file, result, error };
        }),
      );
    },
  };
}
