import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';

import type { DiagramLayout } from '../../diagram/drawing.js';
import type { LaneState } from '../../diagram/lanes.js';
import type { ChartDefinition } from '../../model/shapes.js';
import type { Source } from '../../model/source.js';
import type { ChartDetail } from '../chart-layouts.js';
import type { ChartSurvey } from '../chart-survey.js';
import { useAnswer, type Answer } from '../hooks/answers.js';
import { useRemembered } from '../hooks/remembered.js';
import { layoutOf } from '../layouts.js';
import type { Flow, Trace } from '../logic/trace.js';
import { ChartLegend, type LegendProps } from './chart-legend.jsx';
import { Chart, type ChartProps } from './chart.jsx';
import { Lanes } from './lanes.jsx';

interface ChartViewProps extends Omit<ChartProps, 'trace' | 'flows' | 'hasRates' | 'tools' | 'legend'> {
  readonly source: Source;
  /** Grows when the source may be another process than before. */
  readonly generation: number;
  /** The key of the definition. */
  readonly chart: string | undefined;
  /** The way of the actor that is shown, over the arrows of a layout. */
  readonly traceIn?: (layout: Pick<DiagramLayout, 'arrows'>) => Trace | undefined;
  /** How many actors take the arrows of a layout; nothing while what happens is not shown. */
  readonly flowsIn?: (layout: Pick<DiagramLayout, 'arrows'>) => ReadonlyMap<number, Flow> | undefined;
}

const VIEWS = ['lanes', 'states', 'events', 'full'] as const;
type View = (typeof VIEWS)[number];

const VIEW_NAMES: Readonly<Record<View, string>> = {
  lanes: 'Lanes',
  states: 'States',
  events: 'Events',
  full: 'Every transition',
};

/** Lanes have no arrows. */
const NO_LAYOUT: Pick<DiagramLayout, 'arrows'> = { arrows: [] };

/** In a window lower than that, in pixels, the legend begins folded. */
const ROOMY = 700;

/** A chart by the key of its definition, or a text that says why it cannot be drawn. */
export function ChartView(props: ChartViewProps): ComponentChildren {
  const { source, generation, chart, traceIn, flowsIn, ...standing } = props;
  const { value: survey, error: surveyError } = useShown(source, chart, 'survey', generation);
  const hasLanes = (survey?.lanes.length ?? 0) > 0;
  const [view, setView] = useRemembered(
    `view.${hasLanes ? 'regions' : 'chart'}`,
    hasLanes ? 'lanes' : 'states',
  );
  const [hasLegend, setLegend] = useRemembered('legend', window.innerHeight < ROOMY ? 'folded' : 'open');
  const [hasRates, setRates] = useRemembered('rates', 'off');
  const shown = VIEWS.find((one) => one === view && (hasLanes || one !== 'lanes')) ?? 'states';
  const hasWay = traceIn !== undefined || flowsIn !== undefined;
  const detail =
    survey === undefined || !survey.hasStates || shown === 'lanes'
      ? undefined
      : withRates(shown, hasRates === 'on' && hasWay);
  const { value: layout, error: layoutError } = useShown(source, chart, detail, generation);
  const fleetFlows = useMemo(() => (layout === undefined ? undefined : flowsIn?.(layout)), [layout, flowsIn]);
  const trace = useMemo(() => traceIn?.(layout ?? NO_LAYOUT), [layout, traceIn]);
  const error = surveyError ?? layoutError;
  if (error !== null) {
    return (
      <p class="notice" role="alert">
        This chart cannot be drawn: {error.message}
      </p>
    );
  }
  if (chart === undefined) return <p class="notice">No chart yet.</p>;
  if (survey === undefined) return <p class="notice">Drawing the chart …</p>;
  if (!survey.hasStates) return <p class="notice">This machine has no states to draw.</p>;

  const tools = (
    <>
      <span class="segments" role="group" aria-label="View">
        {VIEWS.filter((one) => hasLanes || one !== 'lanes').map((one) => (
          <button key={one} type="button" aria-pressed={one === shown} onClick={() => setView(one)}>
            {VIEW_NAMES[one]}
          </button>
        ))}
      </span>
      {shown !== 'lanes' && hasWay && (
        <button
          type="button"
          aria-pressed={hasRates === 'on'}
          title="How often per second each arrow was taken in the last 10 s"
          onClick={() => setRates(hasRates === 'on' ? 'off' : 'on')}
        >
          Rates
        </button>
      )}
      <button
        type="button"
        aria-pressed={hasLegend === 'open'}
        onClick={() => setLegend(hasLegend === 'open' ? 'folded' : 'open')}
      >
        Legend
      </button>
    </>
  );
  const common = { ...standing, trace, tools };
  const legendOf = (parts: Pick<LegendProps, 'kinds' | 'tones' | 'hasDots' | 'way'>): ComponentChildren =>
    hasLegend === 'open' && (
      <ChartLegend
        {...parts}
        mode={standing.counts === undefined ? 'trace' : 'counts'}
        hasEnded={(standing.ended?.size ?? 0) > 0}
        lastEvent={trace?.lastEvent ?? null}
      />
    );
  if (shown === 'lanes') {
    const states = survey.lanes.flatMap((lane) => lane.states.flatMap(withInner));
    const legend = legendOf({
      kinds: new Set(states.map(({ kind }) => kind)),
      tones: new Set(states.map(({ tone }) => tone)),
      hasDots: false,
      way: 'states',
    });
    return <Lanes {...common} lanes={survey.lanes} legend={legend} />;
  }
  if (layout === undefined) return <p class="notice">Drawing the chart …</p>;
  const legend = legendOf({
    kinds: new Set(layout.states.map(({ kind }) => kind)),
    tones: new Set(layout.states.map(({ tone }) => tone)),
    hasDots: layout.dots.length > 0,
    way: 'arrows',
  });
  return (
    <Chart
      {...common}
      layout={layout}
      flows={trace?.flows ?? fleetFlows}
      hasRates={hasRates === 'on'}
      legend={legend}
    />
  );
}

