import { commonTokens, declareClassPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import {
  determineHitLimitReached,
  DryRunStatus,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import { addEventHandler, getState, resetState, run } from 'jest-circus';

import { bundleTests } from './test-bundle.mjs';

/*
 * Runs the tests for one mutant after another in one process, on Jest's own runner, without what Jest does around it.
 * The mutant is switched by a global; the tests are loaded anew where a mutant acts while modules are loaded, and
 * where the run before has failed, so that nothing it broke is seen by the next.
 */

/** A mutant that waits for what never comes need not be waited for as long as a slow machine. */
const TEST_TIMEOUT = 3_000;
/** How long errors that a failed run has left behind may still come, in ms, before the next mutant. */
const AFTERMATH = 50;

globalThis[Symbol.for('TEST_TIMEOUT_SYMBOL')] = TEST_TIMEOUT;

/** What the instrumented code reads and writes. */
const context = (globalThis.__stryker__ ??= {});

const testsOf = (block) =>
  block.children.flatMap((child) => (child.type === 'test' ? [child] : testsOf(child)));

function nameOf({ name, parent }) {
  return parent === undefined || parent.name === 'ROOT_DESCRIBE_BLOCK' ? name : `${nameOf(parent)} ${name}`;
}

class ReloadingRunner {
  static inject = tokens(commonTokens.options);

  #entries;
  #module = '';
  #loads = 0;
  /** The tests by their ids: the full name, and a number where it is not the only one. */
  #tests = new Map();
  #ids = new Map();
  #mustLoad = true;

  constructor({ bundles }) {
    this.#entries = bundles;
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    this.#module = await bundleTests(this.#entries);
    addEventHandler(follow);
    process.on('uncaughtException', failRunning);
    process.on('unhandledRejection', failRunning);
  }

  async dryRun() {
    const results = await this.#run(undefined);
    return { status: DryRunStatus.Complete, tests: results, mutantCoverage: context.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, mutantActivation, reloadEnvironment, hitLimit, disableBail }) {
    context.hitCount = hitLimit === undefined ? undefined : 0;
    context.hitLimit = hitLimit;
    this.#mustLoad ||= reloadEnvironment;
    try {
      if (mutantActivation === 'static') context.activeMutant = activeMutant.id;
      await this.#load();
      context.activeMutant = activeMutant.id;
      const tests = await this.#run(testFilter);
      const limited = determineHitLimitReached(context.hitCount, context.hitLimit);
      return limited ?? toMutantRunResult({ status: DryRunStatus.Complete, tests }, disableBail);
    } catch (error) {
      this.#mustLoad = true;
      return toMutantRunResult({ status: DryRunStatus.Complete, tests: [notLoaded(error)] }, disableBail);
    } finally {
      context.activeMutant = undefined;
      this.#mustLoad ||= mutantActivation === 'static';
    }
  }

  async #load() {
    if (!this.#mustLoad) return;
    resetState();
    this.#loads += 1;
    await import(`${this.#module}?load=${this.#loads}`);
    this.#tests.clear();
    this.#ids.clear();
    for (const test of testsOf(getState().rootDescribeBlock)) {
      const name = nameOf(test);
      const id = this.#tests.has(name) ? `${name} (${this.#tests.size})` : name;
      this.#tests.set(id, test);
      this.#ids.set(test, id);
    }
    this.#mustLoad = false;
  }

  async #run(filter) {
    await this.#load();
    const chosen = new Set(filter ?? this.#tests.keys());
    for (const [id, test] of this.#tests) {
      Object.assign(test, { errors: [], done: false, status: null, duration: null });
      test.id = id;
      test.mode = chosen.has(id) ? undefined : 'skip';
    }
    failed = false;
    isDry = filter === undefined && context.activeMutant === undefined;
    await run();
    if (failed) {
      this.#mustLoad = true;
      await new Promise((resolve) => setTimeout(resolve, AFTERMATH));
    }
    return [...this.#tests].filter(([id]) => chosen.has(id)).map(([id, test]) => resultOf(id, test));
  }
}

let failed = false;
let isDry = true;

/** After the first failure the rest is skipped: it has killed the mutant. */
function follow(event) {
  if (event.name === 'test_start') {
    if (failed && !isDry) event.test.mode = 'skip';
    context.currentTestId = event.test.id;
  }
  if (event.name === 'test_done') {
    if (event.test.errors.length > 0) failed = true;
    context.currentTestId = undefined;
  }
}

/** What nobody has caught fails the test that runs, as in Jest. */
function failRunning(error) {
  failed = true;
  getState().currentlyRunningTest?.errors.push([error, error]);
}

function resultOf(id, { errors, status, duration }) {
  const result = { id, name: id, timeSpentMs: duration ?? 0 };
  if (errors.length > 0) {
    const [error] = [errors[0]].flat();
    return { ...result, status: TestStatus.Failed, failureMessage: String(error?.stack ?? error) };
  }
  return { ...result, status: status === 'done' ? TestStatus.Success : TestStatus.Skipped };
}

/** A chart that XState refuses, or tests that cannot be made of it, are seen by everybody: the mutant is dead. */
function notLoaded(error) {
  const failureMessage = String(error?.stack ?? error);
  return { id: 'load', name: 'load', timeSpentMs: 0, status: TestStatus.Failed, failureMessage };
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'reloading', ReloadingRunner)];
