import type { ComponentChildren } from 'preact';

import type { PlacedState } from '../../diagram/drawing.js';
import type { Tone } from '../../diagram/reading-order.js';
import { HEAT_STEPS } from '../logic/look.js';

/** What of a chart the legend explains. */
export interface LegendProps {
  /** Whether states carry counts, or the way of one actor. */
  readonly mode: 'counts' | 'trace';
  readonly kinds: ReadonlySet<PlacedState['kind']>;
  readonly tones: ReadonlySet<Tone>;
  readonly hasDots: boolean;
  /** What shows where the last event led: an arrow, or the state that it entered. */
  readonly way: 'arrows' | 'states';
  readonly hasEnded: boolean;
  /** The last event of the actor. */
  readonly lastEvent: string | null;
}

/** What colours, borders and dots mean, as far as the chart has them. */
export function ChartLegend(props: LegendProps): ComponentChildren {
  const { mode, kinds, tones, hasDots, way, hasEnded, lastEvent } = props;
  return (
    <ul class="chart-legend" aria-label="Legend">
      {mode === 'counts' ? (
        <li>
          <span class="heat-scale">
            {[1, ...HEAT_STEPS.map((_, i) => i + 2)].map((step) => (
              <i key={step} class={`legend-swatch tone-plain heat-${String(step)}`} />
            ))}
          </span>
          share of the live ones: {HEAT_STEPS.map((step) => `${String(step * 100)}%`).join(', ')} and more
        </li>
      ) : (
        <>
          <Entry swatch="tone-plain active">current state</Entry>
          <Entry swatch="tone-plain visited">was there</Entry>
        </>
      )}
      {tones.has('faulty') && (
        <Entry swatch={`tone-faulty ${mode === 'counts' ? 'heat-4' : 'active'}`}>error</Entry>
      )}
      {tones.has('ended') && (
        <Entry swatch={`tone-ended ${mode === 'counts' ? 'heat-4' : 'active'}`}>over</Entry>
      )}
      {hasEnded && (
        <li>
          <span class="legend-count">
            12 <small>+340</small>
          </span>
          live, and ended there
        </li>
      )}
      {mode === 'trace' && (
        <li>
          <i class={way === 'arrows' ? 'line' : 'legend-swatch tone-plain active entered'} />
          {way === 'arrows' ? 'last event' : 'entered by the last event'}
          {lastEvent === null ? '' : ': '}
          {lastEvent !== null && <code>{lastEvent}</code>}
        </li>
      )}
      {kinds.has('final') && <Entry swatch="of-final">final state</Entry>}
      {kinds.has('region') && <Entry swatch="of-region">region: active beside others</Entry>}
      {kinds.has('any') && <Entry swatch="of-region">any state: whichever is active</Entry>}
      {kinds.has('history') && <Entry swatch="of-history">history</Entry>}
      {hasDots && (
        <li>
          <i class="start" />
          entered first
        </li>
      )}
    </ul>
  );
}

function Entry({
  swatch,
  children,
}: {
  readonly swatch: string;
  readonly children: ComponentChildren;
}): ComponentChildren {
  return (
    <li>
      <i class={`legend-swatch ${swatch}`} />
      {children}
    </li>
  );
}