/** Rates need room, where no events are written. */
function withRates(view: Exclude<View, 'lanes'>, hasRates: boolean): ChartDetail {
  return view === 'states' && hasRates ? 'rates' : view;
}

function withInner(state: LaneState): readonly LaneState[] {
  return [state, ...state.states.flatMap(withInner)];
}

/** What is computed of a definition. */
interface Computed {
  readonly survey: ChartSurvey;
  readonly states: DiagramLayout;
  readonly rates: DiagramLayout;
  readonly events: DiagramLayout;
  readonly full: DiagramLayout;
}

/** Computed once for each definition, and released with it: counts do not change it. What failed is tried again. */
const computed = new WeakMap<ChartDefinition, Map<string, Promise<unknown>>>();

function useShown<K extends keyof Computed>(
  source: Source,
  key: string | undefined,
  what: K | undefined,
  generation: number,
): Answer<Computed[K]> {
  const { value, error } = useAnswer(() => {
    if (key === undefined || what === undefined) return undefined;
    return source
      .definition(key)
      .then(async (definition) => ({ key, what, found: await knownOf(definition, what) }));
  }, [source, key, what, generation]);
  // The last answer stays while another one is awaited; it may be of another chart.
  const isOfThis = value?.key === key && value?.what === what;
  return { value: isOfThis ? value?.found : undefined, error };
}

function knownOf<K extends keyof Computed>(definition: ChartDefinition, what: K): Promise<Computed[K]> {
  const known = computed.get(definition) ?? new Map<string, Promise<unknown>>();
  computed.set(definition, known);
  let promise = known.get(what);
  if (promise === undefined) {
    promise = compute(definition, what);
    known.set(what, promise);
    promise.catch(() => known.delete(what));
  }
  return promise as Promise<Computed[K]>;
}

async function compute(definition: ChartDefinition, what: 'survey' | ChartDetail): Promise<unknown> {
  const { config, undrawn } = definition;
  if (undrawn !== undefined) throw new Error(undrawn);
  if (what === 'survey') return (await import('../chart-survey.js')).surveyConfig(config);
  return layoutOf(definition, what);
}
