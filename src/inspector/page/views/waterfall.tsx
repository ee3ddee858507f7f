import type { ComponentChildren } from 'preact';

import type { RequestRow, SessionRole } from '../../model/traffic-shapes.js';
import { formatDuration, formatTook } from '../logic/format.js';
import { barOf, PHASES, type Phase } from '../logic/waterfall.js';

/** What a phase is, seen from the end of the connection that reports it. */
function nameOf(phase: Phase, role: SessionRole | undefined): string {
  if (phase === 'waiting') return `waiting for the ${role === 'client' ? 'server' : 'handler'}`;
  return phase === 'sending' && role === 'client' ? 'receiving' : phase;
}

interface WaterfallProps {
  readonly row: RequestRow;
  readonly scale: number;
  readonly role: SessionRole | undefined;
}

/** Where the time of a request went, as a bar; the body is a line below, as it may arrive meanwhile. */
export function Waterfall({ row, scale, role }: WaterfallProps): ComponentChildren {
  const { segments, isCut } = barOf(row, scale);
  const spent = PHASES.filter((phase) => row.phases[phase] > 0);
  const text = spent.map((phase) => `${nameOf(phase, role)} ${formatTook(row.phases[phase])}`).join(', ');
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
        <path key={phase} class={`phase-${phase}`} d={boxOf(phase, from, to)} />
      ))}
      {isCut && <path class="cut" d="M94 0 97 16M97 0 100 16" />}
    </svg>
  );
}

/** In a picture of 100 by 16. */
function boxOf(phase: Phase, from: number, to: number): string {
  const [top, height] = phase === 'body' ? [12, 3] : [2, 9];
  const width = Math.max(LEAST_WIDTH, (to - from) * 100);
  return `M${from * 100} ${top}h${width}v${height}h${-width}z`;
}

/** Of a phase that took next to no time, so that it is seen that it was there. */
const LEAST_WIDTH = 0.7;

interface WaterfallLegendProps {
  readonly scale: number;
  readonly role: SessionRole | undefined;
}

/** What the colours of a {@link Waterfall} mean. */
export function WaterfallLegend({ scale, role }: WaterfallLegendProps): ComponentChildren {
  return (
    <ul class="phases" aria-label="Colours of the waterfall">
      {PHASES.map((phase) => (
        <li key={phase}>
          <span class={`swatch phase-${phase}`} />
          {nameOf(phase, role)}
        </li>
      ))}
      <li>0 to {formatDuration(scale)}</li>
    </ul>
  );
}
