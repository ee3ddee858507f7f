import type { ActivationBar, Sequence } from './sequence.js';

/**
 * Writes a sequence as a Mermaid `sequenceDiagram`: a shaded frame with a title for each request, and a bar where a
 * participant is at work.
 */
export function sequenceMermaid(sequence: Sequence): string {
  const { lanes, messages, frames } = sequence;
  const starts = groupBy(sequence.bars, ({ first }) => first);
  const ends = groupBy(sequence.bars, ({ last }) => last);
  const opened = new Map(frames.map((frame) => [frame.first, frame]));
  const closed = new Set(frames.map(({ end }) => end - 1));
  const all = lanes.length < 2 ? 'P0' : `P0,P${lanes.length - 1}`;
  const lines = lanes.map((lane, i) => `participant P${i} as ${mermaidText(lane)}`);
  let indent = '';
  for (const [i, { from, to, label }] of messages.entries()) {
    const frame = opened.get(i);
    if (frame !== undefined) {
      lines.push('rect rgba(128, 128, 128, 0.15)');
      indent = '  ';
      lines.push(`${indent}Note over ${all}: ${mermaidText(frame.title)}`);
    }
    lines.push(`${indent}P${from}->>P${to}: ${mermaidText(label)}`);
    for (const { lane } of starts.get(i) ?? []) lines.push(`${indent}activate P${lane}`);
    for (const { lane } of ends.get(i) ?? []) lines.push(`${indent}deactivate P${lane}`);
    if (closed.has(i)) {
      indent = '';
      lines.push('end');
    }
  }
  return ['sequenceDiagram', ...lines.map((line) => `  ${line}`), ''].join('\n');
}

/** Text that Mermaid does not take for its own: a semicolon ends a line, and `#` begins a code. */
export function mermaidText(text: string): string {
  const oneLine = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return oneLine === ''
    ? '#32;'
    : oneLine.replace(/[#;<>]/g, (mark) => `#${String(mark.codePointAt(0))};`).replace(/%%/g, '%#37;');
}

function groupBy(
  bars: readonly ActivationBar[],
  placeOf: (bar: ActivationBar) => number,
): ReadonlyMap<number, readonly ActivationBar[]> {
  const groups = new Map<number, ActivationBar[]>();
  for (const bar of bars) groups.set(placeOf(bar), [...(groups.get(placeOf(bar)) ?? []), bar]);
  return groups;
}
