import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

import type { PathRow } from '../../model/traffic-shapes.js';
import { formatCount, formatTook } from '../logic/format.js';
import { sortedBy, VirtualTable, type Sorting, type TableColumn } from './virtual-table.jsx';

type PathOrder = keyof PathRow;

const COLUMNS: readonly TableColumn<PathRow, PathOrder>[] = [
  {
    ...{ title: 'Path', order: 'path', width: 180, fill: true, isCode: true },
    cell: ({ path }) => (
      <button type="button" class="link" tabIndex={-1} title={`List the requests for ${path}`}>
        {path}
      </button>
    ),
  },
  { title: 'Method', order: 'method', width: 74, isCode: true, cell: ({ method }) => method },
  {
    title: 'Requests',
    order: 'requests',
    width: 90,
    isNumber: true,
    cell: ({ requests }) => formatCount(requests),
  },
  {
    ...{ title: 'Failed', order: 'failed', width: 74, isNumber: true },
    hint: 'By an error, or with a status of 500 and more',
    cell: ({ failed }) => <span class={failed > 0 ? 'bad' : ''}>{formatCount(failed)}</span>,
  },
  {
    ...{ title: 'p50', order: 'p50', width: 88, isNumber: true },
    hint: 'Half of the requests took no longer',
    cell: ({ p50 }) => formatTook(p50),
  },
  {
    ...{ title: 'p99', order: 'p99', width: 88, isNumber: true },
    hint: '99 of 100 requests took no longer',
    cell: ({ p99 }) => formatTook(p99),
  },
  {
    title: 'Longest',
    order: 'longest',
    width: 88,
    isNumber: true,
    cell: ({ longest }) => formatTook(longest),
  },
];
const STARTS_ASCENDING: readonly PathOrder[] = ['path', 'method'];

interface PathTableProps {
  /** `undefined` until they are known. */
  readonly paths: readonly PathRow[] | undefined;
  /** Lists the requests of a path. */
  readonly open: (row: PathRow) => void;
}

/** The requests by their paths, the slowest first. */
export function PathTable({ paths, open }: PathTableProps): ComponentChildren {
  const [sorting, setSorting] = useState<Sorting<PathOrder>>({ order: 'p99', isAscending: false });
  const sign = sorting.isAscending ? 1 : -1;
  const rows = (paths ?? []).toSorted((a, b) => {
    const [one, other] = [a[sorting.order], b[sorting.order]];
    return sign * (one < other ? -1 : one > other ? 1 : 0);
  });
  return (
    <VirtualTable
      label="Requests by path"
      columns={COLUMNS}
      total={rows.length}
      rowAt={(index) => rows[index]}
      sorting={sorting}
      sort={(order) => setSorting(sortedBy(order, sorting, STARTS_ASCENDING))}
      open={open}
      empty={paths === undefined ? 'Loading …' : 'No requests.'}
    />
  );
}
