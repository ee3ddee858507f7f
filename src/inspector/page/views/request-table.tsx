import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';

import { curlOf } from '../../model/curl.js';
import type { SessionReport } from '../../model/shapes.js';
import type {
  PathRow,
  Pulse,
  RequestOrder,
  RequestQuery,
  RequestRow,
  SessionRole,
} from '../../model/traffic-shapes.js';
import { useAnswer, useLatest } from '../hooks/answers.js';
import type { Moment } from '../logic/moment.js';
import {
  countOf,
  listWithStuck,
  queryOf,
  type ListWithStuck,
  type RequestFilter,
} from '../logic/request-filter.js';
import { requestsWithin, type Span } from '../logic/span.js';
import { scaleFor } from '../logic/waterfall.js';
import type { Source } from '../../model/source.js';
import { useLoadedRows } from '../hooks/loaded-rows.js';
import { PathTable } from './path-table.jsx';
import { RequestBar } from './request-bar.jsx';
import { requestColumns, REQUESTS_START_ASCENDING } from './request-columns.jsx';
import { sortedBy, VirtualTable, type Sorting } from './virtual-table.jsx';
import { WaterfallLegend } from './waterfall.jsx';

/** Those with the longest requests. */
const MOST_PATHS = 500;

interface RequestTableProps {
  readonly source: Source;
  /** The id of a session, whose requests are listed; absent for those of all. */
  readonly session?: string;
  /** What is known of that session: where its requests go. */
  readonly report?: SessionReport | null;
  /** Whose requests are listed; absent for both. */
  readonly role?: SessionRole | undefined;
  readonly filter: RequestFilter;
  readonly setFilter: (filter: RequestFilter) => void;
  readonly moment: Moment | null;
  /** The range that requests are limited to; `null` for none. */
  readonly span: Span | null;
  readonly travel: (moment: Moment | null) => void;
  /** Shows a session. */
  readonly open: (id: string) => void;
}

/** What was asked for, one by one or by path. */
export function RequestTable(props: RequestTableProps): ComponentChildren {
  const { source, session, role, filter, setFilter, moment, span } = props;
  const pulse = useLatest<Pulse>((listener) => source.watchPulse(listener), [source]);
  // The list changes all the time; once a second is enough to read it.
  const refresh = moment === null ? (pulse?.at ?? 0) : 0;
  const query = queryOf(filter, { session, role, ...requestsWithin(span, moment) });
  const [count, setCount] = useState<number | undefined>(undefined);
  return (
    <div class="list requests">
      <RequestBar filter={filter} change={setFilter} count={count} />
      {filter.isByPath ? (
        <ByPath {...props} query={query} refresh={refresh} setCount={setCount} />
      ) : (
        <OneByOne {...props} query={query} refresh={refresh} setCount={setCount} />
      )}
    </div>
  );
}

interface ListProps extends RequestTableProps {
  readonly query: RequestQuery;
  readonly refresh: number;
  readonly setCount: (count: number | undefined) => void;
}

function OneByOne(props: ListProps): ComponentChildren {
  const { source, session, report, role, moment, travel, open, query, refresh, setCount } = props;
  // Those of a session are in the order of its events, the newest at the bottom.
  const isOrdered = session !== undefined;
  const [sorting, setSorting] = useState<Sorting<RequestOrder>>({ order: 'at', isAscending: isOrdered });
  const isNewestLast = isOrdered && sorting.order === 'at' && sorting.isAscending;
  const ordered: RequestQuery = { ...query, order: sorting.order, ascending: sorting.isAscending };
  const asked = JSON.stringify(ordered);
  const { list, error, isStale, rowAt, show } = useLoadedRows<ListWithStuck, RequestRow>({
    ask: (range) => listWithStuck((part) => source.requests(part), { ...ordered, ...range }),
    rowsOf: ({ requests }) => requests,
    question: [source, asked],
    refresh,
  });
  const scale = useScale(list?.requests ?? []);
  const columns = useMemo(
    () =>
      requestColumns({
        ...{ scale, role, hasSessions: session === undefined },
        travel: (row) => travel(endOf(row)),
        openSession: open,
        ...(report === null || report === undefined ? {} : { commandOf: (row) => commandOf(row, report) }),
      }),
    [scale, role, session, travel, open, report?.local, report?.remote],
  );
  const found = list === undefined ? undefined : countOf(query, list);
  useEffect(() => setCount(found), [found]);
  if (error !== null && list === undefined) return <Problem error={error} />;
  return (
    <>
      {error !== null && <Problem error={error} />}
      <VirtualTable
        label={
          session === undefined
            ? 'All requests'
            : `Requests of this session${isNewestLast ? ', newest at the bottom' : ''}`
        }
        columns={columns}
        total={list?.total ?? 0}
        rowAt={rowAt}
        pinned={list?.stuck}
        isStale={isStale || error !== null}
        onWindow={show}
        sorting={sorting}
        sort={(order) => setSorting(sortedBy(order, sorting, REQUESTS_START_ASCENDING))}
        open={(row) => {
          travel(endOf(row) ?? moment);
          if (session === undefined && row.session !== null) open(row.session);
        }}
        rowClass={({ outcome }) => outcome}
        topKey={asked}
        isNewestLast={isNewestLast}
        empty={list === undefined ? 'Loading …' : 'No requests.'}
      />
      <WaterfallLegend scale={scale} role={role} />
    </>
  );
}

function ByPath({ source, query, refresh, filter, setFilter, setCount }: ListProps): ComponentChildren {
  const { value: paths, error } = useAnswer(
    () => source.paths({ ...query, order: 'duration', limit: MOST_PATHS }),
    [source, JSON.stringify(query), refresh],
  );
  useEffect(() => setCount(paths?.length), [paths?.length]);
  if (error !== null) return <Problem error={error} />;
  return (
    <PathTable
      paths={paths}
      open={({ path }: PathRow) => setFilter({ ...filter, isByPath: false, search: path })}
    />
  );
}

function Problem({ error }: { readonly error: Error }): ComponentChildren {
  return (
    <p class="notice" role="alert">
      The requests cannot be loaded: {error.message}
    </p>
  );
}

/** With its query where the list has it. */
function commandOf({ method, path, query }: RequestRow, report: SessionReport): string | null {
  return curlOf({ method, target: path + (query ?? '') }, report);
}

/** The moment when a request ended; `null`, which is now, while it is open. */
function endOf({ at, duration, outcome }: RequestRow): Moment | null {
  return outcome === 'open' ? null : { at: Math.ceil(at + duration), through: null };
}

function useScale(rows: readonly RequestRow[]): number {
  const last = useRef<number | null>(null);
  if (rows.length > 0) {
    const ended = rows.filter(({ outcome }) => outcome !== 'open');
    last.current = scaleFor(
      (ended.length > 0 ? ended : rows).map(({ duration, phases }) => duration + phases.head),
      last.current,
    );
  }
  return last.current ?? 1;
}
