import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

import { watchSize } from '../hooks/size.js';
import { NewestButton } from './newest-button.jsx';

/** The column that sorts a table, and whether its values grow from the first row to the last. */
export interface Sorting<Order extends string> {
  readonly order: Order;
  readonly isAscending: boolean;
}

/** A column of a {@link VirtualTable}. */
export interface TableColumn<Row, Order extends string = never> {
  readonly title: string;
  /** Says what the values mean, when the pointer rests on the head. */
  readonly hint?: string;
  /** What sorts by this column; absent where nothing does. */
  readonly order?: Order;
  /** Pixels; `fill` columns share what is left, and never have less than their width. */
  readonly width: number;
  readonly fill?: boolean;
  readonly isNumber?: boolean;
  readonly isCode?: boolean;
  /** Whether its values are those of now, though the rows are those of another time. */
  readonly isOfNow?: boolean;
  readonly cell: (row: Row) => ComponentChildren;
}

/** Some rows of many: those that can be seen, and a few more. */
export interface RowRange {
  readonly first: number;
  readonly count: number;
}

interface VirtualTableProps<Row, Order extends string> {
  readonly label: string;
  readonly columns: readonly TableColumn<Row, Order>[];
  /** How many rows there are. */
  readonly total: number;
  /** A row by its place; `undefined` where it is not loaded yet. */
  readonly rowAt: (index: number) => Row | undefined;
  /** Called with the rows that are drawn, whenever others come into view. */
  readonly onWindow?: (rows: RowRange) => void;
  readonly sorting?: Sorting<Order>;
  readonly sort?: (order: Order) => void;
  /** What a click on a row does, and Enter where it has the focus. */
  readonly open?: (row: Row) => void;
  readonly rowClass?: (row: Row) => string;
  /** Rows that stay on top of the others, whatever the order. */
  readonly pinned?: readonly Row[] | undefined;
  /** The table scrolls back to its first row when this changes. */
  readonly topKey?: string;
  /** Whether the last row is the newest: it stays in view until the reader scrolls away. */
  readonly isNewestLast?: boolean;
  /** Whether the rows are not yet, or no longer, those that are asked for. */
  readonly isStale?: boolean;
  /** What is said where there are no rows. */
  readonly empty?: ComponentChildren;
}

/** The height of every row, and of the head, in pixels; `virtual-table.css` has the same. */
const ROW_HEIGHT = 26;

/** Rows above and below those that can be seen, so that fast scrolling and the keyboard find some. */
const OVERSCAN = 8;

/**
 * A table that draws only the rows in view: tens of thousands scroll as smoothly as ten. Widths and heights are fixed, so
 * nothing moves while values change. Rows have `data-row` with their place, and take the focus.
 */
