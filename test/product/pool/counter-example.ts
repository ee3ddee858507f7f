import type { PoolViolation } from './explore.js';
import { POOL_PROPERTIES } from './properties.js';

/** A violation as text: the property, how much was seen, and the states of the charts after each move. */
export function printPoolCounterExample({ property, steps, story, states }: PoolViolation): string {
  return [
    `Violated: ${POOL_PROPERTIES[property]}`,
    `Found among ${String(states)} states; the shortest way there has ${String(steps.length)} moves:`,
    ...steps.flatMap((step, at) => [`  ${String(at + 1)}. ${step}`, `     ${story[at] ?? ''}`]),
    '',
  ].join('\n');
}
