import type { ComponentChildren } from 'preact';

import {
  SVG_TEXT,
  type Area,
  type DiagramLayout,
  type PlacedState,
  type RoutedArrow,
} from '../../diagram/svg.js';

/** What of a chart does not change: boxes behind the arrows, arrows, and texts before them. */
export function ChartShapes({ layout }: { readonly layout: DiagramLayout }): ComponentChildren {
  return (
    <g aria-hidden="true">
      {layout.states.map((state, i) => (
        <Box key={i} state={state} />
      ))}
      {layout.arrows.map(({ points }, i) => (
        <path key={i} class="arrow" d={wayOf(points)} marker-end="url(#head)" />
      ))}
      {layout.dots.map(({ x, y, width, height }, i) => (
        <circle key={i} class="dot" cx={x + width / 2} cy={y + height / 2} r={width / 2} />
      ))}
    </g>
  );
}

/** The names of states and what they do, and the events of arrows. */
export function ChartTexts({ layout }: { readonly layout: DiagramLayout }): ComponentChildren {
  return (
    <g aria-hidden="true" class="chart-texts">
      {layout.states.map((state, i) => (
        <StateText key={i} state={state} />
      ))}
      {layout.arrows.map((arrow, i) => (
        <EventText key={i} arrow={arrow} />
      ))}
    </g>
  );
}

function Box({ state }: { readonly state: PlacedState }): ComponentChildren {
  const { x, y, width, height, kind, lines } = state;
  return (
    <>
      <rect class={`box ${kind}`} x={x} y={y} width={width} height={height} rx={7} />
      {lines.length > 0 && <path class="rule" d={`M${x} ${y + SVG_TEXT.titleHeight}h${width}`} />}
    </>
  );
}

function StateText({ state }: { readonly state: PlacedState }): ComponentChildren {
  const { x, y, name, lines } = state;
  const left = x + SVG_TEXT.inset;
  return (
    <>
      <text class="name" x={left} y={y + 17}>
        {name}
      </text>
      {lines.map((line, i) => (
        <text key={i} class="line" x={left} y={y + SVG_TEXT.titleHeight + 15 + i * SVG_TEXT.lineHeight}>
          {line}
        </text>
      ))}
    </>
  );
}

function EventText({ arrow }: { readonly arrow: RoutedArrow }): ComponentChildren {
  const { lines, label } = arrow;
  if (lines.length === 0) return null;
  return (
    <>
      <rect class="label" {...areaOf(label)} rx={3} />
      {lines.map((line, i) => (
        <text key={i} class="event" x={label.x + label.width / 2} y={label.y + 12 + i * SVG_TEXT.lineHeight}>
          {line}
        </text>
      ))}
    </>
  );
}

function areaOf({ x, y, width, height }: Area): Area {
  return { x, y, width, height };
}

/** The way of an arrow, as a path of SVG has it. */
export function wayOf([start, ...rest]: RoutedArrow['points']): string {
  if (start === undefined) return '';
  return `M${start.x} ${start.y}L${rest.map(({ x, y }) => `${x} ${y}`).join(' ')}`;
}