export function VirtualTable<Row, Order extends string = never>(
  props: VirtualTableProps<Row, Order>,
): ComponentChildren {
  const { label, columns, onWindow, sorting, sort, open, topKey, empty } = props;
  const { pinned = [], rowClass = () => '', isNewestLast = false, isStale = false } = props;
  const top = pinned.length;
  const total = props.total + top;
  const frame = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 400 });
  const [reached, setReached] = useState(0);
  useEffect(() => watchSize(frame.current, ({ height }) => setView((last) => ({ ...last, height }))), []);
  const [isFollowing, setFollowing] = useState(true);
  const toNewest = (): void => {
    setFollowing(true);
    frame.current?.scrollTo({ top: frame.current.scrollHeight });
  };
  useEffect(() => {
    if (!isNewestLast) frame.current?.scrollTo({ top: 0 });
  }, [topKey, isNewestLast]);
  useLayoutEffect(() => {
    if (isNewestLast && isFollowing) toNewest();
  }, [total, view.height, isNewestLast, isFollowing]);
  const { first, count } = windowIn(view, total);
  // One row is reached by the tab key, and the others from it.
  const isDrawn = reached >= first && reached < first + count;
  const stop = isDrawn ? reached : Math.min(total - 1, Math.ceil(view.top / ROW_HEIGHT));
  useEffect(() => {
    onWindow?.({ first: Math.max(0, first - top), count });
  }, [first, count, top, onWindow]);
  return (
    <div
      class="table-frame virtual"
      tabIndex={0}
      role="region"
      aria-label={label}
      ref={frame}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        setView((last) => ({ ...last, top: scrollTop }));
        setFollowing(scrollHeight - clientHeight - scrollTop < ROW_HEIGHT);
      }}
    >
      <table aria-rowcount={total + 1} aria-busy={isStale} style={{ minWidth: `${sumOf(columns)}px` }}>
        <caption class="unseen">{label}</caption>
        <colgroup>
          {columns.map(({ title, width, fill }) => (
            <col key={title} style={fill === true ? {} : { width: `${width}px` }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <Head key={column.title} column={column} sorting={sorting} sort={sort} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap rows={first} columns={columns.length} />
          {Array.from({ length: count }, (_, i) => first + i).map((index) => (
            <BodyRow
              key={index}
              columns={columns}
              row={index < top ? pinned[index] : props.rowAt(index - top)}
              index={index}
              isStop={index === stop}
              reach={setReached}
              open={open}
              rowClass={index < top ? (row) => `pinned ${rowClass(row)}` : rowClass}
            />
          ))}
          <Gap rows={total - first - count} columns={columns.length} />
        </tbody>
      </table>
      {total === 0 && <div class="notice">{empty ?? 'Nothing here.'}</div>}
      {isNewestLast && <NewestButton isFollowing={isFollowing} toNewest={toNewest} />}
    </div>
  );
}

interface HeadProps<Row, Order extends string> {
  readonly column: TableColumn<Row, Order>;
  readonly sorting: Sorting<Order> | undefined;
  readonly sort: ((order: Order) => void) | undefined;
}

function Head<Row, Order extends string>({
  column,
  sorting,
  sort,
}: HeadProps<Row, Order>): ComponentChildren {
  const { title, hint, order, isNumber, isOfNow } = column;
  const isSorted = order !== undefined && order === sorting?.order;
  const direction = sorting?.isAscending === true ? 'ascending' : 'descending';
  return (
    <th
      scope="col"
      class={classOf({ isNumber, isOfNow })}
      title={
        isOfNow === true ? [hint, 'Grey: as it is now, not as it was then'].filter(Boolean).join('. ') : hint
      }
      aria-sort={isSorted ? direction : undefined}
    >
      {order === undefined || sort === undefined ? (
        title
      ) : (
        <button type="button" class="head" onClick={() => sort(order)}>
          {title}
          <span class="arrow" aria-hidden="true">
            {isSorted ? (direction === 'ascending' ? '▲' : '▼') : ''}
          </span>
        </button>
      )}
    </th>
  );
}

interface BodyRowProps<Row, Order extends string> {
  readonly columns: readonly TableColumn<Row, Order>[];
  readonly row: Row | undefined;
  readonly index: number;
  readonly isStop: boolean;
  readonly reach: (index: number) => void;
  readonly open: ((row: Row) => void) | undefined;
  readonly rowClass: (row: Row) => string;
}

function BodyRow<Row, Order extends string>(props: BodyRowProps<Row, Order>): ComponentChildren {
  const { columns, row, index, isStop, reach, open, rowClass } = props;
  // While many change places, a click opens the row that was there when the button went down.
  const pressed = useRef<Row | undefined>(undefined);
  const openRow = (): void => {
    const chosen = pressed.current ?? row;
    pressed.current = undefined;
    if (chosen !== undefined) open?.(chosen);
  };
  const classes = [open === undefined ? '' : 'opens', row === undefined ? '' : rowClass(row)];
  return (
    <tr
      class={classes.join(' ').trim()}
      data-row={index}
      aria-rowindex={index + 2}
      tabIndex={isStop ? 0 : -1}
      onFocus={() => reach(index)}
      onPointerDown={() => (pressed.current = row)}
      onClick={openRow}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || event.target !== event.currentTarget) return;
        pressed.current = undefined;
        openRow();
      }}
    >
      {columns.map(({ title, isNumber, isCode, isOfNow, cell }, place) => {
        const content = row === undefined ? '…' : cell(row);
        const full = typeof content === 'string' && isNumber !== true ? content : undefined;
        const kind = classOf({ isNumber, isCode, isOfNow });
        return place === 0 ? (
          <th key={title} scope="row" class={kind} title={full}>
            {content}
          </th>
        ) : (
          <td key={title} class={kind} title={full}>
            {content}
          </td>
        );
      })}
    </tr>
  );
}

function classOf({
  isNumber = false,
  isCode = false,
  isOfNow = false,
}: {
  readonly isNumber?: boolean | undefined;
  readonly isCode?: boolean | undefined;
  readonly isOfNow?: boolean | undefined;
}): string {
  return [isNumber ? 'number' : isCode ? 'code' : '', isOfNow ? 'of-now' : ''].join(' ').trim();
}

/** Stands for rows that are not drawn. */
function Gap({ rows, columns }: { readonly rows: number; readonly columns: number }): ComponentChildren {
  if (rows <= 0) return null;
  return (
    <tr class="gap" aria-hidden="true" style={{ height: `${rows * ROW_HEIGHT}px` }}>
      <td colSpan={columns} />
    </tr>
  );
}

function windowIn(
  { top, height }: { readonly top: number; readonly height: number },
  total: number,
): RowRange {
  const seen = Math.ceil(height / ROW_HEIGHT) + 1;
  const first = Math.max(0, Math.min(Math.floor(top / ROW_HEIGHT) - OVERSCAN, total - seen));
  return { first, count: Math.max(0, Math.min(total - first, seen + 2 * OVERSCAN)) };
}

function sumOf(columns: readonly { readonly width: number }[]): number {
  return columns.reduce((sum, { width }) => sum + width, 0);
}

/** The next sorting when a head is clicked: the same column again reverses it. */
export function sortedBy<Order extends string>(
  order: Order,
  last: Sorting<Order>,
  startsAscending: readonly Order[],
): Sorting<Order> {
  if (order === last.order) return { order, isAscending: !last.isAscending };
  return { order, isAscending: startsAscending.includes(order) };
}
