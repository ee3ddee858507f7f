import type { ComponentChildren } from 'preact';

import { formatCount } from '../logic/format.js';
import type { RequestFilter, RequestShow } from '../logic/request-filter.js';

interface RequestBarProps {
  readonly filter: RequestFilter;
  readonly change: (filter: RequestFilter) => void;
  /** How many there are; `undefined` before it is known. */
  readonly count: number | undefined;
}

const SHOWS: readonly (readonly [show: RequestShow, text: string])[] = [
  ['all', 'all'],
  ['open', 'open'],
  ['failed', 'failed'],
];
const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;
const SLOWER: readonly (readonly [ms: number, text: string])[] = [
  [0, 'any duration'],
  [10, '≥ 10 ms'],
  [100, '≥ 100 ms'],
  [1000, '≥ 1 s'],
  [10_000, '≥ 10 s'],
];

/** Chooses which requests are listed. */
export function RequestBar({ filter, change, count }: RequestBarProps): ComponentChildren {
  const set = (part: Partial<RequestFilter>): void => change({ ...filter, ...part });
  return (
    <div class="bar">
      <input
        type="search"
        class="search"
        aria-label="Search requests"
        title="Finds paths, methods, codes of errors and names of sessions"
        placeholder="Path, method, code, session"
        value={filter.search}
        onInput={({ currentTarget }) => set({ search: currentTarget.value })}
      />
      <select
        aria-label="Show requests"
        title="A request has failed by an error, or with a status of 500 and more"
        value={filter.show}
        onChange={({ currentTarget }) => set({ show: currentTarget.value as RequestShow })}
      >
        {SHOWS.map(([show, text]) => (
          <option key={show} value={show}>
            {text}
          </option>
        ))}
      </select>
      <select
        aria-label="Status"
        value={filter.status}
        onChange={({ currentTarget }) => set({ status: currentTarget.value })}
      >
        <option value="">any status</option>
        {CLASSES.map((status) => (
          <option key={status} value={status}>
            {status}
          </option>
        ))}
      </select>
      <select
        aria-label="Duration"
        value={String(filter.slowerThan)}
        onChange={({ currentTarget }) => set({ slowerThan: Number(currentTarget.value) })}
      >
        {SLOWER.map(([ms, text]) => (
          <option key={ms} value={String(ms)}>
            {text}
          </option>
        ))}
      </select>
      <button
        type="button"
        aria-pressed={filter.isByPath}
        title="One row for each path: how many requests, and how slow"
        onClick={() => set({ isByPath: !filter.isByPath })}
      >
        By path
      </button>
      <button
        type="button"
        aria-pressed={filter.hasQueries}
        title="Queries can contain personal data, so they are hidden unless you ask for them"
        onClick={() => set({ hasQueries: !filter.hasQueries })}
      >
        ?query
      </button>
      <p class="count" role="status" data-testid="request-count">
        {count === undefined ? '…' : formatCount(count)}
      </p>
    </div>
  );
}
