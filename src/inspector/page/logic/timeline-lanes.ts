import type { ErrorMark, History } from '../../model/traffic-shapes.js';
import { shareOf, type Division, type Span } from './span.js';

/** The bars of a timeline: paths of a drawing that has one unit for each pixel. */
export interface Bars {
  /** All requests. */
  readonly all: string;
  /** Of these, those that failed, from the bottom. */
  readonly failed: string;
  /** The count that the highest bar stands for. */
  readonly most: number;
}

/** Errors that are one mark, because they are that close. */
export interface MarkGroup {
  /** Where it is, in pixels. */
  readonly x: number;
  /** Oldest first. */
  readonly marks: readonly ErrorMark[];
}

/** The size of a drawing, in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A bar that stands for something is that high, however much others stand for. */
const LOWEST = 2;
/** Between two bars. */
const GAP = 1;
/** Marks that are closer are one. */
const MARK_WIDTH = 8;

/** What is counted in each bar: `at` is when it begins. */
export type Counts = Pick<History, 'at' | 'requests' | 'failed'>;

/** Sums up what a source has counted in shorter stretches of time. */
export function countsIn({ since, until, step }: Division, { at, requests, failed }: Counts): Counts {
  const bars = Math.round((until - since) / step);
  const sums = (counts: readonly number[]): number[] => {
    const sum = new Array<number>(bars).fill(0);
    for (const [i, begin] of at.entries()) {
      const bar = Math.floor((begin - since) / step);
      if (bar >= 0 && bar < bars) sum[bar] = (sum[bar] ?? 0) + (counts[i] ?? 0);
    }
    return sum;
  };
  return {
    at: Array.from({ length: bars }, (_, i) => since + i * step),
    requests: sums(requests),
    failed: sums(failed),
  };
}

/** Draws how many requests there were in each stretch of time. */
export function barsOf(
  { at, requests, failed }: Counts,
  stretch: number,
  span: Span,
  { width, height }: Size,
): Bars {
  const most = Math.max(0, ...requests);
  const path = (counts: readonly number[]): string =>
    counts
      .map((count, i) => {
        const begin = at[i];
        if (count === 0 || begin === undefined) return '';
        const left = shareOf(span, begin) * width;
        const right = shareOf(span, begin + stretch) * width - GAP;
        if (right <= left) return '';
        const top = height - Math.max(LOWEST, (count / most) * height);
        return `M${text(left)} ${height}V${text(top)}H${text(right)}V${height}Z`;
      })
      .join('');
  return { all: path(requests), failed: path(failed), most };
}

/** Draws a line for each of some times within the range, from the top to the bottom. */
export function changeLines(times: readonly number[], span: Span, { width, height }: Size): string {
  const places = times
    .filter((at) => at >= span.from && at <= span.to)
    .map((at) => Math.round(shareOf(span, at) * width));
  return [...new Set(places)].map((x) => `M${x}.5 0V${height}`).join('');
}

/** Errors within the range, where they are on a line of that many pixels. */
export function markGroups(marks: readonly ErrorMark[], span: Span, width: number): readonly MarkGroup[] {
  const groups: { x: number; marks: ErrorMark[] }[] = [];
  for (const mark of marks) {
    if (mark.at < span.from || mark.at > span.to) continue;
    const x = shareOf(span, mark.at) * width;
    const last = groups.at(-1);
    if (last !== undefined && x - last.x < MARK_WIDTH) last.marks.push(mark);
    else groups.push({ x, marks: [mark] });
  }
  return groups;
}

/** The last error before a time. */
export function markBefore(marks: readonly ErrorMark[], at: number): ErrorMark | undefined {
  return marks.findLast((mark) => mark.at < at);
}

/** The first error after a time. */
export function markAfter(marks: readonly ErrorMark[], at: number): ErrorMark | undefined {
  return marks.find((mark) => mark.at > at);
}

function text(pixels: number): string {
  return pixels.toFixed(1);
}
