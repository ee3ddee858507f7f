import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

import type { ActorOrder, ActorQuery, FleetFrame } from '../../model/shapes.js';
import type { Source } from '../../model/source.js';
import { useAnswer, useThrottledChange } from '../hooks.js';
import { formatCount } from '../logic/format.js';
import type { Moment } from '../logic/moment.js';
import { ActorTable, type Sorting } from './actor-table.jsx';

interface ActorListProps {
  readonly source: Source;
  readonly chart: string;
  /** The path of the state; empty for all actors of the chart. */
  readonly state: string;
  readonly noun: string;
  readonly frame: FleetFrame | undefined;
  readonly moment: Moment | null;
  readonly open: (id: string) => void;
  readonly close: () => void;
}

type Standing = 'any' | 'live' | 'ended';

const REFRESHED_EVERY_MS = 500;
const LIMIT = 100;

/** The actors in a state: the first hundred in the chosen order, refreshed twice a second while live. */
export function ActorList(props: ActorListProps): ComponentChildren {
  const { source, chart, state, noun, frame, moment, open, close } = props;
  const [search, setSearch] = useState('');
  const [standing, setStanding] = useState<Standing>('any');
  const [sorting, setSorting] = useState<Sorting>({ order: 'changed', isAscending: false });
  const changes = useThrottledChange(frame, REFRESHED_EVERY_MS);
  const query: ActorQuery = {
    chart,
    ...(state === '' ? {} : { state }),
    ...(standing === 'any' ? {} : { status: standing }),
    ...(search === '' ? {} : { search }),
    order: sorting.order,
    ascending: sorting.isAscending,
    limit: LIMIT,
    ...(moment === null ? {} : { at: moment.at }),
  };
  const asked = JSON.stringify(query);
  const { value: list, error } = useAnswer(
    () => source.list(query),
    [source, asked, moment === null ? changes : 0],
  );
  const title = state === '' ? `All ${noun}` : `In ${state}`;
  return (
    <section class="list" aria-labelledby="list-heading">
      <div class="bar">
        <h2 id="list-heading">{title}</h2>
        <p role="status" data-testid="list-count">
          {list === undefined ? '…' : shownOf(list.actors.length, list.total)}
        </p>
        <label class="field">
          Search
          <input
            type="search"
            placeholder="name, id or address"
            value={search}
            onInput={({ currentTarget }) => setSearch(currentTarget.value)}
          />
        </label>
        <label class="field">
          Show
          <select
            aria-label="Show"
            value={standing}
            onChange={({ currentTarget }) => setStanding(currentTarget.value as Standing)}
          >
            <option value="any">live and ended</option>
            <option value="live">live</option>
            <option value="ended">ended</option>
          </select>
        </label>
        {moment !== null && <p class="hint">States are historical; requests, bytes and errors are current</p>}
        <button type="button" aria-label="Close the list" onClick={close}>
          ✕
        </button>
      </div>
      {error === null ? (
        <ActorTable
          caption={title}
          list={list}
          sorting={sorting}
          sort={(order) => setSorting(sortedBy(order, sorting))}
          open={open}
        />
      ) : (
        <p class="notice" role="alert">
          The list cannot be loaded: {error.message}
        </p>
      )}
    </section>
  );
}

function shownOf(shown: number, total: number): string {
  return shown < total ? `${formatCount(shown)} of ${formatCount(total)}` : formatCount(total);
}

/** Descending at first, names ascending; the same column again reverses the order. */
function sortedBy(order: ActorOrder, last: Sorting): Sorting {
  if (order === last.order) return { order, isAscending: !last.isAscending };
  return { order, isAscending: order === 'name' };
}
