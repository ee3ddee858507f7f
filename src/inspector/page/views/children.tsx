import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

import type { ActorDetail, ActorSummary } from '../../model/shapes.js';
import { formatCount } from '../logic/format.js';

interface ChildrenProps {
  readonly actor: ActorDetail;
  /** Shows another actor. */
  readonly open: (id: string) => void;
}

type Order = 'name' | 'state' | 'transitions';

const COLUMNS: readonly (readonly [order: Order, title: string])[] = [
  ['name', 'Name'],
  ['state', 'State'],
  ['transitions', 'Transitions'],
];

/** Names with numbers are in the order of the numbers. */
const COLLATOR = new Intl.Collator('en', { numeric: true });

/** The children of an actor, sorted by a column; a click on the same column reverses it. */
export function Children({ actor, open }: ChildrenProps): ComponentChildren {
  const { children, childCount } = actor;
  const [order, setOrder] = useState<Order>('name');
  const [isAscending, setAscending] = useState(true);
  const sorted = [...children].sort((a, b) => compare(a, b, order) * (isAscending ? 1 : -1));
  const sort = (by: Order): void => {
    setAscending(by === order ? !isAscending : by !== 'transitions');
    setOrder(by);
  };
  return (
    <>
      {children.length < childCount && (
        <p class="hint">
          The newest {formatCount(children.length)} of {formatCount(childCount)}
        </p>
      )}
      <table class="children" aria-label="Children">
        <thead>
          <tr>
            {COLUMNS.map(([by, title]) => (
              <th
                key={by}
                scope="col"
                class={by === 'transitions' ? 'number' : ''}
                aria-sort={by === order ? (isAscending ? 'ascending' : 'descending') : undefined}
              >
                <button type="button" class="head" onClick={() => sort(by)}>
                  {title}
                  <span class="sort-arrow" aria-hidden="true">
                    {by === order ? (isAscending ? '▲' : '▼') : ''}
                  </span>
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map(({ id, name, state, status, transitions }) => (
            <tr key={id}>
              <td>
                <button type="button" class="link" onClick={() => open(id)}>
                  {name}
                </button>
              </td>
              <td class="event">
                {[state, status === 'active' ? '' : `(${status})`].filter((part) => part !== '').join(' ') ||
                  '–'}
              </td>
              <td class="number">{formatCount(transitions)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function compare(a: ActorSummary, b: ActorSummary, order: Order): number {
  const byName = COLLATOR.compare(a.name, b.name);
  if (order === 'name') return byName;
  if (order === 'transitions') return a.transitions - b.transitions || byName;
  return COLLATOR.compare(a.state, b.state) || byName;
}
