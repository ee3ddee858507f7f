import { code } from '../../support/generate/markdown-table.js';
import type { Finding } from './finding.js';
import type { Requirement } from './requirements.js';

/** One row for each event, and for each group of states in which it does the same to every member. */
export function choiceRows(
  findings: readonly Finding[],
  requirements: Readonly<Record<string, Requirement>>,
): readonly (readonly string[])[] {
  return Object.entries(requirements).flatMap(([event, requirement]) => {
    const groups = new Map<string, { readonly states: string[]; readonly cells: readonly string[] }>();
    for (const state of statesOf(findings, event)) {
      const cells = findings.map((finding) => cellOf(finding, state, event, requirement));
      const key = cells.join('|');
      const group = groups.get(key) ?? { states: [], cells };
      groups.set(key, group);
      group.states.push(state);
    }
    const { level, text, section } = requirement;
    return [...groups.values()].map(({ states, cells }) => [
      states.map((state) => state.replace(/^connected\./, '')).join(', '),
      code(event),
      `**${level}** ${text} (${section})`,
      ...cells,
    ]);
  });
}

function statesOf(findings: readonly Finding[], event: string): readonly string[] {
  const choices = findings.flatMap((finding) => finding.choices);
  return [...new Set(choices.filter((choice) => choice.event === event).map(({ from }) => from))].sort();
}

function cellOf({ choices }: Finding, state: string, event: string, requirement: Requirement): string {
  const choice = choices.find(({ from, event: on }) => from === state && on === event);
  if (choice === undefined) return '-';
  const mark = requirement.level === 'MUST' ? ' †' : ' ‡';
  return choice.told.map((words) => (requirement.isKept(words) ? words : words + mark)).join('; ');
}
