import type { LogEntry } from '../../../src/inspector/model/shapes.js';

type Change = readonly [
  event: string,
  from: string | null,
  to: string | null,
  actor?: string,
  sender?: string,
];

/** Changes one after another, ten milliseconds apart from time 1000 on. */
export function changes(steps: readonly Change[]): LogEntry[] {
  return steps.map(([event, from, to, actor = 'a', sender], i) => ({
    number: i + 1,
    at: 1000 + 10 * i,
    actor,
    event,
    sender: sender ?? null,
    from,
    to,
    status: 'active',
  }));
}
