import type { Coverage } from '../coverage/coverage.js';
import type { DrivenSystem, Driver, Step } from '../drivers/driver.js';
import { WireLog } from '../drivers/wire-log.js';
import { payloadOf, type Model } from '../models/model.js';
import type { ModelGraph } from '../paths/graph.js';
import type { ModelPath } from '../paths/path.js';
import { randomOf } from '../random.js';
import type { PathFault } from './sequence-diagram.js';
import { PathError } from './failure.js';

/** What a path is walked with. */
export interface Walk<TEvent extends string> {
  readonly model: Model<TEvent>;
  readonly graph: ModelGraph<TEvent>;
  readonly driver: Driver<TEvent>;
  /** Told of every step that succeeded. */
  readonly coverage?: Coverage | undefined;
}

/** Walks a path with a fresh system. @throws PathError when the system does not go where the model goes */
export async function runPath<TEvent extends string>(
  walk: Walk<TEvent>,
  path: ModelPath<TEvent>,
): Promise<void> {
  const { model, driver } = walk;
  const wire = new WireLog();
  const failed = (fault: PathFault): PathError =>
    new PathError({ model: model, driver: driver, path, wire, fault });
  const random = randomOf(path.seed);
  let system: DrivenSystem<TEvent>;
  try {
    system = await driver.start({ path, wire, random });
  } catch (cause) {
    const seen = `${driver.name} did not start: ${String(cause)}`;
    throw failed({ step: -1, expected: walk.graph.initial, seen, cause });
  }
  try {
    const fault = await walkSteps(walk, path, system, wire);
    if (fault !== null) throw failed(fault);
  } finally {
    await system.stop();
  }
}

async function walkSteps<TEvent extends string>(
  { model, graph, coverage }: Walk<TEvent>,
  path: ModelPath<TEvent>,
  system: DrivenSystem<TEvent>,
  wire: WireLog,
): Promise<PathFault | null> {
  const seenFirst = await system.see(graph.initial);
  if (seenFirst !== graph.initial) return { step: -1, expected: graph.initial, seen: seenFirst };
  coverage?.begin();
  for (const [index, edge] of path.steps.entries()) {
    wire.beginStep(index);
    const payload = payloadOf(model, edge.event, randomOf(path.seed, index + 1));
    const fault = await takeStep(system, { ...edge, index, payload });
    if (fault !== null) return fault;
    coverage?.take(edge);
  }
  return null;
}

async function takeStep<TEvent extends string>(
  system: DrivenSystem<TEvent>,
  step: Step<TEvent>,
): Promise<PathFault | null> {
  const { index, to: expected } = step;
  try {
    await system.perform(step);
    const seen = await system.see(expected);
    return seen === expected ? null : { step: index, expected, seen };
  } catch (cause) {
    return { step: index, expected, seen: `${step.event} threw: ${String(cause)}`, cause };
  }
}
