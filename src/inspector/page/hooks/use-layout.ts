import type { ChartDefinition } from '../../model/shapes.js';
import type { Source } from '../../model/source.js';
import type { DiagramLayout } from '../../diagram/drawing.js';
import type { ChartDetail } from '../chart-layouts.js';
import { useAnswer, type Answer } from './use-answer.js';

/** Layouts that were computed, by the definition; a definition that is not used any more takes them along. */
const layouts = new WeakMap<ChartDefinition, Map<ChartDetail, Promise<DiagramLayout>>>();

/** The layout of a chart, once for each definition: counts do not change it. */
export function useLayout(
  source: Source,
  key: string | undefined,
  detail: ChartDetail,
  generation: number,
): Answer<DiagramLayout> {
  return useAnswer(
    () => (key === undefined ? undefined : source.definition(key).then((found) => layoutOf(found, detail))),
    [source, key, detail, generation],
  );
}

function layoutOf(definition: ChartDefinition, detail: ChartDetail): Promise<DiagramLayout> {
  const known = layouts.get(definition) ?? new Map<ChartDetail, Promise<DiagramLayout>>();
  layouts.set(definition, known);
  const layout = known.get(detail) ?? compute(definition, detail);
  known.set(detail, layout);
  return layout;
}

async function compute({ config }: ChartDefinition, detail: ChartDetail): Promise<DiagramLayout> {
  const { layoutConfig } = await import('../chart-layouts.js');
  return layoutConfig(config, detail);
}
