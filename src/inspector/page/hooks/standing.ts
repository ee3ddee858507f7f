import { useEffect, useRef, useState } from 'preact/hooks';

import type { FleetFrame } from '../../model/shapes.js';
import type { Source, SourceStatus } from '../../model/source.js';

/** How the source of the page is. */
export interface Standing {
  readonly status: SourceStatus;
  /** How often it has reconnected: what was cached before that is invalid. */
  readonly generation: number;
  /** Since when its server is gone, by the clock of the page; `null` while it is there. */
  readonly lostAt: number | null;
}

const UNKNOWN: Standing = { status: 'connecting', generation: 0, lostAt: null };

/** Follows the status of a source. */
export function useStanding(source: Source): Standing {
  const [known, setKnown] = useState(UNKNOWN);
  useEffect(
    () =>
      source.watchStatus((status) => {
        setKnown((last) => ({
          status,
          generation: last.generation + (status === 'live' && last.status === 'lost' ? 1 : 0),
          lostAt: status === 'lost' ? (last.lostAt ?? Date.now()) : status === 'live' ? null : last.lostAt,
        }));
      }),
    [source],
  );
  return known;
}

/**
 * When the process began that has taken the place of the one that the page knew; `null` if there was none, or that was
 * noted.
 */
export function useReplacement(
  source: Source,
  frame: FleetFrame | undefined,
): readonly [began: number | null, note: () => void] {
  const known = useRef<{ readonly source: Source; readonly began: number } | null>(null);
  const [replaced, setReplaced] = useState<number | null>(null);
  const began = frame?.began;
  useEffect(() => {
    if (began === undefined) return;
    const before = known.current;
    known.current = { source, began };
    if (before?.source !== source) setReplaced(null);
    else if (before.began !== began) setReplaced(began);
  }, [source, began]);
  return [replaced, () => setReplaced(null)];
}
