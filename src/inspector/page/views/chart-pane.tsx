import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import type { Area, DiagramLayout, Point } from '../../diagram/drawing.js';
import { watchSize } from '../hooks/size.js';
import {
  isZoomed,
  panBy,
  readableHeight,
  viewAfterKey,
  wheelFactor,
  wholeOf,
  withArea,
  zoomAt,
  ZOOM_STEP,
  type Size,
  type View,
} from '../logic/viewport.js';
import { Minimap } from './minimap.jsx';
import { usePointers } from './pointers.js';

interface ChartPaneProps {
  readonly layout: DiagramLayout;
  /** The area to keep in view while the chart is enlarged; buttons and keys enlarge around it. */
  readonly focus: Area | undefined;
  /** Shown in the row above, before the buttons for the size. */
  readonly tools?: ComponentChildren;
  /** Shown in a row below. */
  readonly legend?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** Below this scale what is written at the arrows cannot be read, and is left out. */
const READABLE_LABELS = 0.5;

/** The frame of a chart. It shows the whole chart, until people enlarge it: by wheel, pinch, keys or buttons. */
export function ChartPane({ layout, focus, tools, legend, children }: ChartPaneProps): ComponentChildren {
  const frame = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Size>({ width: 800, height: 600 });
  const [chosen, setChosen] = useState<View | null>(null);
  // Where people have moved it themselves, the chart stays.
  const [isHeld, setHeld] = useState(false);
  useEffect(
    () =>
      watchSize(frame.current, ({ width, height }) =>
        setSize({ width: Math.max(1, width), height: Math.max(1, height) }),
      ),
    [],
  );
  useEffect(() => {
    setChosen(null);
  }, [layout]);
  const whole = wholeOf(layout, size);
  const view = chosen !== null && isZoomed(chosen, layout, size) ? chosen : whole;
  const isWhole = view === whole;
  const centre: Point =
    focus === undefined
      ? { x: size.width / 2, y: size.height / 2 }
      : {
          x: (focus.x + focus.width / 2 - view.x) * view.scale,
          y: (focus.y + focus.height / 2 - view.y) * view.scale,
        };
  const show = (next: View | null, isByHand: boolean): void => {
    setChosen(next);
    setHeld(next !== null && isByHand);
  };
  useEffect(() => {
    if (focus !== undefined && !isWhole && !isHeld) setChosen(withArea(view, focus, layout, size));
  }, [focus?.x, focus?.y, size]);
  const pointers = usePointers(frame, {
    pan: (dx, dy) => {
      if (!isWhole) show(panBy(view, dx, dy, layout, size), true);
    },
    zoom: (factor, at) => {
      show(zoomAt(view, factor, at, layout, size), true);
    },
  });
  useWheel(frame, (event, at) => {
    show(zoomAt(view, wheelFactor(event), at, layout, size), true);
  });
  const zoomBy = (factor: number) => () => {
    show(zoomAt(view, factor, centre, layout, size), false);
  };
  return (
    <div class="chart-pane">
      <div class="chart-tools">
        {tools}
        <span class="zoom" role="group" aria-label="Size of the drawing">
          <button type="button" aria-label="Zoom out" disabled={isWhole} onClick={zoomBy(1 / ZOOM_STEP)}>
            −
          </button>
          <output aria-label="Zoom">{Math.round(view.scale * 100)}%</output>
          <button type="button" aria-label="Zoom in" onClick={zoomBy(ZOOM_STEP)}>
            +
          </button>
          <button type="button" disabled={isWhole} onClick={() => show(null, false)}>
            Whole chart
          </button>
        </span>
      </div>
      {/* Focusable, so that the keyboard can move it. */}
      <div
        class={isWhole ? 'chart-frame' : 'chart-frame movable'}
        ref={frame}
        style={{ '--readable-height': `${readableHeight(layout, size.width)}px` }}
        tabIndex={0}
        role="region"
        aria-label={layout.name}
        title=""
        {...pointers}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          const next = viewAfterKey(event.key, view, centre, layout, size);
          if (next === undefined) return;
          event.preventDefault();
          event.stopPropagation();
          if (next !== null && isWhole && event.key.startsWith('Arrow')) return;
          show(next, event.key.startsWith('Arrow'));
        }}
      >
        <svg
          class={view.scale < READABLE_LABELS ? 'chart far' : 'chart'}
          role="group"
          aria-label={layout.name}
          viewBox={[view.x, view.y, size.width / view.scale, size.height / view.scale].join(' ')}
        >
          <Heads />
          {children}
        </svg>
        {!isWhole && (
          <Minimap
            layout={layout}
            view={view}
            frame={size}
            focus={focus}
            show={(next) => {
              show(next, true);
            }}
          />
        )}
      </div>
      {legend}
    </div>
  );
}

function Heads(): ComponentChildren {
  return (
    <defs>
      {['head', 'head-before', 'head-last', 'head-flash'].map((id) => (
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

/** Calls back with turns of the wheel, and where the pointer is within the frame. The page itself does not scroll. */
function useWheel(
  frame: { readonly current: HTMLElement | null },
  turn: (event: WheelEvent, at: Point) => void,
): void {
  const latest = useRef(turn);
  latest.current = turn;
  useEffect(() => {
    const element = frame.current;
    const listen = (event: WheelEvent): void => {
      event.preventDefault();
      const { left, top } = (event.currentTarget as HTMLElement).getBoundingClientRect();
      latest.current(event, { x: event.clientX - left, y: event.clientY - top });
    };
    element?.addEventListener('wheel', listen, { passive: false });
    return () => {
      element?.removeEventListener('wheel', listen);
    };
  }, []);
}
