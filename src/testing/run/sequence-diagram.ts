import type { Driver } from '../drivers/driver.js';
import type { WireLog } from '../drivers/wire-log.js';
import type { Model } from '../models/model.js';
import type { ModelPath } from '../paths/path.js';

/** Where a path failed, and what was seen there. */
export interface PathFault {
  /** The place of the failing step, from 0 on; -1 when the system did not begin in the initial state. */
  readonly step: number;
  /** The state that the model is in, dotted. */
  readonly expected: string;
  /** The state that was seen, or the text of what was thrown. */
  readonly seen: string;
  /** What was thrown, if anything was. */
  readonly cause?: unknown;
}

/** What the text of a failure is made of. */
export interface FailedJourney {
  readonly model: Model;
  readonly driver: Driver;
  readonly path: ModelPath;
  readonly wire: WireLog;
  readonly fault: PathFault;
}

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
