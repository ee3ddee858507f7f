import { testModel, type ModelSuite, type TestModelOptions } from '../../../src/testing/index.js';

/** The tests of a suite, as they would be made. */
export interface CollectedSuite<TEvent extends string> extends ModelSuite<TEvent> {
  readonly names: readonly string[];
  /** Runs one of them. */
  run(at: number): Promise<void>;
  /** Runs them until one fails; its error, or `null` when none does. */
  firstFailure(): Promise<Error | null>;
}

/** Makes the tests of a model without a runner. */
export function collect<TEvent extends string>(
  options: Omit<TestModelOptions<TEvent>, 'it'>,
): CollectedSuite<TEvent> {
  const names: string[] = [];
  const runs: (() => Promise<void>)[] = [];
  const suite = testModel({
    ...options,
    it: (name, run) => {
      names.push(name);
      runs.push(run);
    },
  });
  return {
    ...suite,
    names,
    run: (at) => runs[at]?.() ?? Promise.reject(new Error(`there is no test ${String(at)}`)),
    firstFailure: async () => {
      for (const run of runs) {
        try {
          await run();
        } catch (error) {
          return error as Error;
        }
      }
      return null;
    },
  };
}
