import type { ComponentChildren } from 'preact';

import { kindOf } from '../../model/event-kinds.js';
import type { ActivationBar, Sequence, SequenceFrame, SequenceMessage } from '../../model/sequence.js';
import type { LogEntry } from '../../model/shapes.js';
import { changeText } from '../../model/state-change.js';
import { formatTime } from '../logic/format.js';
import type { SequenceRows } from '../logic/sequence-rows.js';

/** The height of a row, and of the heads above all rows, in pixels. */
export const SEQUENCE_ROW = 30;
export const SEQUENCE_HEAD = 34;

const CHARACTER = 7.3;
const BAR = 5;
const BASE = 21;
const MOST_LANE = 260;

/** Where things are from left to right, in pixels. */
export interface SequenceGeometry {
  readonly width: number;
  /** The width of one lane. */
  readonly lane: number;
  /** Whether there is room for the hour and the minute. */
  readonly isWide: boolean;
  /** Where the drawing begins, right of the times. */
  readonly left: number;
  readonly laneAt: (lane: number) => number;
}

/** Lanes share the width; where it is not enough for their messages, the drawing scrolls sideways. */
export function geometryOf(lanes: readonly string[], room: number): SequenceGeometry {
  const isWide = room >= 480;
  const left = isWide ? 92 : 52;
  const least = lanes.length <= 3 ? 82 : 116;
  const share = (room - left - 6) / Math.max(1, lanes.length);
  const lane = Math.floor(Math.max(least, Math.min(MOST_LANE, share)));
  return {
    ...{ lane, isWide, left, width: Math.max(room, left + lane * lanes.length + 6) },
    laneAt: (at) => left + lane * (at + 0.5),
  };
}

interface DrawingProps {
  readonly sequence: Sequence;
  readonly laid: SequenceRows;
  readonly geometry: SequenceGeometry;
  /** The rows that are drawn. */
  readonly first: number;
  readonly end: number;
  readonly selected: number;
  readonly isLater: (entry: LogEntry) => boolean;
  readonly select: (entry: LogEntry) => void;
}

/** The rows of a sequence that are in view. */
export function SequenceDrawing(props: DrawingProps): ComponentChildren {
  const { sequence, laid, geometry, first, end, selected, isLater, select } = props;
  const { lanes } = sequence;
  const [top, height] = [first * SEQUENCE_ROW, (end - first) * SEQUENCE_ROW];
  const span = (from: number, to: number): readonly [number, number] => [
    laid.rowOf[from] ?? 0,
    laid.rowOf[to] ?? 0,
  ];
  const isInView = ([from, to]: readonly [number, number]): boolean => from < end && to >= first;
  const frames = sequence.frames.filter((frame) => isInView(span(frame.first, frame.end - 1)));
  const bars = sequence.bars.filter((bar) => isInView(span(bar.first, bar.last)));
  const right = geometry.laneAt(lanes.length - 1) + geometry.lane / 2;
  return (
    <svg
      class="sequence"
      role="group"
      aria-label={`Sequence of ${lanes.join(', ')}`}
      width={geometry.width}
      height={height}
      viewBox={`0 ${top} ${geometry.width} ${height}`}
      style={{ top: `${top}px` }}
    >
      {frames.map((frame) => (
        <FrameBox
          key={frame.group.number}
          frame={frame}
          rows={span(frame.first, frame.end - 1)}
          left={geometry.left}
          right={right}
        />
      ))}
      {selected >= first && selected < end && (
        <rect class="chosen" x={0} y={selected * SEQUENCE_ROW} width={geometry.width} height={SEQUENCE_ROW} />
      )}
      {lanes.map((_, i) => (
        <line
          key={i}
          class="lifeline"
          x1={geometry.laneAt(i)}
          x2={geometry.laneAt(i)}
          y1={top}
          y2={top + height}
        />
      ))}
      {bars.map((bar) => (
        <Bar
          key={`${bar.lane} ${bar.first}`}
          rows={span(bar.first, bar.last)}
          x={geometry.laneAt(bar.lane)}
        />
      ))}
      {laid.rows.slice(first, end).map((row, i) => {
        const y = (first + i) * SEQUENCE_ROW;
        if (row.type === 'title')
          return <Title key={row.key} frame={row.frame} y={y} left={geometry.left} right={right} />;
        const { message, place } = row;
        return (
          <Message
            key={row.key}
            message={message}
            lanes={lanes}
            y={y}
            geometry={geometry}
            isBusy={(lane) => isBusy(bars, lane, place)}
            isLater={isLater(message.entry)}
            isSelected={first + i === selected}
            select={select}
          />
        );
      })}
    </svg>
  );
}

