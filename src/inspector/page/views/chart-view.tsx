import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

import type { DiagramLayout } from '../../diagram/drawing.js';
import type { ChartDefinition } from '../../model/shapes.js';
import type { Source } from '../../model/source.js';
import type { ChartDetail } from '../chart-layouts.js';
import { useAnswer, type Answer } from '../hooks.js';
import { layoutOf } from '../layouts.js';
import type { Trace } from '../logic/trace.js';
import { Chart } from './chart.jsx';

interface ChartViewProps {
  readonly source: Source;
  /** Grows when the source may be another process than before. */
  readonly generation: number;
  /** The key of the definition. */
  readonly chart: string | undefined;
  readonly counts?: ReadonlyMap<string, number>;
  readonly noun?: string;
  readonly traceIn?: (layout: DiagramLayout) => Trace | undefined;
  readonly selected?: string | undefined;
  readonly onPick?: (path: string) => void;
}

/** A chart by the key of its definition, or a text that says why it cannot be drawn. */
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
  if (chart === undefined) return <p class="notice">No chart yet.</p>;
  if (layout === undefined) return <p class="notice">Drawing the chart …</p>;
  if (layout.states.length === 0) return <p class="notice">This machine has no states to draw.</p>;
  const isFull = detail === 'full';
  const tools = (
    <button type="button" aria-pressed={isFull} onClick={() => setDetail(isFull ? 'summary' : 'full')}>
      Every transition
    </button>
  );
  return <Chart {...rest} layout={layout} trace={traceIn?.(layout)} tools={tools} />;
}

/** Computed layouts by definition; they are released with it. */
const layouts = new WeakMap<ChartDefinition, Map<ChartDetail, Promise<DiagramLayout>>>();

/** The layout of a chart, computed once for each definition: counts do not change it. */
function useLayout(
  source: Source,
  key: string | undefined,
  detail: ChartDetail,
  generation: number,
): Answer<DiagramLayout> {
  return useAnswer(
    () =>
      key === undefined ? undefined : source.definition(key).then((found) => knownLayoutOf(found, detail)),
    [source, key, detail, generation],
  );
}

function knownLayoutOf(definition: ChartDefinition, detail: ChartDetail): Promise<DiagramLayout> {
  const known = layouts.get(definition) ?? new Map<ChartDetail, Promise<DiagramLayout>>();
  layouts.set(definition, known);
  const layout = known.get(detail) ?? layoutOf(definition, detail);
  known.set(detail, layout);
  return layout;
}
