import type { ComponentChildren } from 'preact';

import type { RequestRow } from '../../model/traffic-shapes.js';
import { formatDuration } from '../logic/format.js';
import { barOf, PHASES, type Phase } from '../logic/waterfall.js';

const NAMES: Readonly<Record<Phase, string>> = {
  head: 'head',
  waiting: 'waiting for the handler',
  body: 'body',
  sending: 'sending',
};

/** Where the time of a request went, as a bar; the body is a line below, as it may arrive meanwhile. */
export function Waterfall({
  row,
  scale,
}: {
  readonly row: RequestRow;
  readonly scale: number;
}): ComponentChildren {
  const { segments, isCut } = barOf(row, scale);
  const spent = PHASES.filter((phase) => row.phases[phase] > 0);
  const text = spent.map((phase) => `${NAMES[phase]} ${formatDuration(row.phases[phase])}`).join(', ');
  return (
    <svg
      class={row.outcome === 'open' ? 'waterfall open' : 'waterfall'}
      viewBox="0 0 100 16"
      preserveAspectRatio="none"
      role="img"
      aria-label={text}
    >
      <title>{text}</title>
      {segments.map(({ phase, from, to }) => (
        <rect
          key={phase}
          class={`phase-${phase}`}
          x={from * 100}
          width={Math.max(0.7, (to - from) * 100)}
          y={phase === 'body' ? 12 : 2}
          height={phase === 'body' ? 3 : 9}
        />
      ))}
      {isCut && <path class="cut" d="M94 0 97 16M97 0 100 16" />}
    </svg>
  );
}

/** What the colours of a {@link Waterfall} mean. */
export function WaterfallLegend({ scale }: { readonly scale: number }): ComponentChildren {
  return (
    <ul class="phases" aria-label="Colours of the waterfall">
      {PHASES.map((phase) => (
        <li key={phase}>
          <span class={`swatch phase-${phase}`} />
          {NAMES[phase]}
        </li>
      ))}
      <li>0 to {formatDuration(scale)}</li>
    </ul>
  );
}
