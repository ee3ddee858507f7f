import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';

import type { ActorList as List, ActorOrder, ActorQuery, ActorSummary } from '../../model/shapes.js';
import { formatCount } from '../logic/format.js';
import type { Moment } from '../logic/moment.js';
import type { Source } from '../../model/source.js';
import { useLoadedRows } from '../hooks/loaded-rows.js';
import { actorColumns, isSourceAscending, STARTS_ASCENDING } from './actor-table.jsx';
import { sortedBy, VirtualTable, type Sorting } from './virtual-table.jsx';

interface ActorListProps {
  readonly source: Source;
  readonly chart: string;
  /** The path of the state; empty for all actors of the chart. */
  readonly state: string;
  /** Whether the actors are sessions of this package, which have requests. */
  readonly isOfSessions: boolean;
  readonly noun: string;
  /** Changes when the list may have changed. */
  readonly refresh: number;
  readonly moment: Moment | null;
  readonly open: (id: string) => void;
  /** Lists the actors of all states. */
  readonly showAll: () => void;
}

type Standing = 'any' | 'live' | 'ended';

/** The actors in a state, however many: those in view are loaded. */
export function ActorList(props: ActorListProps): ComponentChildren {
  const { source, chart, state, isOfSessions, noun, refresh, moment, open, showAll } = props;
  const [search, setSearch] = useState('');
  const [chosen, setStanding] = useState<Standing | null>(null);
  // Who asks for a state may ask for one that actors end in.
  const standing = chosen ?? (state === '' ? 'live' : 'any');
  const [sorting, setSorting] = useState<Sorting<ActorOrder>>({ order: 'age', isAscending: false });
  const query: ActorQuery = {
    chart,
    ...(state === '' ? {} : { state }),
    ...(standing === 'any' ? {} : { status: standing }),
    ...(search.trim() === '' ? {} : { search: search.trim() }),
    order: sorting.order,
    ascending: isSourceAscending(sorting),
    ...(moment === null ? {} : { at: moment.at }),
  };
  const asked = JSON.stringify(query);
  const { list, error, isStale, rowAt, show } = useLoadedRows<List, ActorSummary>({
    ask: (range) => source.list({ ...query, ...range }),
    rowsOf: ({ actors }) => actors,
    question: [source, asked],
    refresh: moment === null ? refresh : 0,
  });
  const isPast = moment !== null;
  const columns = useMemo(
    () => actorColumns(isOfSessions, list?.at ?? 0, isPast),
    [isOfSessions, list?.at, isPast],
  );
  return (
    <div class="list">
      <div class="bar">
        <input
          type="search"
          class="search"
          aria-label={`Search ${noun}`}
          title="Finds names, ids, addresses, paths and codes of errors"
          placeholder="Name, id, address, path, code"
          value={search}
          onInput={({ currentTarget }) => setSearch(currentTarget.value)}
        />
        <select
          aria-label="Show"
          value={standing}
          onChange={({ currentTarget }) => setStanding(currentTarget.value as Standing)}
        >
          <option value="live">live</option>
          <option value="ended">ended</option>
          <option value="any">live and ended</option>
        </select>
        {state !== '' && (
          <button type="button" class="chip" title="Show all states" onClick={showAll}>
            in <code>{state}</code> <span aria-label="Show all states">✕</span>
          </button>
        )}
        <p class="count" role="status" data-testid="list-count">
          {list === undefined ? '…' : formatCount(list.total)}
        </p>
      </div>
      {error !== null && (
        <p class="notice" role="alert">
          The list cannot be loaded: {error.message}
        </p>
      )}
      {(error === null || list !== undefined) && (
        <VirtualTable
          label={state === '' ? `List of all ${noun}` : `List of ${noun} in ${state}`}
          columns={columns}
          total={list?.total ?? 0}
          rowAt={rowAt}
          isStale={isStale || error !== null}
          onWindow={show}
          sorting={sorting}
          sort={(order) => setSorting(sortedBy(order, sorting, STARTS_ASCENDING))}
          open={({ id }) => open(id)}
          rowClass={({ status }) =>
            status === 'active' ? '' : status === 'error' ? 'ended failed' : 'ended'
          }
          topKey={asked}
          empty={emptyText(list, noun)}
        />
      )}
    </div>
  );
}

function emptyText(list: List | undefined, noun: string): string {
  if (list === undefined) return 'Loading …';
  return list.isBeyondDetail
    ? `It is not remembered any more which ${noun} there were at that time; counts and requests are.`
    : `No ${noun}.`;
}
