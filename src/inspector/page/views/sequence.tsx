import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';

import type { ActorDetail, LogEntry } from '../../model/shapes.js';
import { formatCount, formatTime } from '../logic/format.js';
import { sequenceOf, type SequenceMessage } from '../../model/sequence.js';

interface SequenceViewProps {
  readonly actor: ActorDetail;
  readonly log: readonly LogEntry[];
}

/** Only the last messages are drawn: a drawing of thousands would be slow and unreadable. */
const SHOWN = 150;
const TIMES = 88;
const LANE = 136;
const CHARACTER = 7.3;
const HEAD = 34;
const ROW = 34;

/** Who sent what to whom, from top to bottom, oldest first. */
export function SequenceView({ actor, log }: SequenceViewProps): ComponentChildren {
  const { lanes, messages } = useMemo(
    () => sequenceOf(actor, log.slice(-SHOWN)),
    [log, actor.name, actor.children.length],
  );
  const width = TIMES + lanes.length * LANE;
  const height = HEAD + (messages.length + 1) * ROW;
  return (
    <>
      {log.length > SHOWN && (
        <p class="hint">
          The last {formatCount(SHOWN)} of {formatCount(log.length)}
        </p>
      )}
      <svg
        class="sequence"
        role="img"
        aria-label={`Sequence of ${lanes.join(', ')}`}
        width={width}
        height={height}
      >
        <desc>{messages.map((message) => describe(message, lanes)).join('; ')}</desc>
        <defs>
          <marker
            id="tip"
            viewBox="0 0 10 10"
            refX="9"
            refY="5"
            markerWidth="8"
            markerHeight="8"
            orient="auto"
          >
            <path class="head" d="M0 0 10 5 0 10z" />
          </marker>
        </defs>
        {lanes.map((lane, i) => (
          <g key={i}>
            <line class="lifeline" x1={laneAt(i)} x2={laneAt(i)} y1={HEAD} y2={height} />
            <rect
              class="lane"
              x={laneAt(i) - LANE / 2 + 8}
              y={4}
              width={LANE - 16}
              height={HEAD - 8}
              rx={5}
            />
            <text class="lane-name" x={laneAt(i)} y={22}>
              {cut(lane, LANE - 20)}
            </text>
          </g>
        ))}
        {messages.map((message, i) => (
          <Message key={message.number} message={message} y={HEAD + (i + 1) * ROW} />
        ))}
      </svg>
    </>
  );
}

function Message({
  message,
  y,
}: {
  readonly message: SequenceMessage;
  readonly y: number;
}): ComponentChildren {
  const [from, to] = [laneAt(message.from), laneAt(message.to)];
  const isSelf = from === to;
  const way = isSelf ? `M${from} ${y - 8}h24v8h-24` : `M${from} ${y}H${to}`;
  return (
    <g>
      <text class="time" x={4} y={y + 4}>
        {formatTime(message.at)}
      </text>
      <path class="message" d={way} marker-end="url(#tip)" />
      <text
        class={isSelf ? 'told self' : 'told'}
        x={isSelf ? from + 30 : (from + to) / 2}
        y={isSelf ? y : y - 6}
      >
        {cut(message.label, Math.max(1, Math.abs(message.to - message.from)) * LANE)}
        <title>{message.state === '' ? message.label : `${message.label} → ${message.state}`}</title>
      </text>
    </g>
  );
}

function laneAt(lane: number): number {
  return TIMES + LANE / 2 + lane * LANE;
}

function describe({ from, to, label }: SequenceMessage, lanes: readonly string[]): string {
  return `${lanes[from] ?? ''} to ${lanes[to] ?? ''}: ${label}`;
}

function cut(text: string, width: number): string {
  const room = Math.floor(width / CHARACTER);
  return text.length > room ? `${text.slice(0, room - 1)}…` : text;
}
