import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';

import type { ErrorMark } from '../../model/traffic-shapes.js';
import type { Times } from '../hooks/times.js';
import { formatTime } from '../logic/format.js';
import { barsOf, countsIn, changeLines, markGroups, type MarkGroup } from '../logic/timeline-lanes.js';
import type { Moment } from '../logic/moment.js';
import { shareOf, spanBetween, type Span } from '../logic/span.js';
import { ticksOf } from '../logic/ticks.js';

interface TimelineTrackProps {
  readonly times: Times;
  readonly moment: Moment | null;
  readonly width: number;
  readonly measured: (element: HTMLElement | null) => void;
  readonly changes: readonly number[];
  /** The time that is shown, as it is read out. */
  readonly valueText: string;
  readonly goTo: (at: number) => void;
  /** Limits the page to a range. */
  readonly choose: (span: Span) => void;
  /** Shows errors that are one mark. */
  readonly note: (marks: readonly ErrorMark[]) => void;
}

const BARS_HEIGHT = 26;
const LANE_HEIGHT = 12;
const CHANGES_HEIGHT = 5;
/** A pointer that moves less, in pixels, clicks. */
const CLICK = 4;

/** The drawing of time: bars of requests, marks of errors, clock times, and the slider over them. A drag chooses a range. */
export function TimelineTrack(props: TimelineTrackProps): ComponentChildren {
  const { times, moment, width, changes, valueText, goTo } = props;
  const { shown, remembered, history } = times;
  const marks = useMemo(
    () => markGroups(times.marks, shown, width),
    [times.marks, shown.from, shown.to, width],
  );
  const { brush, press } = useBrush(props);
  const left = (at: number): string => `${shareOf(shown, at) * 100}%`;
  const at = moment?.at ?? remembered.to;
  const isBeyond = at < shown.from || at > shown.to;
  const detailSince = history?.detailSince ?? remembered.from;
  return (
    <div class="timeline-track" ref={props.measured}>
      <div class="lanes" onPointerDown={press} data-testid="lanes">
        <div class="unknown" style={{ width: left(remembered.from) }} />
        <div
          class="coarse"
          style={{ left: left(remembered.from), right: `${100 - shareOf(shown, detailSince) * 100}%` }}
        />
        <Density times={times} width={width} changes={changes} />
        <MarkLane groups={marks} width={width} note={props.note} />
        {brush !== null && (
          <div
            class="brush"
            style={{ left: left(brush.from), right: `${100 - shareOf(shown, brush.to) * 100}%` }}
          />
        )}
      </div>
      <input
        type="range"
        class={isBeyond ? 'beyond' : ''}
        aria-label="Time"
        aria-valuetext={valueText}
        min={shown.from}
        max={shown.to}
        step={Math.max(1, Math.round((shown.to - shown.from) / width))}
        value={moment === null && !isBeyond ? shown.to : at}
        onInput={({ currentTarget }) => goTo(Number(currentTarget.value))}
      />
      <Ticks shown={shown} width={width} />
    </div>
  );
}

function Density({
  times,
  width,
  changes,
}: Pick<TimelineTrackProps, 'times' | 'width' | 'changes'>): ComponentChildren {
  const { shown, history, division } = times;
  const size = { width, height: BARS_HEIGHT };
  const bars = useMemo(() => {
    if (history === undefined) return null;
    return barsOf(countsIn(division, history), division.step, shown, size);
  }, [history, division.since, division.step, shown.from, shown.to, width]);
  const lines = useMemo(
    () => changeLines(changes, shown, { width, height: CHANGES_HEIGHT }),
    [changes, shown.from, shown.to, width],
  );
  return (
    <svg class="density" width={width} height={BARS_HEIGHT} aria-hidden="true">
      <path class="bar-all" d={bars?.all ?? ''} />
      <path class="bar-failed" d={bars?.failed ?? ''} />
      <path class="change-lines" d={lines} />
    </svg>
  );
}

interface MarkLaneProps {
  readonly groups: readonly MarkGroup[];
  readonly width: number;
  readonly note: (marks: readonly ErrorMark[]) => void;
}

