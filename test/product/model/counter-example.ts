import type { Violation } from './explore.js';
import { PROPERTIES } from './properties.js';

const PARTICIPANTS: readonly (readonly [key: string, name: string, id: string])[] = [
  ['client application', 'client application', 'CA'],
  ['client', 'client session', 'C'],
  ['network', 'network', 'N'],
  ['server', 'server session', 'S'],
  ['server application', 'server application', 'SA'],
];

const ids: ReadonlyMap<string, string> = new Map(PARTICIPANTS.map(([key, , id]) => [key, id]));

/** A violation as text: the property, how much was seen, the moves, and a Mermaid sequence diagram of what passes. */
export function printCounterExample({ property, steps, states, story }: Violation): string {
  const moves = steps.map((step, index) => `  ${String(index + 1)}. ${step}`);
  return [
    `Violated: ${PROPERTIES[property]}`,
    `Found among ${String(states)} states; the shortest way there has ${String(steps.length)} moves:`,
    ...moves,
    '',
    ...diagram(story),
    '',
  ].join('\n');
}

function diagram(story: Violation['story']): string[] {
  return [
    'sequenceDiagram',
    ...PARTICIPANTS.map(([, name, id]) => `  participant ${id} as ${name}`),
    ...story.map(({ from, to, text }) =>
      to === null
        ? `  Note over ${idOf(from)}: ${plain(text)}`
        : `  ${idOf(from)}->>${idOf(to)}: ${plain(text)}`,
    ),
  ];
}

function idOf(key: string): string {
  return ids.get(key) ?? key;
}

/** In Mermaid a semicolon ends a line, and a number sign begins an entity. */
function plain(text: string): string {
  return text.replace(/[;#]/g, ' ');
}
