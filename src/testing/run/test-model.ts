import { checkOptions, describeValue, KnownNames } from '../../errors/index.js';
import { Coverage } from '../coverage/coverage.js';
import type { Driver } from '../drivers/driver.js';
import type { Model } from '../models/model.js';
import { ModelGraph } from '../paths/graph.js';
import { parsePath, pathName, type ModelPath } from '../paths/path.js';
import { pathsOf, type PathOptions, type PathPlan } from '../paths/plans.js';
import { PathError } from './failure.js';
import { runPath, type Walk } from './run-path.js';
import { shrunk } from './shrink.js';

/** What makes a test: `it` and `test` of Jest and Vitest, and `test` of node:test. */
export type MakeTest = (name: string, run: () => Promise<void>) => unknown;

/** What to test, with what, and on which paths. */
export interface TestModelOptions<TEvent extends string> extends PathOptions {
  /** What the system is expected to do. */
  readonly model: Model<TEvent>;
  /** What does it to the system. */
  readonly driver: Driver<TEvent>;
  /** A plan, or the texts of paths, such as that of a failed one. @defaultValue 'transitions' */
  readonly paths?: PathPlan | readonly string[] | undefined;
  /** `it` or `test` of the runner. */
  readonly it: MakeTest;
  /** The coverage to add to; a new one when not given. */
  readonly coverage?: Coverage | undefined;
}

const OPTIONS = new KnownNames('option of testModel()', [
  ...['model', 'driver', 'paths', 'it', 'coverage'],
  ...['seed', 'maxLength', 'count'],
]);

/** What became of the paths. */
export interface ModelSuite<TEvent extends string> {
  /** The paths, one for each test. */
  readonly paths: readonly ModelPath<TEvent>[];
  /** What the tests that have run have covered. */
  readonly coverage: Coverage;
}

/**
 * Makes one test for each path: a fresh system walks it, and after each step has to be in the state that the model is in.
 *
 * @throws SyntaxError when the text of a path is none of this model's; TypeError for an unknown option or plan, and for a
 * machine with guards or history states.
 *
 * @example
 * ```ts
 * import { test } from 'node:test';
 *
 * const driver = serverDriver({ port: 8080, echo: '/echo' });
 * const { coverage } = testModel({ model: serverModel, driver, paths: 'pairs', it: test });
 * test('coverage', () => console.log(coverage.toText()));
 * ```
 */
export function testModel<TEvent extends string>(options: TestModelOptions<TEvent>): ModelSuite<TEvent> {
  checkOptions('testModel()', options, OPTIONS);
  const { model, driver, it, paths: wanted = 'transitions', seed, maxLength, count } = options;
  if (typeof it !== 'function') {
    throw new TypeError(`testModel(): \`it\` must be a function (got ${describeValue(it)})`);
  }
  checkDriver(driver);
  const graph = ModelGraph.of(model, driver.events);
  const coverage = options.coverage ?? new Coverage(model, graph);
  const walk: Walk<TEvent> = { model, graph, driver, coverage };
  const paths =
    typeof wanted === 'string'
      ? pathsOf(graph, wanted, { seed, maxLength, count })
      : wanted.map((text) => parsePath(graph, text));
  paths.forEach((path, at) => {
    const name = `${model.name} model, path ${String(at + 1)} of ${String(paths.length)}: ${pathName(path, graph)}`;
    it(name, () => (wanted === 'random' ? runAndShrink(walk, path) : runPath(walk, path)));
  });
  return { paths, coverage };
}

function checkDriver(driver: unknown): void {
  const { name, parties, start } = (driver ?? {}) as Partial<Record<keyof Driver, unknown>>;
  if (typeof name === 'string' && Array.isArray(parties) && typeof start === 'function') return;
  throw new TypeError(
    `testModel(): the driver must have \`name\`, \`parties\` and \`start()\` (got ${describeValue(driver)})`,
  );
}

async function runAndShrink<TEvent extends string>(
  walk: Walk<TEvent>,
  path: ModelPath<TEvent>,
): Promise<void> {
  try {
    await runPath(walk, path);
  } catch (error) {
    // Looking for a shorter path is not a test: what it covers does not count.
    throw error instanceof PathError ? await shrunk({ ...walk, coverage: undefined }, path, error) : error;
  }
}
