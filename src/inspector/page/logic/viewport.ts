import type { Area, Point } from '../../diagram/drawing.js';

/*
 * Which part of a chart a frame shows. Lengths within the chart and within the frame are pixels; the scale leads from the
 * first to the second.
 */

/** A width and a height. */
export type Size = Pick<Area, 'width' | 'height'>;

/** What is seen: the point of the chart in the upper left corner of the frame, and how large it is drawn. */
export interface View extends Point {
  readonly scale: number;
}

/** Around the whole chart, in pixels of the frame. */
const MARGIN = 10;
const LARGEST_FIT = 1.4;
const LARGEST = 4;

/** How much one press of a button or key enlarges. */
export const ZOOM_STEP = 1.25;

/** How far an arrow key moves, as a part of the frame. */
const PAN_STEP = 0.15;

/** Names in a chart can be read down to that scale. */
const READABLE = 0.75;

/** How high a frame must be for the whole chart to be readable in it, in pixels. */
export function readableHeight(chart: Size, width: number): number {
  const scale = Math.min(READABLE, Math.max(0.01, (width - 2 * MARGIN) / Math.max(1, chart.width)));
  return Math.ceil(chart.height * scale) + 2 * MARGIN;
}

/** The whole chart, in the middle of the frame. */
export function wholeOf(chart: Size, frame: Size): View {
  const scale = Math.min(
    LARGEST_FIT,
    Math.max(0.01, (frame.width - 2 * MARGIN) / Math.max(1, chart.width)),
    Math.max(0.01, (frame.height - 2 * MARGIN) / Math.max(1, chart.height)),
  );
  return {
    scale,
    x: (chart.width - frame.width / scale) / 2,
    y: (chart.height - frame.height / scale) / 2,
  };
}

/** Whether a part of the chart is outside of the frame. */
export function isZoomed(view: View, chart: Size, frame: Size): boolean {
  return view.scale > wholeOf(chart, frame).scale * 1.01;
}

/**
 * Enlarges, and keeps what is at a point of the frame where it is.
 *
 * @returns `null` for the whole chart: nothing smaller is shown
 */
export function zoomAt(view: View, factor: number, at: Point, chart: Size, frame: Size): View | null {
  const scale = Math.min(LARGEST, view.scale * factor);
  if (scale <= wholeOf(chart, frame).scale * 1.01) return null;
  const x = view.x + at.x / view.scale - at.x / scale;
  const y = view.y + at.y / view.scale - at.y / scale;
  return bounded({ scale, x, y }, chart, frame);
}

/** Moves by pixels of the frame. The middle of the frame stays on the chart, so that it cannot be lost. */
export function panBy(view: View, dx: number, dy: number, chart: Size, frame: Size): View {
  const { x, y, scale } = view;
  return bounded({ scale, x: x - dx / scale, y: y - dy / scale }, chart, frame);
}

/** Moves so that a point of the chart is in the middle. */
export function centredAt({ scale }: View, { x, y }: Point, chart: Size, frame: Size): View {
  return bounded({ scale, x: x - frame.width / scale / 2, y: y - frame.height / scale / 2 }, chart, frame);
}

/** Moves no further than needed, so that an area is seen; movement distracts. */
export function withArea(view: View, area: Area, chart: Size, frame: Size): View {
  const near = (from: number, length: number, at: number, visible: number): number =>
    from < at || from + length > at + visible ? from + length / 2 - visible / 2 : at;
  const x = near(area.x, area.width, view.x, frame.width / view.scale);
  const y = near(area.y, area.height, view.y, frame.height / view.scale);
  return x === view.x && y === view.y ? view : bounded({ ...view, x, y }, chart, frame);
}

/** What a key does to a view; `undefined` for one that does nothing. */
export function viewAfterKey(
  key: string,
  view: View,
  centre: Point,
  chart: Size,
  frame: Size,
): View | null | undefined {
  const pan = (x: number, y: number): View =>
    panBy(view, x * PAN_STEP * frame.width, y * PAN_STEP * frame.height, chart, frame);
  switch (key) {
    case '+':
    case '=':
      return zoomAt(view, ZOOM_STEP, centre, chart, frame);
    case '-':
      return zoomAt(view, 1 / ZOOM_STEP, centre, chart, frame);
    case '0':
      return null;
    case 'ArrowLeft':
      return pan(1, 0);
    case 'ArrowRight':
      return pan(-1, 0);
    case 'ArrowUp':
      return pan(0, 1);
    case 'ArrowDown':
      return pan(0, -1);
    default:
      return undefined;
  }
}

/** How much a turn of the wheel enlarges. A pinch on a trackpad is one with the control key, in smaller steps. */
export function wheelFactor(event: {
  readonly deltaY: number;
  readonly deltaMode: number;
  readonly ctrlKey: boolean;
}): number {
  const pixels = event.deltaMode === 0 ? event.deltaY : event.deltaY * 16;
  const bound = Math.max(-120, Math.min(120, pixels));
  return Math.exp(-bound * (event.ctrlKey ? 0.01 : 0.002));
}

function bounded({ scale, x, y }: View, chart: Size, frame: Size): View {
  const within = (at: number, length: number, visible: number): number =>
    Math.min(length - visible / 2, Math.max(-visible / 2, at));
  return {
    scale,
    x: within(x, chart.width, frame.width / scale),
    y: within(y, chart.height, frame.height / scale),
  };
}
