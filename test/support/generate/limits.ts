import { LIMITS, TIMEOUTS, type Bound } from '../../../src/constants.js';
import { INSPECTION } from '../../../src/inspector/model/inspection-limits.js';
import { aligned, code, grouped } from './markdown-table.js';
import { capSections } from './server-caps.js';
import { timerSections } from './timers.js';

/** The text of `docs/limits.md`: every timer, every cap and every duration with its default and the reason for it. */
export function limitsPage(): string {
  return [
    '# Limits and timeouts',
    '',
    'Generated from the charts and from `src/constants.ts`; a test holds this page current, and another holds a server to it.',
    '',
    ...timerSections(),
    ...capSections(),
    '## Limits',
    '',
    'What a peer may make this side hold or scan, and how far a pool of workers goes.',
    '',
    ...table(LIMITS),
    '',
    "## The inspector's page",
    '',
    'What it remembers, and what programs may make it hold that tell it of themselves.',
    '',
    ...table(INSPECTION),
    '',
    '## Timeouts',
    '',
    'The defaults of the timers above, and other durations. 0 means none.',
    '',
    ...table(TIMEOUTS),
    '',
  ].join('\n');
}

function table(bounds: Readonly<Record<string, Bound>>): string[] {
  const rows = Object.entries(bounds).map(([name, { value, unit, reason }]) => [
    code(name),
    `${grouped(value)} ${unit}`,
    reason,
  ]);
  return aligned([['Name', 'Default', 'Why'], ...rows]);
}
