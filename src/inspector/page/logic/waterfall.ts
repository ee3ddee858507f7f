import type { RequestRow } from '../../model/traffic-shapes.js';

/** What a request spends its time on, in the order of the legend. */
export const PHASES = ['head', 'waiting', 'body', 'sending'] as const;

/** One of {@link PHASES}. */
export type Phase = (typeof PHASES)[number];

/** A part of a bar, in shares of the scale: from 0 to 1. */
export interface Segment {
  readonly phase: Phase;
  readonly from: number;
  readonly to: number;
}

/** The bar of a request. */
export interface Bar {
  /** Below the others, as the body arrives while the handler works. */
  readonly segments: readonly Segment[];
  /** Whether the request took longer than the scale has room for. */
  readonly isCut: boolean;
}

/** The bar of a request on a scale of so many milliseconds. */
export function barOf({ phases, duration }: Pick<RequestRow, 'phases' | 'duration'>, scale: number): Bar {
  const { head, waiting, body, sending } = phases;
  const spans: readonly (readonly [phase: Phase, from: number, length: number])[] = [
    ['head', 0, head],
    ['waiting', head, waiting],
    ['body', head, body],
    ['sending', head + waiting, sending],
  ];
  const place = (time: number): number => Math.min(1, time / scale);
  const segments = spans
    .filter(([, from, length]) => length > 0 && from < scale)
    .map(([phase, from, length]) => ({ phase, from: place(from), to: place(from + length) }));
  return { segments, isCut: Math.max(duration, head + waiting + sending, head + body) > scale };
}

const LEAST_MS = 1;

/** A few requests that took very long must not make the others invisible: their bars may be cut. */
const SHARE = 0.95;

/** But they set the scale to a part of what they took, so that moderate ones beside them can be told apart. */
const LARGEST_CUT = 10;

/**
 * The scale that durations are drawn on, in milliseconds, a round number. It stays as it is while the durations suit it, so
 * that bars do not change their lengths with each request.
 */
export function scaleFor(durations: readonly number[], last: number | null): number {
  const sorted = durations.toSorted((a, b) => a - b);
  const most = sorted.at(-1) ?? 0;
  const usual = sorted[Math.ceil(sorted.length * SHARE) - 1] ?? 0;
  const wanted = roundUp(Math.max(LEAST_MS, usual, most / LARGEST_CUT));
  if (last === null || wanted > last) return wanted;
  return wanted * 4 < last ? wanted : last;
}

/** To 1, 2 or 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= value) ?? 10;
  return step * power;
}