/** Errors in red. The keyboard goes from one to the next by its own keys. */
function MarkLane({ groups, width, note }: MarkLaneProps): ComponentChildren {
  return (
    <svg class="marks" width={width} height={LANE_HEIGHT} data-testid="error-lane">
      {groups.map(({ x, marks }) => (
        <g
          key={x}
          class="mark"
          transform={`translate(${Math.min(Math.max(x, 4), width - 4).toFixed(1)} 0)`}
          onPointerDown={(event) => event.stopPropagation()}
          onClick={() => note(marks)}
        >
          <title>{markText(marks)}</title>
          <rect class="hit" x={-5} width={10} height={LANE_HEIGHT} />
          <path d={`M-4 ${LANE_HEIGHT - 2}L0 2L4 ${LANE_HEIGHT - 2}Z`} />
        </g>
      ))}
    </svg>
  );
}

/** What a mark says where the pointer is: code and session of its errors. */
function markText(marks: readonly ErrorMark[]): string {
  const lines = marks
    .slice(-5)
    .map(({ at, code, session }) => `${formatTime(at)}  ${code}  ${session ?? 'no session'}`);
  const others = marks.length - lines.length;
  return [...(others > 0 ? [`${others} more before`] : []), ...lines].join('\n');
}

function Ticks({ shown, width }: { readonly shown: Span; readonly width: number }): ComponentChildren {
  const ticks = useMemo(() => ticksOf(shown, width), [shown.from, shown.to, width]);
  return (
    <div class="ticks" aria-hidden="true">
      {ticks.map(({ at, label }) => {
        const share = shareOf(shown, at);
        const place = share * width < 30 ? 'first' : (1 - share) * width < 30 ? 'last' : '';
        return (
          <span key={at} class={place} style={{ left: `${share * 100}%` }}>
            {label}
          </span>
        );
      })}
    </div>
  );
}

/** A range that is being dragged, and what starts it. A press that does not move goes to its time. */
function useBrush({ times, goTo, choose }: TimelineTrackProps): {
  readonly brush: Span | null;
  readonly press: (event: PointerEvent) => void;
} {
  const [brush, setBrush] = useState<Span | null>(null);
  const release = useRef<() => void>(() => undefined);
  useEffect(() => () => release.current(), []);
  const press = (event: PointerEvent): void => {
    const lanes = event.currentTarget as HTMLElement;
    if (event.button !== 0) return;
    event.preventDefault();
    const { shown, remembered } = times;
    const { left, width } = lanes.getBoundingClientRect();
    const timeAt = ({ clientX }: PointerEvent): number =>
      shown.from + Math.min(1, Math.max(0, (clientX - left) / width)) * (shown.to - shown.from);
    const isClick = ({ clientX }: PointerEvent): boolean => Math.abs(clientX - event.clientX) < CLICK;
    const bounds = { from: Math.max(shown.from, remembered.from), to: Math.min(shown.to, remembered.to) };
    const begin = timeAt(event);
    const move = (moved: PointerEvent): void => {
      setBrush(isClick(moved) ? null : spanBetween(begin, timeAt(moved), bounds));
    };
    const end = (ended: PointerEvent): void => {
      release.current();
      if (ended.type === 'pointercancel') return;
      if (isClick(ended)) goTo(begin);
      else choose(spanBetween(begin, timeAt(ended), bounds));
    };
    const cancel = (pressed: KeyboardEvent): void => {
      if (pressed.key !== 'Escape') return;
      pressed.preventDefault();
      release.current();
    };
    release.current = () => {
      setBrush(null);
      window.removeEventListener('pointermove', move);
      window.removeEventListener('pointerup', end);
      window.removeEventListener('pointercancel', end);
      window.removeEventListener('keydown', cancel, true);
    };
    window.addEventListener('pointermove', move);
    window.addEventListener('pointerup', end);
    window.addEventListener('pointercancel', end);
    window.addEventListener('keydown', cancel, true);
  };
  return { brush, press };
}
