import type { ComponentChildren } from 'preact';

import type { ActorList, ActorOrder, ActorSummary } from '../../model/shapes.js';
import { formatBytes, formatCount, formatDuration } from '../logic/format.js';

/** The column that sorts a table, and the direction. */
export interface Sorting {
  readonly order: ActorOrder;
  readonly isAscending: boolean;
}

interface Column {
  readonly title: string;
  readonly order?: ActorOrder;
  readonly isNumber?: boolean;
  readonly cell: (actor: ActorSummary, at: number) => string;
}

const COLUMNS: readonly Column[] = [
  { title: 'Peer', cell: ({ peer }) => peer ?? '–' },
  { title: 'State', cell: ({ state, status }) => withStatus(state, status) },
  { title: 'Age', order: 'age', isNumber: true, cell: ({ since }, at) => formatDuration(at - since) },
  {
    title: 'In state',
    order: 'changed',
    isNumber: true,
    cell: ({ changedAt }, at) => formatDuration(at - changedAt),
  },
  { title: 'Requests', order: 'requests', isNumber: true, cell: ({ totals }) => countOr(totals?.requests) },
  {
    title: 'Bytes',
    order: 'bytes',
    isNumber: true,
    cell: ({ totals }) => (totals === null ? '–' : formatBytes(totals.bytesIn + totals.bytesOut)),
  },
  { title: 'Errors', order: 'errors', isNumber: true, cell: ({ totals }) => countOr(totals?.errors) },
  {
    title: 'Transitions',
    order: 'transitions',
    isNumber: true,
    cell: ({ transitions }) => formatCount(transitions),
  },
];

interface ActorTableProps {
  readonly caption: string;
  readonly list: ActorList | undefined;
  readonly sorting: Sorting;
  readonly sort: (order: ActorOrder) => void;
  readonly open: (id: string) => void;
}

/** Actors in rows, with headers that sort. */
export function ActorTable({ caption, list, sorting, sort, open }: ActorTableProps): ComponentChildren {
  return (
    <div class="table-frame" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            <Head title="Name" order="name" sorting={sorting} sort={sort} />
            {COLUMNS.map((column) => (
              <Head key={column.title} {...column} sorting={sorting} sort={sort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {list?.actors.map((actor) => (
            <tr key={actor.id}>
              <th scope="row">
                <button type="button" class="link" onClick={() => open(actor.id)}>
                  {actor.name}
                </button>
              </th>
              {COLUMNS.map(({ title, isNumber, cell }) => (
                <td key={title} class={isNumber === true ? 'number' : ''}>
                  {cell(actor, list.at)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {list?.actors.length === 0 && <p class="notice">No actors.</p>}
    </div>
  );
}

interface HeadProps extends Omit<Column, 'cell'> {
  readonly sorting: Sorting;
  readonly sort: (order: ActorOrder) => void;
}

function Head({ title, order, isNumber, sorting, sort }: HeadProps): ComponentChildren {
  const isSorted = order === sorting.order;
  const direction = sorting.isAscending ? 'ascending' : 'descending';
  return (
    <th scope="col" class={isNumber === true ? 'number' : ''} aria-sort={isSorted ? direction : undefined}>
      {order === undefined ? (
        title
      ) : (
        <button type="button" class="head" onClick={() => sort(order)}>
          {title}
          <span aria-hidden="true">{isSorted ? (sorting.isAscending ? ' ▲' : ' ▼') : ''}</span>
        </button>
      )}
    </th>
  );
}

function countOr(count: number | undefined): string {
  return count === undefined ? '–' : formatCount(count);
}

function withStatus(state: string, status: ActorSummary['status']): string {
  const ended = status === 'active' ? '' : status === 'error' ? '(failed)' : '(ended)';
  return [state, ended].filter((part) => part !== '').join(' ') || '–';
}
