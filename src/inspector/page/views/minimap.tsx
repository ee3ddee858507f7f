import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';

import type { Area, DiagramLayout } from '../../diagram/drawing.js';
import { centredAt, type Size, type View } from '../logic/viewport.js';

interface MinimapProps {
  readonly layout: DiagramLayout;
  readonly view: View;
  readonly frame: Size;
  readonly focus: Area | undefined;
  readonly show: (view: View) => void;
}

/** As much of the frame as the map takes at the most. */
const PART = 0.24;
const LARGEST = { width: 190, height: 120 };

/** The whole chart in small, with a mark around what is seen; a press or a drag leads there. */
export function Minimap({ layout, view, frame, focus, show }: MinimapProps): ComponentChildren {
  const map = useRef<SVGSVGElement>(null);
  const scale = Math.min(
    Math.min(LARGEST.width, frame.width * PART) / layout.width,
    Math.min(LARGEST.height, frame.height * PART) / layout.height,
  );
  const lead = (event: PointerEvent): void => {
    if (map.current === null) return;
    const { left, top } = map.current.getBoundingClientRect();
    const at = { x: (event.clientX - left) / scale, y: (event.clientY - top) / scale };
    show(centredAt(view, at, layout, frame));
  };
  const seen = clipped(
    { x: view.x, y: view.y, width: frame.width / view.scale, height: frame.height / view.scale },
    layout,
  );
  return (
    <svg
      class="minimap"
      role="img"
      aria-label="Map of the chart"
      ref={map}
      width={layout.width * scale}
      height={layout.height * scale}
      viewBox={`0 0 ${String(layout.width)} ${String(layout.height)}`}
      onPointerDown={(event) => {
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
        lead(event);
      }}
      onPointerMove={(event) => {
        event.stopPropagation();
        if (event.currentTarget.hasPointerCapture(event.pointerId)) lead(event);
      }}
    >
      {layout.states.map(({ path, kind, x, y, width, height }) => (
        <rect key={`${kind} ${path}`} class={`map-${kind}`} x={x} y={y} width={width} height={height} />
      ))}
      {focus !== undefined && <rect class="map-focus" {...areaOf(focus)} />}
      <rect class="map-seen" {...seen} />
    </svg>
  );
}

function areaOf({ x, y, width, height }: Area): Area {
  return { x, y, width, height };
}

function clipped({ x, y, width, height }: Area, chart: Size): Area {
  const [left, top] = [Math.max(0, x), Math.max(0, y)];
  return {
    x: left,
    y: top,
    width: Math.max(0, Math.min(chart.width, x + width) - left),
    height: Math.max(0, Math.min(chart.height, y + height) - top),
  };
}
