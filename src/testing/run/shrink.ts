import { legalSteps, type ModelPath } from '../paths/path.js';
import { PathError } from './failure.js';
import { runPath, type Walk } from './run-path.js';

/** Milliseconds that the search for a shorter path may take. */
const PATIENCE = 10_000;

/**
 * Looks for a shorter path that fails as well, by leaving out steps; fast-check does the looking.
 *
 * @returns the failure of the shortest path that was found; the given one, with a remark, where fast-check is missing.
 */
export async function shrunk<TEvent extends string>(
  walk: Walk<TEvent>,
  path: ModelPath<TEvent>,
  error: PathError,
): Promise<Error> {
  const fastCheck = await import('fast-check').catch(() => null);
  if (fastCheck === null) {
    error.message += '\n\n(install fast-check, and failing random walks are made as short as possible)';
    return error;
  }
  let shortest = error;
  const fc = fastCheck;
  const events = path.steps.map((step) => step.event);
  const walks = fc.array(fc.constantFrom(...walk.graph.edges.map((edge) => edge.event)), {
    maxLength: events.length,
  });
  const holds = async (tried: TEvent[]): Promise<boolean> => {
    const failure = await failureOf(walk, { steps: legalSteps(walk.graph, tried), seed: path.seed });
    if (failure !== null && failure.path.steps.length <= shortest.path.steps.length) shortest = failure;
    return failure === null;
  };
  await fc.check(fc.asyncProperty(walks, holds), {
    examples: [[events.slice(0, error.path.steps.length)]],
    numRuns: 1,
    seed: path.seed,
    interruptAfterTimeLimit: PATIENCE,
  });
  const { length } = path.steps;
  if (shortest !== error) shortest.message += `\n\n(shrunk from a random walk of ${String(length)} steps)`;
  return shortest;
}

async function failureOf<TEvent extends string>(
  walk: Walk<TEvent>,
  path: ModelPath<TEvent>,
): Promise<PathError | null> {
  try {
    await runPath(walk, path);
    return null;
  } catch (error) {
    if (error instanceof PathError) return error;
    throw error;
  }
}
