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
import type { Trace } from '../logic/trace.js';
import { ChartPane } from './chart-pane.jsx';

interface ChartProps {
  readonly layout: DiagramLayout;
  /** How many actors are in each state, by path; absent where that is not shown. */
  readonly counts?: ReadonlyMap<string, number>;
  /** The plural of what the actors are called. */
  readonly noun?: string;
  readonly trace?: Trace | undefined;
  readonly selected?: string | undefined;
  readonly onPick?: (path: string) => void;
  /** Shown beside the buttons of the pane. */
  readonly tools?: ComponentChildren;
}

/** A live chart. The shapes of an SVG document are drawn once; counts and highlights change. */
export function Chart(props: ChartProps): ComponentChildren {
  const { layout, trace, selected, tools } = props;
  const { below, above } = useMemo(() => {
    const drawing = drawingOf(layout);
    return { below: draw(drawing.below), above: draw(drawing.above) };
  }, [layout]);
  const lit = layout.states.filter(({ path, kind }) => {
    return kind !== 'any' && (trace === undefined ? path === selected : trace.active.has(path));
  });
  return (
    <ChartPane layout={layout} focus={lit.at(-1)} tools={tools}>
      <g aria-hidden="true">{below}</g>
      {trace !== undefined && <TraceMarks layout={layout} trace={trace} />}
      <g aria-hidden="true">{above}</g>
      <g>
        {layout.states.map((state) => {
          if (state.kind === 'any') return null;
          return <StateMark key={state.path} state={state} {...markOf(state, props)} />;
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

interface Mark {
  readonly label: string;
  readonly count: number | undefined;
  readonly isSelected: boolean;
  readonly onPick: ((path: string) => void) | undefined;
}

function markOf({ path }: PlacedState, props: ChartProps): Mark {
  const { counts, noun = 'actors', trace, selected, onPick } = props;
  const count = counts === undefined ? undefined : (counts.get(path) ?? 0);
  const what = [
    path,
    ...(count === undefined ? [] : [`${formatCount(count)} ${count === 1 ? noun.replace(/s$/, '') : noun}`]),
    ...(trace === undefined ? [] : [standingOf(path, trace)]),
  ].filter((part) => part !== '');
  return { label: what.join(', '), count, isSelected: selected === path, onPick };
}

function standingOf(path: string, { active, visited }: Trace): string {
  if (active.has(path)) return 'current state';
  return visited.has(path) ? 'visited' : '';
}

function StateMark({
  state,
  label,
  count,
  isSelected,
  onPick,
}: Mark & { readonly state: PlacedState }): ComponentChildren {
  const { x, y, width, height, path, kind, tooltip } = state;
  const inner = (
    <>
      <title>{tooltip}</title>
      <rect class="hit" x={x} y={y} width={width} height={isOuter(kind) ? TEXT.titleHeight : height} rx={7} />
      {count !== undefined && (
        <text class={count === 0 ? 'count none' : 'count'} x={x + width - 9} y={y + TEXT.baseline}>
          {formatCount(count)}
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

function TraceMarks({
  layout,
  trace,
}: {
  readonly layout: DiagramLayout;
  readonly trace: Trace;
}): ComponentChildren {
  return (
    <g aria-hidden="true">
      {layout.states.map(({ kind, path, x, y, width, height }) => {
        const standing = trace.active.has(path) ? 'active' : trace.visited.has(path) ? 'visited' : null;
        if (standing === null || kind === 'any') return null;
        const place = isOuter(kind) ? 'outer' : 'inner';
        return (
          <rect key={path} class={`${standing} ${place}`} x={x} y={y} width={width} height={height} rx={7} />
        );
      })}
      {layout.arrows.map(({ points }, i) => {
        const when = trace.arrows.get(i);
        if (when === undefined) return null;
        return <path key={i} class={`taken ${when}`} d={routeOf(points)} marker-end={`url(#head-${when})`} />;
      })}
    </g>
  );
}
