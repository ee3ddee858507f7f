import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

import type { Source } from '../../model/source.js';
import type { DiagramLayout } from '../../diagram/drawing.js';
import type { ChartDetail } from '../chart-layouts.js';
import { useLayout } from '../hooks/use-layout.js';
import type { Trace } from '../logic/trace.js';
import { Chart } from './chart.jsx';

interface ChartViewProps {
  readonly source: Source;
  /** Grows when the source is another process than before. */
  readonly generation: number;
  /** The key of the definition. */
  readonly chart: string | undefined;
  readonly counts?: ReadonlyMap<string, number>;
  readonly noun?: string;
  readonly traceIn?: (layout: DiagramLayout) => Trace | undefined;
  readonly selected?: string | undefined;
  readonly onPick?: (path: string) => void;
}

/** A chart by the key of its definition: laid out first, or a text that says why that is not possible. */
export function ChartView(props: ChartViewProps): ComponentChildren {
  const { source, generation, chart, traceIn, ...rest } = props;
  const [detail, setDetail] = useState<ChartDetail>('summary');
  const { value: layout, error } = useLayout(source, chart, detail, generation);
  if (error !== null) {
    return (
      <p class="notice" role="alert">
        This chart cannot be drawn: {error.message}
      </p>
    );
  }
  if (chart === undefined) return <p class="notice">No chart was told of yet.</p>;
  if (layout === undefined) return <p class="notice">Drawing the chart …</p>;
  if (layout.states.length === 0) return <p class="notice">There are no states in it to be drawn.</p>;
  const isFull = detail === 'full';
  const tools = (
    <button type="button" aria-pressed={isFull} onClick={() => setDetail(isFull ? 'summary' : 'full')}>
      Every transition
    </button>
  );
  return <Chart {...rest} layout={layout} trace={traceIn?.(layout)} tools={tools} />;
}
