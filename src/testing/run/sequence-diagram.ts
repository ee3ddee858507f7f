import type { FailedJourney } from './failed-journey.js';

/** The longest text on an arrow. */
const MAX_LABEL = 80;

/** What was walked as a Mermaid sequence diagram: the steps as notes, what went over the wire as arrows. */
export function sequenceDiagram({ driver, path, wire, fault }: FailedJourney): string {
  const [left, right] = driver.parties;
  const span = 'Note over a,b: ';
  const lines = [
    'sequenceDiagram',
    `  participant a as ${label(left)}`,
    `  participant b as ${label(right)}`,
  ];
  for (let step = -1; step <= fault.step; step++) {
    const edge = path.steps[step];
    if (edge !== undefined)
      lines.push(`  ${span}${label(`${String(step + 1)}. ${edge.event} -> ${edge.to}`)}`);
    for (const entry of wire.entries) {
      if (entry.step === step)
        lines.push(`  ${entry.from === left ? 'a->>b' : 'b->>a'}: ${label(entry.text)}`);
    }
  }
  lines.push(`  ${span}${label(`expected ${fault.expected}, seen ${fault.seen}`)}`);
  return lines.join('\n');
}

/** What means something to Mermaid, and how it is written there instead. */
const ENTITIES: Readonly<Record<string, string>> = { '#': '#35;', ';': '#59;', '<': '#lt;' };

/** Text that Mermaid does not take for its own. */
function label(text: string): string {
  const short = text.length > MAX_LABEL ? `${text.slice(0, MAX_LABEL)}…` : text;
  return short.replace(/[#;<]/g, (character) => ENTITIES[character] ?? character).replace(/\s+/g, ' ');
}
