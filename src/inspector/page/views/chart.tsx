import { h, type ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';

import {
  drawingOf,
  routeOf,
  TEXT,
  type DiagramLayout,
  type PlacedState,
  type Shape,
} from '../../diagram/drawing.js';
import { formatCount } from '../logic/format.js';
import { liveIn, lookOf, type Look, type Standing } from '../logic/look.js';
import type { Flow, Trace } from '../logic/trace.js';
import { ChartPane } from './chart-pane.jsx';
import { Flashes, Rates } from './flows.jsx';

/** What people may do with a state, and what is shown around the chart. */
export interface ChartProps extends Standing {
  readonly onPick?: ((path: string) => void) | undefined;
  /** How the arrows are taken, by their place in the layout. */
  readonly flows?: ReadonlyMap<number, Flow> | undefined;
  readonly hasRates?: boolean;
  readonly tools?: ComponentChildren;
  readonly legend?: ComponentChildren;
}

/** A live chart. The shapes of an SVG document are drawn once; counts and highlights change. */
export function Chart(props: ChartProps & { readonly layout: DiagramLayout }): ComponentChildren {
  const { layout, trace, selected, counts, flows, hasRates, onPick, tools, legend } = props;
  const { below, above, arrows } = useMemo(() => {
    const drawing = drawingOf(layout);
    return { below: draw(drawing.below), above: draw(drawing.above), arrows: hitsOf(layout) };
  }, [layout]);
  const all = useMemo(() => liveIn(counts), [counts]);
  const states = layout.states.filter(({ kind }) => kind !== 'any');
  const looks = states.map((state) => lookOf(state.path, state.tone, props, all));
  const lit = states.filter(({ path }) => (trace === undefined ? path === selected : trace.active.has(path)));
  return (
    <ChartPane layout={layout} focus={lit.at(-1)} tools={tools} legend={legend}>
      <g aria-hidden="true">{below}</g>
      <g aria-hidden="true">
        {states.map((state, i) => (
          <Fill key={state.path} state={state} look={looks[i]} />
        ))}
        {trace !== undefined && <TakenArrows layout={layout} trace={trace} />}
        {flows !== undefined && <Flashes layout={layout} flows={flows} />}
      </g>
      <g aria-hidden="true">{above}</g>
      <g aria-hidden="true">{arrows}</g>
      {hasRates === true && flows !== undefined && <Rates layout={layout} flows={flows} />}
      <g>
        {states.map((state, i) => {
          const look = looks[i];
          return look && <StateMark key={state.path} state={state} look={look} onPick={onPick} />;
        })}
      </g>
    </ChartPane>
  );
}

/** Without titles: the marks above have their own. */
function draw(shapes: readonly Shape[]): ComponentChildren {
  return shapes
    .filter(({ tag }) => tag !== 'title')
    .map(({ tag, attributes, content }, key) =>
      h(tag, { key, ...attributes }, typeof content === 'string' ? content : draw(content)),
    );
}

/** Wide and unseen ways, so that a pointer on an arrow finds its events. */
function hitsOf({ arrows }: DiagramLayout): ComponentChildren {
  return arrows
    .filter(({ tooltip }) => tooltip !== '')
    .map(({ points, tooltip }, key) => (
      <path key={key} class="arrow-hit" d={routeOf(points)}>
        <title>{tooltip}</title>
      </path>
    ));
}

function Fill({
  state,
  look,
}: {
  readonly state: PlacedState;
  readonly look: Look | undefined;
}): ComponentChildren {
  const { x, y, width, height, kind } = state;
  const place = isOuter(kind) ? 'outer' : 'inner';
  return (
    <rect
      class={`fill ${place} of-${kind} ${look?.classes ?? ''}`}
      x={x}
      y={y}
      width={width}
      height={height}
      rx={7}
    />
  );
}

interface StateMarkProps {
  readonly state: PlacedState;
  readonly look: Look;
  readonly onPick: ((path: string) => void) | undefined;
}

function StateMark({ state, look, onPick }: StateMarkProps): ComponentChildren {
  const { x, y, width, height, path, kind, tooltip } = state;
  const { label, count, ended, isSelected } = look;
  const inner = (
    <>
      <title>{ended > 0 ? `${tooltip}\n${formatCount(ended)} ended here` : tooltip}</title>
      <rect class="hit" x={x} y={y} width={width} height={isOuter(kind) ? TEXT.titleHeight : height} rx={7} />
      {count !== undefined && (
        <text class={count === 0 ? 'count none' : 'count'} x={x + width - 9} y={y + TEXT.baseline}>
          {formatCount(count)}
          {ended > 0 && (
            <tspan class="ended" dx={6}>
              +{formatCount(ended)}
            </tspan>
          )}
        </text>
      )}
    </>
  );
  if (onPick === undefined) {
    return (
      <g role="img" aria-label={label} data-path={path}>
        {inner}
      </g>
    );
  }
  return (
    <g
      role="button"
      // On SVG elements this is an attribute in lower case.
      tabindex={0}
      aria-label={label}
      aria-pressed={isSelected}
      data-path={path}
      class={isSelected ? 'pick selected' : 'pick'}
      onClick={() => {
        onPick(path);
      }}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        onPick(path);
      }}
    >
      {inner}
      <rect class="frame" x={x} y={y} width={width} height={height} rx={7} />
    </g>
  );
}

function isOuter(kind: PlacedState['kind']): boolean {
  return kind === 'group' || kind === 'region';
}

interface TakenArrowsProps {
  readonly layout: DiagramLayout;
  readonly trace: Trace;
}

function TakenArrows({ layout, trace }: TakenArrowsProps): ComponentChildren {
  return layout.arrows.map(({ points }, i) => {
    const when = trace.arrows.get(i);
    if (when === undefined) return null;
    return <path key={i} class={`taken ${when}`} d={routeOf(points)} marker-end={`url(#head-${when})`} />;
  });
}
