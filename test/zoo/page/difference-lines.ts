import type { Model } from '../../../src/testing/index.js';
import { aligned, code } from '../../support/generate/markdown-table.js';
import type { Difference } from '../explore/difference.js';
import { nameOf } from '../explore/missing-pairs.js';
import type { Finding } from './finding.js';
import { judgementOf } from './requirements.js';
import { told } from './told.js';

const SAME = 'as the model';

/** The table of differences, and below it how each is judged. */
export function differenceLines(model: Model, findings: readonly Finding[]): readonly string[] {
  const all = inOrder(
    model,
    findings.flatMap(({ differences }) => differences),
  );
  if (all.length === 0) {
    return [`Nothing: every ${model.name} here goes where the model goes, on every pair of transitions.\n`];
  }
  const judgements = [...new Set(all.map(judgementText))];
  const cell = ({ differences }: Finding, row: Difference): string => {
    const found = differences.find((difference) => nameOf(difference) === nameOf(row));
    return found === undefined
      ? SAME
      : `${told(found)} (${String(judgements.indexOf(judgementText(found)) + 1)})`;
  };
  const rows = all.filter((one, at) => all.findIndex((other) => nameOf(other) === nameOf(one)) === at);
  return [
    ...aligned([
      ['in', 'on', ...findings.map(({ name }) => name)],
      ...rows.map((row) => [row.from, code(row.event), ...findings.map((finding) => cell(finding, row))]),
    ]),
    '',
    ...judgements.map((text, at) => `${String(at + 1)}. ${text}`),
    '',
  ];
}

function judgementText(difference: Difference): string {
  const judgement = judgementOf(difference);
  if (judgement === undefined) return 'Not judged yet.';
  const { level, section, text } = judgement;
  const verdict = level === 'MAY' ? 'Allowed, a' : 'Against a';
  return `${verdict} **${level}** (${section}): ${text}.`;
}

/** In the order in which the model has its events. */
function inOrder(model: Model, differences: readonly Difference[]): readonly Difference[] {
  return [...differences].sort(
    (one, other) =>
      model.events.indexOf(one.event) - model.events.indexOf(other.event) ||
      one.from.localeCompare(other.from),
  );
}
