import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';

import { watchSize } from './size.js';

/** Rows of one height, of which only those in view are drawn. The newest is the last. */
export interface RowWindow {
  /** The element that scrolls. */
  readonly frame: RefObject<HTMLDivElement | null>;
  /** The first row to draw, and the one after the last. */
  readonly first: number;
  readonly end: number;
  /** How wide the element is inside. */
  readonly width: number;
  /** Whether the newest row is kept in view. */
  readonly isFollowing: boolean;
  /** For the element that scrolls. */
  readonly onScroll: () => void;
  /** Shows the newest row, and keeps it in view from now on. */
  readonly toNewest: () => void;
  /** Scrolls as little as is needed to show a row. */
  readonly reveal: (row: number) => void;
}

interface RowWindowOptions {
  readonly total: number;
  readonly rowHeight: number;
  /** Says which row it is, when rows before it are gone. */
  readonly keyAt: (row: number) => unknown;
  /** What covers the first rows in view, in pixels. @defaultValue 0 */
  readonly headHeight?: number;
}

const OVERSCAN = 6;

/**
 * Follows the newest row until the reader scrolls away from it; then the rows that are read stay where they are, whatever
 * is added behind them or forgotten before them.
 */
export function useRowWindow(options: RowWindowOptions): RowWindow {
  const { total, rowHeight, headHeight = 0 } = options;
  const frame = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 400, width: 0 });
  const [isFollowing, setFollowing] = useState(true);
  /** The first row in view, and how much of it is above the edge. */
  const anchor = useRef<{ readonly key: unknown; readonly row: number; readonly cut: number } | null>(null);
  const latest = useRef(options);
  latest.current = options;

  const look = useCallback((): void => {
    const { current } = frame;
    if (current === null) return;
    const { scrollTop, clientHeight, clientWidth } = current;
    const { total: count, keyAt } = latest.current;
    const row = Math.min(Math.max(0, count - 1), Math.floor(scrollTop / rowHeight));
    anchor.current = { key: keyAt(row), row, cut: scrollTop - row * rowHeight };
    setView((last) => {
      const isSame = last.top === scrollTop && last.height === clientHeight && last.width === clientWidth;
      return isSame ? last : { top: scrollTop, height: clientHeight, width: clientWidth };
    });
  }, [rowHeight]);

  useEffect(() => {
    return watchSize(frame.current, look);
  }, [look]);

  useLayoutEffect(() => {
    const { current } = frame;
    if (current === null) return;
    if (isFollowing) current.scrollTop = current.scrollHeight;
    else if (anchor.current !== null) {
      const { key, row, cut } = anchor.current;
      const now = rowOf(key, row, latest.current);
      if (now !== row) current.scrollTop = now * rowHeight + cut;
    }
    look();
  });

  const onScroll = useCallback((): void => {
    const { current } = frame;
    if (current === null) return;
    const left = current.scrollHeight - current.clientHeight - current.scrollTop;
    setFollowing(left < rowHeight);
    look();
  }, [look, rowHeight]);

  const toNewest = useCallback((): void => {
    setFollowing(true);
    frame.current?.scrollTo({ top: frame.current.scrollHeight });
  }, []);

  const reveal = useCallback(
    (row: number): void => {
      const { current } = frame;
      if (current === null) return;
      const top = row * rowHeight;
      const room = current.clientHeight - headHeight;
      if (top < current.scrollTop) current.scrollTop = top;
      else if (top + rowHeight > current.scrollTop + room) current.scrollTop = top + rowHeight - room;
      onScroll();
    },
    [onScroll, rowHeight, headHeight],
  );

  const first = Math.max(0, Math.min(total, Math.floor(view.top / rowHeight)) - OVERSCAN);
  const end = Math.min(total, Math.ceil((view.top + view.height) / rowHeight) + OVERSCAN);
  return { frame, first, end, width: view.width, isFollowing, onScroll, toNewest, reveal };
}

/** Where a row is by now. Rows are forgotten from the first on, so it can only have moved up. */
function rowOf(key: unknown, row: number, { total, keyAt }: RowWindowOptions): number {
  for (let at = Math.min(row, total - 1); at >= 0; at--) if (keyAt(at) === key) return at;
  return row;
}
