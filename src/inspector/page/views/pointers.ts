import { useRef } from 'preact/hooks';

import type { Point } from '../../diagram/drawing.js';

/** What pointers do to a drawing. Lengths are pixels of the frame. */
export interface PointerMoves {
  readonly pan: (dx: number, dy: number) => void;
  readonly zoom: (factor: number, at: Point) => void;
}

interface PointerHandlers {
  readonly onPointerDown: (event: PointerEvent) => void;
  readonly onPointerMove: (event: PointerEvent) => void;
  readonly onPointerUp: (event: PointerEvent) => void;
  readonly onPointerCancel: (event: PointerEvent) => void;
}

/** A pointer that moves less than that, in pixels, clicks. */
const CLICK = 4;

/** One pointer that is pressed drags; two pinch. A click stays a click. */
export function usePointers(
  frame: { readonly current: HTMLElement | null },
  { pan, zoom }: PointerMoves,
): PointerHandlers {
  const pressed = useRef(new Map<number, Point>());
  const begin = useRef<Point | null>(null);
  const release = (event: PointerEvent): void => {
    pressed.current.delete(event.pointerId);
    begin.current = null;
  };
  return {
    onPointerDown: (event) => {
      if (event.button !== 0) return;
      pressed.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      begin.current = { x: event.clientX, y: event.clientY };
    },
    onPointerMove: (event) => {
      const last = pressed.current.get(event.pointerId);
      const element = frame.current;
      if (last === undefined || element === null) return;
      const now = { x: event.clientX, y: event.clientY };
      // Captured only once it drags: a captured pointer does not click what is beneath it.
      if (!element.hasPointerCapture(event.pointerId)) {
        if (begin.current === null || distance(begin.current, now) < CLICK) return;
        element.setPointerCapture(event.pointerId);
      }
      pressed.current.set(event.pointerId, now);
      const [other] = [...pressed.current].filter(([id]) => id !== event.pointerId);
      if (other === undefined) {
        pan(now.x - last.x, now.y - last.y);
        return;
      }
      const { left, top } = element.getBoundingClientRect();
      const [, still] = other;
      const factor = distance(still, now) / Math.max(1, distance(still, last));
      zoom(factor, { x: (now.x + still.x) / 2 - left, y: (now.y + still.y) / 2 - top });
    },
    onPointerUp: release,
    onPointerCancel: release,
  };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
