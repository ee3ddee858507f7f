import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';

import { formatClock, formatCount } from '../logic/format.js';
import { stacked, type StateLayer } from '../logic/state-areas.js';
import { watchColours } from '../logic/theme.js';

interface AreaPlotProps {
  readonly library: typeof uPlot;
  readonly label: string;
  readonly at: readonly number[];
  /** The first one is at the bottom. */
  readonly layers: readonly StateLayer[];
  /** A time that is marked with a line. */
  readonly marked: number | null;
  /** Called with the place of the point under the pointer. */
  readonly look: (index: number | null) => void;
  readonly pick: (at: number) => void;
}

const HEIGHT = 112;
const FONT = '11px system-ui, sans-serif';

/** The variable of a layer's colour in `colours.css`. */
export function colourVariable(colour: number | null): string {
  return colour === null ? '--series-other' : `--series-${colour + 1}`;
}

/** Layers that stand on each other over time. */
export function AreaPlot(props: AreaPlotProps): ComponentChildren {
  const { library, label, at, layers } = props;
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const [themes, setThemes] = useState(0);
  useEffect(() => watchColours(() => setThemes((count) => count + 1)), []);
  // A plot has its layers and colours for life; only numbers and sizes change.
  const kind = JSON.stringify(layers.map(({ state, colour }) => [state, colour]));
  useEffect(() => {
    if (frame.current === null) return undefined;
    const made = makePlot(library, frame.current, latest);
    plot.current = made;
    const observer = new ResizeObserver(([entry]) => {
      made.setSize({ width: Math.max(120, entry?.contentRect.width ?? 0), height: HEIGHT });
    });
    observer.observe(frame.current);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [library, kind, themes]);
  useEffect(() => {
    plot.current?.setData(dataOf(latest.current));
  }, [library, at, layers, kind, themes]);
  useEffect(() => {
    plot.current?.redraw(false);
  }, [props.marked]);
  return <div class="area-plot" ref={frame} role="img" aria-label={label} />;
}

/* Drawn from the highest edge down, each to the ground: what is not covered by the next one is its layer. */
function dataOf({ at, layers }: AreaPlotProps): uPlot.AlignedData {
  return [
    [...at],
    ...stacked(layers)
      .map((edge) => [...edge])
      .reverse(),
  ] as uPlot.AlignedData;
}

function makePlot(
  library: typeof uPlot,
  frame: HTMLElement,
  latest: { readonly current: AreaPlotProps },
): uPlot {
  const style = getComputedStyle(document.documentElement);
  const colour = (variable: string): string => style.getPropertyValue(variable).trim();
  const line = { stroke: colour('--line'), width: 1 };
  const axis = { font: FONT, stroke: colour('--soft'), ticks: { show: false } };
  const options: uPlot.Options = {
    width: Math.max(120, frame.clientWidth),
    height: HEIGHT,
    ms: 1,
    padding: [8, 28, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { setScale: false, x: false, y: false } },
    scales: {
      x: { range: (_, least, most) => [least, most] },
      y: { range: (_, _least, most) => [0, Math.max(1, most)] },
    },
    axes: [
      {
        ...axis,
        size: 20,
        gap: 3,
        space: 90,
        grid: { show: false },
        values: (_, times) => times.map(formatClock),
      },
      {
        ...{ ...axis, size: 52, gap: 4, space: 28, grid: line, incrs: COUNTS },
        values: (_, counts) => counts.map(formatCount),
      },
    ],
    series: [
      {},
      ...latest.current.layers.toReversed().map((layer) => ({
        label: layer.state,
        fill: colour(colourVariable(layer.colour)),
        width: 0,
        points: { show: false },
      })),
    ],
    hooks: {
      draw: [
        (drawn) => {
          if (latest.current.marked !== null) mark(drawn, latest.current.marked, colour('--ink'));
        },
      ],
      setCursor: [
        ({ cursor: { idx, left = -1 } }) => {
          latest.current.look(left < 0 ? null : (idx ?? null));
        },
      ],
    },
  };
  const plot = new library(options, dataOf(latest.current), frame);
  plot.over.addEventListener('click', () => {
    const { left = -1 } = plot.cursor;
    if (left >= 0) latest.current.pick(Math.round(plot.posToVal(left, 'x')));
  });
  return plot;
}

/** Steps of the axis of counts: there are no halves of an actor. */
const COUNTS = [1, 10, 100, 1000, 10_000, 100_000].flatMap((power) => [power, 2 * power, 5 * power]);

function mark(plot: uPlot, time: number, colour: string): void {
  const { ctx, bbox } = plot;
  const x = Math.round(plot.valToPos(time, 'x', true));
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  ctx.save();
  ctx.fillStyle = colour;
  ctx.fillRect(x - 1, bbox.top, 2, bbox.height);
  ctx.restore();
}
