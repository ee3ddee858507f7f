import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';

import type { RequestGroup } from '../../model/request-groups.js';
import type { ActorDetail, LogEntry } from '../../model/shapes.js';
import { lineAt, linesOf, namesOf, type EventLine, type Line } from '../logic/event-lines.js';
import { formatCount, formatTime } from '../logic/format.js';
import { logUntil, type Moment } from '../logic/moment.js';
import { useRowWindow } from '../hooks/row-window.js';
import { CopyButton } from './copy-button.jsx';
import { EventLegend, useHiddenKinds } from './event-legend.jsx';
import { EventRow, LINE_HEIGHT, RequestRow } from './event-line.jsx';
import { NewestButton } from './newest-button.jsx';

interface EventLogProps {
  /** With all that is known, whatever the moment. */
  readonly actor: ActorDetail;
  readonly moment: Moment | null;
  readonly groups: readonly RequestGroup[];
  /** Goes to the time of a change, and shows the chart of its actor. */
  readonly select: (entry: LogEntry) => void;
  /** Returns to now. */
  readonly deselect: () => void;
}

/** Rows that Page Up and Page Down pass. */
const PAGE = 10;

/** The changes of an actor and its children, one line each, the newest at the bottom. */
export function EventLog({ actor, moment, groups, select, deselect }: EventLogProps): ComponentChildren {
  const { log, logSince } = actor;
  const [filter, setFilter] = useState('');
  const [cursor, setCursor] = useState<Line['key'] | null>(null);
  const [hidden, toggle] = useHiddenKinds();
  const hiddenKey = [...hidden].join(' ');
  const names = useMemo(() => namesOf(actor), [actor.name, actor.children.length]);
  const lines = useMemo(
    () => linesOf(log, { groups, names, filter, hidden }),
    [log, groups, names, filter, hiddenKey],
  );
  const rows = useRowWindow({
    total: lines.length,
    rowHeight: LINE_HEIGHT,
    keyAt: (row) => lines[row]?.key,
  });
  const place = moment === null ? Infinity : logUntil(log, moment).length - 1;
  const selected = moment === null ? -1 : lineAt(lines, place);
  const marked = lines[selected];
  useEffect(() => {
    if (moment === null) rows.toNewest();
    else if (selected >= 0) rows.reveal(selected);
  }, [moment]);

  const activate = (line: Line): void => {
    setCursor(line.key);
    const entry = line.type === 'event' ? line.entry : log[line.group.first];
    if (entry !== undefined) select(entry);
  };
  const at = cursor === null ? selected : lines.findIndex(({ key }) => key === cursor);
  const move = (to: number): void => {
    const row = Math.max(0, Math.min(lines.length - 1, to));
    const line = lines[row];
    if (line === undefined) return;
    setCursor(line.key);
    rows.reveal(row);
  };
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return;
    const from = at === -1 ? lines.length : at;
    const line = lines[at];
    switch (event.key) {
      case 'ArrowDown':
      case 'j':
        move(at === -1 ? lines.length - 1 : at + 1);
        break;
      case 'ArrowUp':
      case 'k':
        move(from - 1);
        break;
      case 'PageDown':
        move(from + PAGE);
        break;
      case 'PageUp':
        move(from - PAGE);
        break;
      case 'Home':
        move(0);
        break;
      case 'End':
        move(lines.length - 1);
        break;
      case 'Enter':
      case ' ':
        if (line === undefined) return;
        activate(line);
        break;
      case 'Escape':
        if (moment === null) return;
        deselect();
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  const drawn = lines.slice(rows.first, rows.end);
  const events = lines.reduce((count, { type }) => count + (type === 'event' ? 1 : 0), 0);
  return (
    <div class="log filled">
      <div class="log-bar">
        <label class="field">
          <span class="unseen">Filter events</span>
          <input
            type="search"
            placeholder="Filter: event, state, path …"
            title="Finds events, states, actors, and requests by their method, path or status"
            value={filter}
            onInput={({ currentTarget }) => setFilter(currentTarget.value)}
          />
        </label>
        <EventLegend hidden={hidden} toggle={toggle} />
        <p class="hint">
          {formatCount(events)} of {formatCount(log.length)}, newest at the bottom
          {logSince > 0 ? '; earlier events were discarded' : ''}
        </p>
      </div>
      <div class="log-frame">
        <div
          class="lines"
          role="grid"
          aria-label="Events, newest at the bottom"
          aria-rowcount={lines.length}
          aria-activedescendant={at >= rows.first && at < rows.end ? `line-${at}` : undefined}
          tabIndex={0}
          ref={rows.frame}
          onScroll={rows.onScroll}
          onKeyDown={press}
          style={widthsOf(lines)}
        >
          <div class="all-lines" role="presentation" style={{ height: `${lines.length * LINE_HEIGHT}px` }}>
            {drawn.map((line, i) => {
              const row = rows.first + i;
              const common = {
                key: line.key,
                row,
                isSelected: row === selected,
                isCursor: row === at,
                activate,
              };
              if (line.type === 'request') {
                const isLater = line.group.first > place;
                return <RequestRow {...common} line={line} session={actor.session} isLater={isLater} />;
              }
              return <EventRow {...common} line={line} isLater={line.place > place} />;
            })}
          </div>
          {lines.length === 0 && <p class="notice">No events. {filter === '' ? '' : 'Clear the filter.'}</p>}
        </div>
        <NewestButton {...rows} />
      </div>
      {marked?.type === 'event' && <Details line={marked} names={names} />}
    </div>
  );
}

/** Columns are as wide as what is in them, up to a limit, whatever is in view. */
function widthsOf(lines: readonly Line[]): Record<string, string> {
  let [chart, event] = [4, 8];
  for (const line of lines) {
    if (line.type !== 'event') continue;
    chart = Math.max(chart, line.chart.length);
    event = Math.max(event, line.words.length);
  }
  return { '--chart': `${Math.min(chart, 14)}ch`, '--event': `${Math.min(event, 22)}ch` };
}

/** All that is known of the marked event. */
function Details({
  line: { entry, name },
  names,
}: {
  readonly line: EventLine;
  readonly names: ReturnType<typeof namesOf>;
}): ComponentChildren {
  const { at, event, from, to, sender } = entry;
  return (
    <div class="event-details" role="region" aria-label="Selected event">
      <p>
        <span class="when">{formatTime(at)}</span> {name}
        {event === '' ? '' : ': '}
        <strong>{event}</strong>
        {sender === null ? '' : ` from ${names.get(sender)?.name ?? sender}`}
      </p>
      <CopyButton label="Copy as JSON" text={() => JSON.stringify(entry, null, 2)} />
      <p class="states" title={`${from ?? ''} → ${to ?? ''}`}>
        {from === to ? `stays in ${to ?? '–'}` : [from ?? '', '→', to ?? ''].join(' ').trim()}
      </p>
    </div>
  );
}
