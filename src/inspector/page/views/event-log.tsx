import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

import type { ActorDetail, LogEntry } from '../../model/shapes.js';
import { changeText } from '../../model/state-change.js';
import { formatCount, formatDuration, formatTime } from '../logic/format.js';

interface EventLogProps {
  readonly actor: ActorDetail;
  readonly log: readonly LogEntry[];
}

/** The filter finds the lines beyond these. */
const SHOWN = 300;

/** The changes of an actor and its children, newest first. */
export function EventLog({ actor, log }: EventLogProps): ComponentChildren {
  const [filter, setFilter] = useState('');
  const names = new Map([actor, ...actor.children].map(({ id, name }) => [id, name]));
  const lines = log.map((entry, i) => ({
    entry,
    name: names.get(entry.actor) ?? entry.actor,
    before: log[i - 1],
  }));
  const found = lines.filter(({ entry, name }) => matches(filter, entry, name));
  const shown = found.slice(-SHOWN).reverse();
  return (
    <div class="log">
      <div class="bar">
        <label class="field">
          Filter events
          <input
            type="search"
            placeholder="event, state or actor"
            value={filter}
            onInput={({ currentTarget }) => setFilter(currentTarget.value)}
          />
        </label>
        <p>
          {formatCount(shown.length)} of {formatCount(log.length)}
          {actor.isLogCut ? ', earlier events were discarded' : ''}
        </p>
      </div>
      <table aria-label="Events, newest first">
        <thead>
          <tr>
            {['Time', 'After', 'Actor', 'Event', 'From → to'].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map(({ entry, name, before }) => (
            <tr key={entry.number}>
              <td>{formatTime(entry.at)}</td>
              <td class="number">{before === undefined ? '' : `+${formatDuration(entry.at - before.at)}`}</td>
              <td class="who">{name}</td>
              <td class="event">{entry.event === '' ? <em>appears</em> : entry.event}</td>
              <td title={`${entry.from ?? '·'} → ${entry.to ?? '·'}`}>{changeText(entry.from, entry.to)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function matches(filter: string, { event, from, to }: LogEntry, name: string): boolean {
  const wanted = filter.trim().toLowerCase();
  return (
    wanted === '' || [event, from ?? '', to ?? '', name].some((text) => text.toLowerCase().includes(wanted))
  );
}
