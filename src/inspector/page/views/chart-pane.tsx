import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import type { Area, DiagramLayout } from '../../diagram/drawing.js';

interface ChartPaneProps {
  readonly layout: DiagramLayout;
  /** The area to show; the pane scrolls to it when it changes. */
  readonly focus: Area | undefined;
  readonly tools?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** Below this scale the text of a chart is too small to read. */
const READABLE = 0.72;
const LARGEST_FIT = 1.15;
const STEP = 1.25;
const MARGIN = 16;
/** The tools cover the lower edge. */
const TOOLS = 56;

/** The scrolling frame of a chart. It shows the whole chart, or its whole width, if the text stays readable. */
export function ChartPane({ layout, focus, tools, children }: ChartPaneProps): ComponentChildren {
  const frame = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 800, height: 600 });
  const [zoom, setZoom] = useState<number | 'width' | 'whole' | 'best'>('best');
  useEffect(() => watchSize(frame.current, setSize), []);
  const scale = typeof zoom === 'number' ? zoom : fit(layout, size, zoom);
  useEffect(() => {
    if (focus !== undefined && frame.current !== null) scrollTo(frame.current, focus, scale);
  }, [focus, scale, size]);
  const zoomBy = (factor: number) => () => {
    setZoom(Math.min(3, Math.max(0.2, scale * factor)));
  };
  return (
    <div class="chart-pane">
      <div class="chart-tools">
        {tools}
        <button type="button" aria-label="Zoom out" onClick={zoomBy(1 / STEP)}>
          −
        </button>
        <output aria-label="Zoom">{Math.round(scale * 100)}%</output>
        <button type="button" aria-label="Zoom in" onClick={zoomBy(STEP)}>
          +
        </button>
        <button type="button" onClick={() => setZoom('width')}>
          Fit width
        </button>
        <button type="button" onClick={() => setZoom('whole')}>
          Whole chart
        </button>
      </div>
      {/* Focusable, so that the keyboard can scroll it. */}
      <div class="chart-frame" ref={frame} tabIndex={0} role="region" aria-label={layout.name}>
        <svg
          class="chart"
          role="group"
          aria-label={layout.name}
          viewBox={`0 0 ${layout.width} ${layout.height}`}
          width={layout.width * scale}
          height={layout.height * scale}
        >
          <Heads />
          {children}
        </svg>
      </div>
    </div>
  );
}

function Heads(): ComponentChildren {
  return (
    <defs>
      {['head', 'head-before', 'head-last'].map((id) => (
        <marker
          key={id}
          id={id}
          viewBox="0 0 10 10"
          refX="9"
          refY="5"
          markerWidth="8"
          markerHeight="8"
          markerUnits="userSpaceOnUse"
          orient="auto"
        >
          <path class={id} d="M0 0 10 5 0 10z" />
        </marker>
      ))}
    </defs>
  );
}

type Size = Pick<Area, 'width' | 'height'>;

function fit(layout: Size, frame: Size, to: 'width' | 'whole' | 'best'): number {
  const byWidth = (frame.width - MARGIN) / layout.width;
  const whole = Math.min(LARGEST_FIT, byWidth, (frame.height - MARGIN) / layout.height);
  if (to === 'whole') return whole;
  if (to === 'width') return Math.min(LARGEST_FIT, byWidth);
  return whole >= READABLE ? whole : Math.min(LARGEST_FIT, Math.max(byWidth, READABLE));
}

function watchSize(element: Element | null, report: (size: Size) => void): () => void {
  if (element === null) return () => undefined;
  const observer = new ResizeObserver(() => {
    report({ width: element.clientWidth, height: element.clientHeight });
  });
  observer.observe(element);
  return () => {
    observer.disconnect();
  };
}

/** Scrolls no further than needed: movement distracts. */
function scrollTo(frame: HTMLElement, { x, y, width, height }: Area, scale: number): void {
  const near = (from: number, length: number, at: number, visible: number): number =>
    from < at || from + length > at + visible ? from + length / 2 - visible / 2 : at;
  frame.scrollTo({
    left: near(x * scale, width * scale, frame.scrollLeft, frame.clientWidth),
    top: near(y * scale, height * scale, frame.scrollTop, frame.clientHeight - TOOLS),
  });
}
