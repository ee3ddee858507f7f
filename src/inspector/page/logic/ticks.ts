import type { Span } from './span.js';

/** A time that is written at a timeline. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The distances that people read clocks by. */
const DISTANCES = [
  ...[10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12, 24].map((count) => count * HOUR),
];

/** The least distance of two labels, in pixels. */
const LABEL_WIDTH = 84;

/** The clock times that are written at a range of that many pixels: round ones, in the time zone of the browser. */
export function ticksOf({ from, to }: Span, width: number): readonly Tick[] {
  const most = Math.max(1, Math.floor(width / LABEL_WIDTH));
  const distance = DISTANCES.find((one) => (to - from) / one <= most) ?? 24 * HOUR;
  const zone = new Date(from).getTimezoneOffset() * MINUTE;
  const first = Math.ceil((from - zone) / distance) * distance + zone;
  const count = Math.max(0, Math.floor((to - first) / distance) + 1);
  return Array.from({ length: count }, (_, i) => {
    const at = first + i * distance;
    return { at, label: clockText(at, distance) };
  });
}

/** A clock time as exact as the distance to the next one. */
function clockText(at: number, distance: number): string {
  const time = new Date(at);
  const pad = (part: number, length = 2): string => String(part).padStart(length, '0');
  const minutes = `${pad(time.getHours())}:${pad(time.getMinutes())}`;
  if (distance >= MINUTE) return minutes;
  const seconds = `${minutes}:${pad(time.getSeconds())}`;
  return distance >= SECOND ? seconds : `${seconds}.${pad(time.getMilliseconds(), 3).slice(0, 2)}`;
}
