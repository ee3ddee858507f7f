import type { ComponentChildren } from 'preact';

import { curlOf } from '../../model/curl.js';
import type { SessionReport } from '../../model/shapes.js';
import { changeText } from '../../model/state-change.js';
import { deltaText, type EventLine, type Line, type RequestLine } from '../logic/event-lines.js';
import { formatTime } from '../logic/format.js';
import { CopyButton } from './copy-button.jsx';
import { kindName } from './event-legend.jsx';

/** The height of every line, in pixels; `events.css` has the same. */
export const LINE_HEIGHT = 24;

interface LineProps<T extends Line> {
  readonly line: T;
  readonly row: number;
  /** Whether the page shows this moment. */
  readonly isSelected: boolean;
  /** Whether the keyboard is here. */
  readonly isCursor: boolean;
  /** Whether it happened after the moment that the page shows. */
  readonly isLater: boolean;
  readonly activate: (line: Line) => void;
}

/** An event in a line. */
export function EventRow(props: LineProps<EventLine>): ComponentChildren {
  const { line, isSelected, activate } = props;
  const { entry, kind, words, name, chart, delta, isInRequest } = line;
  const change = changeText(entry.from, entry.to, entry.event);
  const hint = `${formatTime(entry.at)} ${name}: ${entry.event === '' ? words : entry.event}\n${change}`;
  return (
    <div
      {...rowOf(props, `line event${isInRequest ? ' in-request' : ''}`)}
      aria-selected={isSelected}
      title={hint}
      onClick={() => activate(line)}
    >
      <span role="gridcell" class="time">
        {formatTime(entry.at)}
      </span>
      <span role="gridcell" class="delta">
        {delta === null ? '' : deltaText(delta)}
      </span>
      <span role="gridcell" class={`event-dot ${kind}`} aria-label={kindName(kind)} />
      <span role="gridcell" class="chart-name">
        {chart}
      </span>
      <span role="gridcell" class={kind === 'bookkeeping' ? 'words' : 'type'}>
        {words}
      </span>
      <span role="gridcell" class="change">
        {change}
      </span>
    </div>
  );
}

/** What a request was, in front of its events. */
export function RequestRow(
  props: LineProps<RequestLine> & { readonly session: SessionReport | null },
): ComponentChildren {
  const { line, isCursor, activate, session } = props;
  const { group, title } = line;
  const { method, target, status, outcome } = group;
  const command =
    session === null || method === null || target === null ? null : curlOf({ method, target }, session);
  const isBad = outcome === 'failed' || (status !== null && status >= 500);
  return (
    <div
      {...rowOf(props, `line request${isBad ? ' bad' : ''}`)}
      aria-selected={false}
      onClick={() => activate(line)}
    >
      <span role="gridcell" class="title" title={`${formatTime(group.at)} ${title}`}>
        {title}
      </span>
      {command !== null && (
        <span role="gridcell">
          <CopyButton
            label="Copy as curl"
            hint="Without header fields and body: they are not recorded"
            text={() => command}
            isReachable={isCursor}
          />
        </span>
      )}
    </div>
  );
}

function rowOf(
  { row, isSelected, isCursor, isLater }: LineProps<Line>,
  kind: string,
): Record<string, unknown> {
  const classes = [kind, isSelected ? 'selected' : '', isCursor ? 'cursor' : '', isLater ? 'later' : ''];
  return {
    role: 'row',
    id: `line-${row}`,
    'aria-rowindex': row + 1,
    class: classes.filter((one) => one !== '').join(' '),
    style: { top: `${row * LINE_HEIGHT}px` },
  };
}
