import type { ComponentChildren } from 'preact';

import { ageOf } from '../logic/ages.js';
import { formatBytes, formatCount, formatDuration } from '../logic/format.js';
import type { ActorOrder, ActorSummary } from '../../model/shapes.js';
import { StatusCode } from './request-columns.jsx';
import type { Sorting, TableColumn } from './virtual-table.jsx';

/** The columns of a list of actors at a time: those of sessions have requests, of which no past is known here. */
export function actorColumns(
  isOfSessions: boolean,
  at: number,
  isPast: boolean,
): readonly TableColumn<ActorSummary, ActorOrder>[] {
  const none = '–';
  const name: TableColumn<ActorSummary, ActorOrder> = {
    ...{ title: 'Name', order: 'name', width: 136 },
    cell: (actor) => (
      <button type="button" class="link" tabIndex={-1}>
        {actor.name}
      </button>
    ),
  };
  const present: readonly TableColumn<ActorSummary, ActorOrder>[] = [
    { title: 'State', order: 'state', width: 172, fill: true, isCode: true, cell: stateText },
    {
      ...{ title: 'In state', order: 'changed', width: 98, isNumber: true },
      hint: 'Time since the last change',
      cell: ({ changedAt }) => formatDuration(at - changedAt),
    },
  ];
  const age: TableColumn<ActorSummary, ActorOrder> = {
    ...{ title: 'Age', order: 'age', width: 98, isNumber: true },
    hint: 'From when it was first seen until now, or until it ended',
    cell: (actor) => formatDuration(ageOf(actor, at)),
  };
  const last: readonly TableColumn<ActorSummary, ActorOrder>[] = [
    { title: 'Method', width: 76, isCode: true, cell: ({ last }) => last?.method ?? none },
    {
      ...{ title: 'Path', order: 'path', width: 90, fill: true, isCode: true },
      hint: 'Of the last request, without its query',
      cell: ({ last }) => last?.path ?? none,
    },
    {
      ...{ title: 'Status', order: 'status', width: 66, isNumber: true },
      hint: 'Of the last response',
      cell: ({ last }) => <StatusCode status={last?.status ?? null} />,
    },
    {
      ...{ title: 'Error code', order: 'code', width: 110, isCode: true },
      cell: ({ last }) => <ErrorCode code={last?.code ?? null} />,
    },
  ];
  const done: readonly TableColumn<ActorSummary, ActorOrder>[] = [
    {
      title: 'Requests',
      order: 'requests',
      width: 90,
      isNumber: true,
      cell: ({ totals }) => count(totals?.requests),
    },
    {
      title: 'Errors',
      order: 'errors',
      width: 72,
      isNumber: true,
      cell: ({ totals }) => count(totals?.errors),
    },
    {
      ...{ title: 'Bytes', order: 'bytes', width: 88, isNumber: true },
      hint: 'Received and sent',
      cell: ({ totals }) => (totals === null ? none : formatBytes(totals.bytesIn + totals.bytesOut)),
    },
  ];
  const peer: TableColumn<ActorSummary, ActorOrder> = {
    ...{ title: 'Peer', order: 'peer', width: 150, isCode: true },
    cell: (actor) => actor.peer ?? none,
  };
  const always: readonly TableColumn<ActorSummary, ActorOrder>[] = [
    {
      ...{ title: 'Transitions', order: 'transitions', width: 100, isNumber: true },
      cell: ({ transitions }) => formatCount(transitions),
    },
    { title: 'Process', order: 'process', width: 120, cell: ({ process }) => process },
  ];
  const ofNow = (column: TableColumn<ActorSummary, ActorOrder>): TableColumn<ActorSummary, ActorOrder> => ({
    ...column,
    isOfNow: isPast,
  });
  const ofRequests = isOfSessions ? [...last.map(ofNow), age, ...done.map(ofNow), peer] : [age];
  return [name, ...present, ...ofRequests, ...always];
}

/** A column is sorted from its greatest value at first, texts from A. */
export const STARTS_ASCENDING: readonly ActorOrder[] = ['name', 'state', 'peer', 'process', 'path', 'code'];

/** The source sorts by the time of the last change, the column shows how long ago that is. */
export function isSourceAscending({ order, isAscending }: Sorting<ActorOrder>): boolean {
  return order === 'changed' ? !isAscending : isAscending;
}

/** Without what all codes of this package begin with: the rest tells them apart where there is little room. */
function ErrorCode({ code }: { readonly code: string | null }): ComponentChildren {
  if (code === null) return '';
  return (
    <span class="bad" title={code}>
      {code.replace(/^(?:ERR_)?HTTP_SESSION_(?=.)/, '…')}
    </span>
  );
}

function count(number: number | undefined): string {
  return number === undefined ? '–' : formatCount(number);
}

function stateText({ state, status }: ActorSummary): ComponentChildren {
  const ended = status === 'active' ? '' : status === 'error' ? '(failed)' : '(ended)';
  return [state, ended].filter((part) => part !== '').join(' ') || '–';
}
