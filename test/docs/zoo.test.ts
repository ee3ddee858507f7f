import { describe, expect, it } from '@jest/globals';

import { clientModel, Coverage, ModelGraph, serverModel, type Model } from '../../src/testing/index.js';
import { committed } from '../support/generate/committed.js';
import { CLIENTS } from '../zoo/members/clients.js';
import { SERVERS } from '../zoo/members/servers.js';
import type { Finding } from '../zoo/page/finding.js';
import { zooPage } from '../zoo/page/page.js';

const PAGE = committed('docs/zoo.md');

/** The cells of a row of a table. */
function cellsOf(line: string): readonly string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** Headings as text, and table heads as their cells. */
type Shape = readonly (string | readonly string[])[];

/** The part of a page that does not depend on the findings. */
function shapeOf(page: string): Shape {
  const lines = page.split('\n');
  return lines.flatMap((line, at): Shape => {
    if (line.startsWith('#')) return [line];
    return /^\| -{3}/.test(lines[at + 1] ?? '') ? [cellsOf(line)] : [];
  });
}

/** The rows of the page with this first cell. */
function rowsOf(name: string): readonly (readonly string[])[] {
  return PAGE.split('\n')
    .map(cellsOf)
    .filter(([first]) => first === name);
}

/** Members that each do one thing differently. */
function differing(
  model: Model,
  members: readonly Pick<Finding, 'name' | 'version' | 'setting'>[],
): readonly Finding[] {
  const coverage = new Coverage(model, ModelGraph.of(model)).toJSON();
  const [edge] = ModelGraph.of(model).edges;
  if (edge === undefined) throw new Error('the model is empty');
  const difference = { ...edge, seen: ['nothing'], isAlways: true, passed: [], failed: [] };
  return members.map((member) => ({
    ...member,
    differences: [difference],
    choices: [],
    coverage,
    passing: [],
  }));
}

describe('docs/zoo.md', () => {
  it('docs/zoo.md has the headings and tables that `npm run test:zoo` writes', () => {
    const written = shapeOf(
      zooPage({ servers: differing(serverModel, SERVERS), clients: differing(clientModel, CLIENTS) }),
    );
    const isDifferences = (part: Shape[number]): boolean =>
      typeof part !== 'string' && part[0] === 'in' && part[2] !== 'the RFC says';
    // If no member differs, a sentence replaces the table.
    const fixed = (shape: Shape): Shape => shape.filter((part) => !isDifferences(part));
    expect(fixed(shapeOf(PAGE))).toEqual(fixed(written));
    expect(fixed(written)).toHaveLength(15);
    for (const table of shapeOf(PAGE).filter(isDifferences)) expect(written).toContainEqual(table);
  });

  it.each([...SERVERS, ...CLIENTS].map(({ name }) => name))('docs/zoo.md counts what %s does', (name) => {
    expect(rowsOf(name).length).toBeGreaterThan(0);
    for (const [, , transitions, pairs, differences] of rowsOf(name)) {
      expect(transitions).toMatch(/^\d+ of \d+$/);
      expect(pairs).toMatch(/^\d+ of \d+$/);
      expect(differences).toMatch(/^(?:none|\d+)$/);
    }
  });

  it.each([serverModel, clientModel] as readonly Model[])(
    'docs/zoo.md names every event of the model of a $name',
    (model) => {
      for (const event of model.events) {
        expect(rowsOf(`\`${event}\``)).toContainEqual(expect.arrayContaining([model.rules?.[event]]));
      }
    },
  );

  it.each([
    ['HTTPServer', serverModel as Model],
    ['HTTPClientSession', clientModel as Model],
  ])('says that our own %s does all that its model says', (name, model) => {
    const { transitions, pairs } = new Coverage(model, ModelGraph.of(model)).toJSON();
    const all = (total: number): string => `${String(total)} of ${String(total)}`;
    expect(rowsOf(name).map((cells) => cells.slice(2, 5))).toEqual([
      [all(transitions.total), all(pairs.total), 'none'],
    ]);
  });

  it('docs/zoo.md judges every difference and names its section', () => {
    expect(PAGE).not.toContain('Not judged yet');
    for (const judgement of PAGE.match(/^\d+\. .*$/gm) ?? []) {
      expect(judgement).toMatch(
        /^\d+\. (?:Against|Allowed, ) ?a \*\*(?:MUST|SHOULD|MAY)\*\* \(RFC 91\d\d section [\d.]+\): /,
      );
    }
  });
});
