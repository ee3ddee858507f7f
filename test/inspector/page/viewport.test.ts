import { describe, expect, it } from '@jest/globals';

import {
  centredAt,
  isZoomed,
  panBy,
  viewAfterKey,
  wheelFactor,
  wholeOf,
  withArea,
  zoomAt,
  type View,
} from '../../../src/inspector/page/logic/viewport.js';

const CHART = { width: 1000, height: 500 };
const FRAME = { width: 520, height: 400 };
const WHOLE = wholeOf(CHART, FRAME);
const CENTRE = { x: 260, y: 200 };

/** Where a point of the frame is in the chart. */
function chartPoint({ x, y, scale }: View, at: { x: number; y: number }): { x: number; y: number } {
  return { x: x + at.x / scale, y: y + at.y / scale };
}

function zoomed(factor = 4): View {
  const view = zoomAt(WHOLE, factor, CENTRE, CHART, FRAME);
  if (view === null) throw new Error('it is the whole chart');
  return view;
}

describe('what a frame shows of a chart', () => {
  it('the whole chart is in the middle of the frame, with a margin, and not enlarged beyond what is legible', () => {
    expect(WHOLE.scale).toBe(0.5);
    expect(chartPoint(WHOLE, CENTRE)).toEqual({ x: 500, y: 250 });
    expect(wholeOf({ width: 10, height: 10 }, FRAME).scale).toBeLessThan(2);
  });

  it('a zoom keeps what is under the pointer where it is', () => {
    const at = { x: 130, y: 90 };
    const view = zoomAt(WHOLE, 2, at, CHART, FRAME);
    expect(view).not.toBeNull();
    expect(chartPoint(view ?? WHOLE, at)).toEqual(chartPoint(WHOLE, at));
  });

  it('a zoom ends at the whole chart, and at a largest size', () => {
    expect(zoomAt(zoomed(), 0.01, CENTRE, CHART, FRAME)).toBeNull();
    const view = zoomed(1e6);
    expect(zoomAt(view, 2, CENTRE, CHART, FRAME)?.scale).toBe(view.scale);
    expect(isZoomed(view, CHART, FRAME)).toBe(true);
    expect(isZoomed(WHOLE, CHART, FRAME)).toBe(false);
  });

  it('a drag moves the chart with the pointer, and cannot lose it', () => {
    const view = zoomed();
    expect(panBy(view, 20, -10, CHART, FRAME)).toEqual({ ...view, x: view.x - 10, y: view.y + 5 });
    const far = panBy(view, -1e6, -1e6, CHART, FRAME);
    expect(chartPoint(far, CENTRE)).toEqual({ x: 1000, y: 500 });
  });

  it('an area comes into view, and the chart stays where the area is seen already', () => {
    const view = zoomed();
    expect(withArea(view, { x: 480, y: 240, width: 40, height: 20 }, CHART, FRAME)).toBe(view);
    const moved = withArea(view, { x: 900, y: 450, width: 40, height: 20 }, CHART, FRAME);
    expect(chartPoint(moved, CENTRE)).toEqual({ x: 920, y: 460 });
    expect(chartPoint(centredAt(view, { x: 10, y: 20 }, CHART, FRAME), CENTRE)).toEqual({ x: 10, y: 20 });
  });

  it('keys enlarge, shrink, move and show the whole chart', () => {
    const view = zoomed();
    const after = (key: string): View | null | undefined => viewAfterKey(key, view, CENTRE, CHART, FRAME);
    expect(after('+')?.scale).toBeGreaterThan(view.scale);
    expect(after('-')?.scale).toBeLessThan(view.scale);
    expect(after('0')).toBeNull();
    expect(after('ArrowRight')?.x).toBeGreaterThan(view.x);
    expect(after('ArrowLeft')?.x).toBeLessThan(view.x);
    expect(after('ArrowDown')?.y).toBeGreaterThan(view.y);
    expect(after('ArrowUp')?.y).toBeLessThan(view.y);
    expect(after('q')).toBeUndefined();
  });

  it('a turn of the wheel enlarges in small steps, by lines as by pixels', () => {
    const turn = { deltaY: -100, deltaMode: 0, ctrlKey: false };
    expect(wheelFactor(turn)).toBeGreaterThan(1);
    expect(wheelFactor({ ...turn, deltaY: -1e6 })).toBeLessThan(1.5);
    expect(wheelFactor({ ...turn, deltaY: 100 })).toBeCloseTo(1 / wheelFactor(turn));
    expect(wheelFactor({ ...turn, deltaY: -3, deltaMode: 1 })).toBeCloseTo(
      wheelFactor({ ...turn, deltaY: -48 }),
    );
  });
});