function isBusy(bars: readonly ActivationBar[], lane: number, place: number): boolean {
  return bars.some((bar) => bar.lane === lane && bar.first <= place && bar.last >= place);
}

interface FrameProps {
  readonly frame: SequenceFrame;
  readonly left: number;
  readonly right: number;
}

function FrameBox({
  frame: { group },
  rows: [first, last],
  left,
  right,
}: FrameProps & { readonly rows: readonly [number, number] }): ComponentChildren {
  // The title has a row of its own in front of the first message.
  const y = (first - 1) * SEQUENCE_ROW + 4;
  return (
    <rect
      class={isBad(group) ? 'request-frame bad' : 'request-frame'}
      x={left}
      y={y}
      width={right - left}
      height={(last + 1) * SEQUENCE_ROW - y - 1}
      rx={4}
    />
  );
}

function isBad({ outcome, status }: SequenceFrame['group']): boolean {
  return outcome === 'failed' || (status !== null && status >= 500);
}

function Title({ frame, y, left, right }: FrameProps & { readonly y: number }): ComponentChildren {
  const text = cut(frame.title, right - left - 16);
  return (
    <g>
      <rect
        class={isBad(frame.group) ? 'frame-title bad' : 'frame-title'}
        x={left}
        y={y + 4}
        width={text.length * CHARACTER + 18}
        height={21}
        rx={4}
      />
      <text class="frame-name" x={left + 9} y={y + 19}>
        {text}
        <title>{frame.title}</title>
      </text>
    </g>
  );
}

function Bar({
  rows: [first, last],
  x,
}: {
  readonly rows: readonly [number, number];
  readonly x: number;
}): ComponentChildren {
  const y = first * SEQUENCE_ROW + BASE - 6;
  return <rect class="busy" x={x - BAR} y={y} width={2 * BAR} height={last * SEQUENCE_ROW + BASE + 6 - y} />;
}

interface MessageProps {
  readonly message: SequenceMessage;
  readonly lanes: readonly string[];
  readonly y: number;
  readonly geometry: SequenceGeometry;
  readonly isBusy: (lane: number) => boolean;
  readonly isLater: boolean;
  readonly isSelected: boolean;
  readonly select: (entry: LogEntry) => void;
}

function Message(props: MessageProps): ComponentChildren {
  const { message, lanes, y, geometry, isBusy: busy, isLater, isSelected, select } = props;
  const { from, to, at, label, entry } = message;
  const isSelf = from === to;
  const time = formatTime(at);
  const change = changeText(entry.from, entry.to, entry.event);
  const name = `${lanes[from] ?? ''} to ${lanes[to] ?? ''}: ${label}`;
  const edgeOf = (lane: number, side: number): number =>
    geometry.laneAt(lane) + (busy(lane) ? side * BAR : 0);
  const side = isSelf ? 1 : Math.sign(to - from);
  const [x1, x2] = [edgeOf(from, side), edgeOf(to, isSelf ? 1 : -side)];
  const base = y + BASE;
  // A message to itself has its label to the right, or to the left of the last lane.
  const isLast = isSelf && from === lanes.length - 1 && lanes.length > 1;
  const room = isSelf
    ? (lanes.length - from - 0.5) * geometry.lane - 24
    : Math.abs(to - from) * geometry.lane + (geometry.lane > 150 ? 0 : 14);
  return (
    <g
      class={`step ${kindOf(entry)}${isLater ? ' later' : ''}${isSelected ? ' selected' : ''}`}
      role="button"
      tabindex={-1}
      aria-label={name}
      aria-pressed={isSelected}
      onClick={() => select(entry)}
    >
      <title>{`${time} ${name}${change === '' ? '' : `\n${change}`}`}</title>
      <rect class="hit" x={0} y={y} width={geometry.width} height={SEQUENCE_ROW} />
      <text class="time" x={6} y={base}>
        {geometry.isWide ? time : time.slice(6)}
      </text>
      <path
        class="way"
        d={isSelf ? `M${x1} ${base - 9}h18v8h-${18 - 7}` : `M${x1} ${base}H${x2 - side * 7}`}
      />
      <path class="tip" d={isSelf ? `M${x1} ${base - 1}l8 -4v8z` : `M${x2} ${base}l${-side * 8} -4v8z`} />
      <text
        class={isSelf ? (isLast ? 'told before' : 'told self') : 'told'}
        x={isSelf ? (isLast ? x1 - 2 * BAR - 6 : x1 + 24) : (x1 + x2) / 2}
        y={isSelf ? base - 1 : base - 6}
      >
        {cut(label, room)}
      </text>
    </g>
  );
}

function cut(text: string, width: number): string {
  const room = Math.max(4, Math.floor(width / CHARACTER));
  return text.length > room ? `${text.slice(0, room - 1)}…` : text;
}
