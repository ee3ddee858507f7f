import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

import type { RowRange } from '../views/virtual-table.jsx';

/** A part of a long list, as a source answers it. */
interface Part {
  readonly total: number;
}

/** A list of which only the rows in view are loaded. */
export interface LoadedRows<List extends Part, Row> {
  /** The last answer, to whatever question; `undefined` before the first. */
  readonly list: List | undefined;
  /** Why there is no newer answer; the last one stays. */
  readonly error: Error | null;
  /** Whether the last answer is one to another question, such as another order. */
  readonly isStale: boolean;
  readonly rowAt: (index: number) => Row | undefined;
  /** Tells which rows are in view. */
  readonly show: (rows: RowRange) => void;
}

interface LoadedRowsOptions<List extends Part, Row> {
  readonly ask: (range: { readonly offset: number; readonly limit: number }) => Promise<List>;
  readonly rowsOf: (list: List) => readonly Row[];
  /** What is asked, beside the range; the rows of an earlier question are not shown for long. */
  readonly question: readonly unknown[];
  /** The list is asked for again when this changes. */
  readonly refresh: number;
}

/** What is loaded begins and ends at multiples of this, so that a small scroll asks for nothing. */
const STEP = 25;

interface Loaded<List> {
  readonly list: List;
  readonly offset: number;
  readonly question: readonly unknown[];
}

/** Loads the rows of a list that are in view, again when it may have changed; one request at a time. */
export function useLoadedRows<List extends Part, Row>(
  options: LoadedRowsOptions<List, Row>,
): LoadedRows<List, Row> {
  const [range, setRange] = useState({ offset: 0, limit: 2 * STEP });
  const [loaded, setLoaded] = useState<Loaded<List> | undefined>(undefined);
  const [error, setError] = useState<Error | null>(null);
  const latest = useRef({ options, range });
  latest.current = { options, range };
  const loading = useRef<{ isWanted: boolean } | null>(null);
  const isGone = useRef(false);

  const load = useCallback((): void => {
    if (loading.current !== null) {
      loading.current.isWanted = true;
      return;
    }
    const own = { isWanted: false };
    loading.current = own;
    const { options: asked, range: part } = latest.current;
    const isCurrent = (): boolean =>
      !isGone.current && isSame(asked.question, latest.current.options.question);
    void asked
      .ask(part)
      .then(
        (list) => {
          if (!isCurrent()) return;
          setError(null);
          setLoaded({ list, offset: part.offset, question: asked.question });
        },
        (reason: unknown) => {
          if (isCurrent()) setError(reason instanceof Error ? reason : new Error(String(reason)));
        },
      )
      .finally(() => {
        loading.current = null;
        if (own.isWanted && !isGone.current) load();
      });
  }, []);

  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
    };
  }, []);
  useEffect(load, [...options.question, options.refresh, range.offset, range.limit]);

  const show = useCallback(({ first, count }: RowRange): void => {
    const offset = Math.max(0, Math.floor(first / STEP - 1) * STEP);
    const end = Math.ceil((first + count) / STEP + 1) * STEP;
    setRange((last) =>
      last.offset === offset && last.limit === end - offset ? last : { offset, limit: end - offset },
    );
  }, []);
  const rows = loaded === undefined ? [] : options.rowsOf(loaded.list);
  return {
    list: loaded?.list,
    error,
    isStale: loaded !== undefined && !isSame(loaded.question, options.question),
    rowAt: (index) => rows[index - (loaded?.offset ?? 0)],
    show,
  };
}

function isSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((value, at) => value === other[at]);
}
