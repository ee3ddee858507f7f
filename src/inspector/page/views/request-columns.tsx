import type { ComponentChildren } from 'preact';

import type { RequestOrder, RequestRow, SessionRole } from '../../model/traffic-shapes.js';
import { formatBytes, formatTook, formatTime } from '../logic/format.js';
import { CopyButton } from './copy-button.jsx';
import type { TableColumn } from './virtual-table.jsx';
import { Waterfall } from './waterfall.jsx';

/** A column is sorted from its greatest value at first, texts from A. */
export const REQUESTS_START_ASCENDING: readonly RequestOrder[] = ['method', 'path', 'session', 'outcome'];

const WATERFALL_HINT =
  'Where the time went. Violet: head; orange: waiting for the handler; green: body; blue: sending.';

interface RequestColumnsOptions {
  /** The length of the waterfall's scale in milliseconds. */
  readonly scale: number;
  readonly role: SessionRole | undefined;
  /** Whether requests of several sessions are listed. */
  readonly hasSessions: boolean;
  /** Shows the moment when the request ended. */
  readonly travel: (row: RequestRow) => void;
  readonly openSession: (id: string) => void;
  /** A request as curl; absent where it is not known where requests go. */
  readonly commandOf?: (row: RequestRow) => string | null;
}

/** The columns of a list of requests. */
export function requestColumns(
  options: RequestColumnsOptions,
): readonly TableColumn<RequestRow, RequestOrder>[] {
  const { scale, role, hasSessions, travel, openSession, commandOf } = options;
  const session: TableColumn<RequestRow, RequestOrder> = {
    ...{ title: 'Session', order: 'session', width: 150 },
    cell: ({ session: id, sessionName }) =>
      id === null ? (
        sessionName
      ) : (
        <CellLink title="Open this session" act={() => openSession(id)}>
          {sessionName}
        </CellLink>
      ),
  };
  return [
    {
      ...{ title: 'Time', order: 'at', width: 112 },
      hint: 'When its head was complete. A click shows the moment when it ended.',
      cell: (row) => (
        <CellLink title="Go to the moment when it ended" act={() => travel(row)}>
          {formatTime(row.at)}
        </CellLink>
      ),
    },
    { title: 'Method', order: 'method', width: 74, isCode: true, cell: ({ method }) => method },
    {
      ...{ title: 'Path', order: 'path', width: 150, fill: true, isCode: true },
      cell: ({ path, query }) => path + (query ?? ''),
    },
    {
      ...{ title: 'Status', order: 'status', width: 72, isNumber: true },
      cell: ({ status }) => <StatusCode status={status} />,
    },
    {
      ...{ title: 'Duration', order: 'duration', width: 88, isNumber: true },
      hint: 'Of an open request so far',
      cell: ({ duration, outcome }) => (
        <span class={outcome === 'open' ? 'running' : ''}>{formatTook(duration)}</span>
      ),
    },
    {
      title: 'Waterfall',
      width: 130,
      hint: WATERFALL_HINT,
      cell: (row) => <Waterfall row={row} scale={scale} role={role} />,
    },
    {
      ...{ title: 'Outcome', order: 'outcome', width: 140 },
      cell: ({ outcome, code }) => <Outcome outcome={outcome} code={code} />,
    },
    {
      title: 'In',
      order: 'bytesIn',
      width: 80,
      isNumber: true,
      hint: 'Bytes received',
      cell: ({ bytesIn }) => formatBytes(bytesIn),
    },
    {
      title: 'Out',
      order: 'bytesOut',
      width: 80,
      isNumber: true,
      hint: 'Bytes sent',
      cell: ({ bytesOut }) => formatBytes(bytesOut),
    },
    ...(hasSessions ? [session] : []),
    ...(commandOf === undefined ? [] : [curlColumn(commandOf)]),
  ];
}

function curlColumn(commandOf: (row: RequestRow) => string | null): TableColumn<RequestRow, RequestOrder> {
  return {
    title: 'curl',
    width: 112,
    hint: 'With the query where the list shows it; header fields and bodies are not recorded',
    cell: (row) => {
      const command = commandOf(row);
      if (command === null) return '–';
      return <CopyButton label="Copy as curl" text={() => command} isReachable={false} />;
    },
  };
}

interface CellLinkProps {
  readonly title: string;
  readonly act: () => void;
  readonly children: ComponentChildren;
}

/** Acts in the place of its row. */
function CellLink({ title, act, children }: CellLinkProps): ComponentChildren {
  return (
    <button
      type="button"
      class="link"
      tabIndex={-1}
      title={title}
      onClick={(event) => {
        event.stopPropagation();
        act();
      }}
    >
      {children}
    </button>
  );
}

/** The status of a response, by its class. */
export function StatusCode({ status }: { readonly status: number | null }): ComponentChildren {
  if (status === null) return '–';
  return <span class={status >= 500 ? 'bad' : status >= 400 ? 'refused' : ''}>{status}</span>;
}

function Outcome({ outcome, code }: Pick<RequestRow, 'outcome' | 'code'>): ComponentChildren {
  const text = code === null ? outcome : `${outcome}: ${code}`;
  return (
    <span class={outcome === 'failed' ? 'bad' : outcome === 'open' ? 'running' : ''} title={text}>
      {text}
    </span>
  );
}
