import type { WireLog } from '../drivers/wire-log.js';
import { pathText, type ModelPath } from '../paths/path.js';
import { sequenceDiagram, type FailedJourney } from './sequence-diagram.js';

/**
 * A system did not go where its model goes. The message has all that is needed to understand it and to run the path again.
 *
 * @example
 * ```ts
 * import { test } from 'node:test';
 *
 * const it: MakeTest = (name, run) =>
 *   test(name, async () => {
 *     await run().catch((error) => console.error(error instanceof PathError ? error.diagram : error));
 *   });
 * testModel({ model: sessionModel, driver: memorySessionDriver(), it });
 * ```
 */
export class PathError extends Error {
  /** The path, as far as it was walked. */
  readonly path: ModelPath;
  /** The place of the failing step, from 0 on. */
  readonly step: number;
  /** The state that the model is in, dotted. */
  readonly expected: string;
  /** The state that was seen, or the text of what was thrown. */
  readonly seen: string;
  /** The journey as a Mermaid sequence diagram. */
  readonly diagram: string;

  /** @param note - a last paragraph for the message. */
  constructor(journey: FailedJourney, note = '') {
    const { fault } = journey;
    const path = { ...journey.path, steps: journey.path.steps.slice(0, fault.step + 1) };
    const diagram = sequenceDiagram(journey);
    super(
      textOf({ ...journey, path }, diagram, note),
      fault.cause === undefined ? {} : { cause: fault.cause },
    );
    this.name = 'PathError';
    this.path = path;
    this.step = fault.step;
    this.expected = fault.expected;
    this.seen = fault.seen;
    this.diagram = diagram;
  }
}

function textOf(journey: FailedJourney, diagram: string, note: string): string {
  const { model, driver, path, fault, wire } = journey;
  const failing = path.steps[fault.step];
  const rule = failing === undefined ? undefined : model.rules?.[failing.event];
  const forgotten =
    wire.forgotten === 0 ? [] : [`  (${String(wire.forgotten)} earlier entries are not kept)`];
  return [
    `${driver.name} does not go where the ${model.name} model goes`,
    `expected: ${fault.expected}`,
    `seen:     ${fault.seen}`,
    ...(rule === undefined ? [] : [`rule:     ${rule}`]),
    '',
    'steps:',
    ...stepLines(journey),
    '',
    'wire:',
    ...forgotten,
    ...(wire.entries.length === 0 ? ['  nothing'] : wire.entries.map(wireLine)),
    '',
    'as a sequence diagram (Mermaid):',
    diagram,
    '',
    `run it again: paths: ['${pathText(path)}']`,
    ...(note === '' ? [] : ['', note]),
  ].join('\n');
}

function stepLines({ model, path, fault }: FailedJourney): string[] {
  const initial = path.steps[0]?.from ?? fault.expected;
  return [
    `${fault.step === -1 ? '>>' : '  '} 0. ${model.name} begins in ${initial}`,
    ...path.steps.map(
      ({ event, to }, at) => `${at === fault.step ? '>>' : '  '} ${String(at + 1)}. ${event} -> ${to}`,
    ),
  ];
}

function wireLine(entry: WireLog['entries'][number]): string {
  const size = entry.bytes === 0 ? '' : ` (${String(entry.bytes)} bytes)`;
  return `  ${String(entry.step + 1)}. ${entry.from}: ${entry.text}${size}`;
}
