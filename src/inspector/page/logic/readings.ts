import type { Minute, Second, SessionRole } from '../../model/traffic-shapes.js';

/** The last minute of both roles; `null` for one that was not seen. */
export type Minutes = Readonly<Record<SessionRole, Minute | null>>;

const MINUTE = 60;

/** A number with a short history. */
export interface Tile {
  readonly name: TileName;
  readonly value: number | null;
  /** Oldest first; a gap is `null`. */
  readonly series: readonly (number | null)[];
  readonly isError: boolean;
}

/** The tiles of the status strip, from left to right. */
export type TileName =
  'connections' | 'requests' | 'busy' | 'waiting' | 'p50' | 'p99' | 'failed' | 'errors' | 'queued';

/** The numbers of the strip; a queue only where there are pools. */
export function tilesOf({ seconds, p50, p99 }: Minute): readonly Tile[] {
  const series = (name: keyof Second): (number | null)[] => seconds.map((second) => second[name]);
  const last = (name: keyof Second): number | null => seconds.at(-1)?.[name] ?? null;
  const plain = (name: Exclude<TileName, 'p50' | 'p99'>): Tile => ({
    ...{ name, value: last(name), series: series(name), isError: false },
  });
  const summed = (name: 'failed' | 'errors'): Tile => {
    const value = sum(series(name));
    return { name, value, series: series(name), isError: value !== null && value > 0 };
  };
  return [
    ...[plain('connections'), plain('requests'), plain('busy'), plain('waiting')],
    { name: 'p50', value: p50, series: series('p50'), isError: false },
    { name: 'p99', value: p99, series: series('p99'), isError: false },
    ...[summed('failed'), summed('errors')],
    ...(seconds.some(({ queued }) => queued !== null) ? [plain('queued')] : []),
  ];
}

function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}

/** The role that is shown: the chosen one where there are both, and otherwise the one that there is. */
export function shownRole({ server, client }: Minutes, chosen: string | undefined): SessionRole | undefined {
  if (server !== null && (client === null || chosen !== 'client')) return 'server';
  return client === null ? undefined : 'client';
}

/** The path of a line through values, in a box; a gap interrupts it. Empty where there are no values. */
export function sparkline(
  values: readonly (number | null)[],
  { width, height }: { readonly width: number; readonly height: number },
  slots: number = MINUTE,
): string {
  const most = Math.max(1, ...values.map((value) => value ?? 0));
  const begin = slots - values.length;
  let isDrawing = false;
  return values
    .map((value, i) => {
      if (value === null) {
        isDrawing = false;
        return '';
      }
      const x = ((begin + i) / (slots - 1)) * width;
      const y = height - (value / most) * height;
      const command = isDrawing ? 'L' : 'M';
      isDrawing = true;
      return `${command}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}
