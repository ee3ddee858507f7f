import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

import type { ErrorMark } from '../../model/traffic-shapes.js';
import type { Times } from '../hooks/times.js';
import { formatWhen } from '../logic/ages.js';
import { formatClock, formatCount, formatDuration } from '../logic/format.js';
import { markAfter, markBefore } from '../logic/timeline-lanes.js';
import type { Moment } from '../logic/moment.js';
import { detailText } from '../logic/notices.js';
import { spanBefore, type Span } from '../logic/span.js';
import { useKeys } from '../hooks/keys.js';
import { ErrorNote } from './error-note.jsx';
import { TimelineTrack } from './timeline-track.jsx';

interface TimelineProps {
  readonly times: Times;
  readonly moment: Moment | null;
  /** The range that was chosen; `null` for all of it. */
  readonly span: Span | null;
  /** How the source is: whether its end is now. */
  readonly standing: 'live' | 'lost' | 'recording';
  /** The length of a step. */
  readonly step: string;
  /** When the open actor changed. */
  readonly changes: readonly number[];
  readonly travel: (moment: Moment | null, span: Span | null) => void;
  readonly stepBack: () => void;
  readonly stepForward: () => void;
  /** Shows the requests in a range, at its end. */
  readonly showRequests: (moment: Moment, span: Span) => void;
  /** Shows an actor at a moment. */
  readonly openAt: (actor: string, moment: Moment) => void;
  /** The name of an actor. */
  readonly nameOf: (actor: string) => Promise<string>;
  readonly width: number;
  /** The reference that measures the width. */
  readonly measured: (element: HTMLElement | null) => void;
}

/** How much time before an error is offered. */
const BEFORE_ERROR = 10_000;

/** The time that the page shows: now, or any recorded time; how much happened when, and where errors are. */
export function Timeline(props: TimelineProps): ComponentChildren {
  const { times, moment, span, standing, changes, travel, showRequests } = props;
  const { marks, remembered } = times;
  const [noted, setNoted] = useState<readonly ErrorMark[] | null>(null);
  const now = remembered.to;
  const at = moment?.at ?? now;
  const goTo = (time: number): void => {
    setNoted(null);
    const within = Math.min(Math.max(Math.round(time), remembered.from), now);
    travel({ at: within, through: null }, span);
  };
  const note = (errors: readonly ErrorMark[]): void => {
    const last = errors.at(-1);
    if (last === undefined) return;
    const isShown = span === null || (last.at >= span.from && last.at <= span.to);
    travel({ at: last.at, through: null }, isShown ? span : null);
    setNoted(errors);
  };
  const showBefore = (mark: ErrorMark): void => {
    setNoted(null);
    showRequests({ at: mark.at, through: null }, spanBefore(mark.at, BEFORE_ERROR));
  };
  const toggle = (): void => {
    setNoted(null);
    travel(moment === null ? { at: now, through: null } : null, moment === null ? span : null);
  };
  const previous = markBefore(marks, at);
  const next = moment === null ? undefined : markAfter(marks, at);
  const last = markBefore(marks, at + 1);
  const jump = (mark: ErrorMark | undefined): unknown => (mark === undefined ? false : note([mark]));
  useKeys({
    pause: toggle,
    back: props.stepBack,
    forward: props.stepForward,
    previousError: () => jump(previous),
    nextError: () => jump(next),
  });
  return (
    <footer class="timeline" aria-label="Time">
      <div class="timeline-bar">
        <button
          type="button"
          class="main"
          aria-keyshortcuts="p"
          title="Key: p"
          disabled={moment === null && standing !== 'live'}
          onClick={toggle}
        >
          <span aria-hidden="true">{moment === null ? '❚❚ ' : '▶ '}</span>
          {moment === null ? 'Pause' : standing === 'live' ? 'Live' : 'Go to the end'}
        </button>
        <div class="joined">
          <StepButton label={`Back by ${props.step}`} shortcut="," act={props.stepBack}>
            ◂
          </StepButton>
          <StepButton
            label={`Forward by ${props.step}`}
            shortcut="."
            act={moment === null ? undefined : props.stepForward}
          >
            ▸
          </StepButton>
        </div>
        <div class="joined errors">
          <StepButton label="Previous error" shortcut="[" act={previous && (() => jump(previous))}>
            ◂!
          </StepButton>
          <StepButton label="Next error" shortcut="]" act={next && (() => jump(next))}>
            !▸
          </StepButton>
        </div>
        <p data-testid="moment">{momentText(moment, now, standing)}</p>
        <p class="hint" data-testid="timeline-hint">
          {span === null ? detailText(times.history) : <SpanText span={span} times={times} />}
        </p>
        {last !== undefined && (
          <button
            type="button"
            title={`${last.code}, ${formatWhen(last.at, now)}`}
            onClick={() => showBefore(last)}
          >
            10 s before {last.at === moment?.at ? 'this' : 'the last'} error
          </button>
        )}
        {span !== null && (
          <button type="button" onClick={() => travel(moment, null)}>
            Whole time
          </button>
        )}
      </div>
      <TimelineTrack
        times={times}
        moment={moment}
        width={props.width}
        measured={props.measured}
        changes={changes}
        valueText={momentText(moment, now, standing)}
        goTo={goTo}
        choose={(chosen) => {
          setNoted(null);
          const isWithin = moment !== null && moment.at >= chosen.from && moment.at <= chosen.to;
          travel(isWithin ? moment : { at: chosen.to, through: null }, chosen);
        }}
        note={note}
      />
      {noted !== null && (
        <ErrorNote
          marks={noted}
          now={now}
          shown={times.shown}
          width={props.width}
          nameOf={props.nameOf}
          showBefore={showBefore}
          open={(mark, actor) => {
            setNoted(null);
            props.openAt(actor, { at: mark.at, through: null });
          }}
          close={() => setNoted(null)}
        />
      )}
    </footer>
  );
}

function momentText(moment: Moment | null, now: number, standing: TimelineProps['standing']): string {
  const ends = { live: 'now', lost: `last known, ${formatClock(now)}`, recording: 'the end' };
  if (moment === null) return ends[standing];
  const before = { live: 'ago', lost: 'before the last known', recording: 'before the end' };
  const distance = formatDuration(Math.max(0, now - moment.at));
  return `${formatWhen(moment.at, now)} (${distance} ${before[standing]})`;
}

/** What happened in the range, in numbers. */
function SpanText({ span, times }: { readonly span: Span; readonly times: Times }): ComponentChildren {
  const { within, marks } = times;
  const errors = marks.filter(({ at }) => at >= span.from && at <= span.to).length;
  return (
    <>
      {formatClock(span.from)} – {formatClock(span.to)} ({formatDuration(span.to - span.from)}
      ):{' '}
      {within !== undefined &&
        `${formatCount(within.requests)} requests, ${formatCount(within.failed)} failed, `}
      {formatCount(errors)} errors
    </>
  );
}

interface StepButtonProps {
  readonly label: string;
  readonly shortcut: string;
  /** Absent where there is nowhere to go. */
  readonly act: (() => unknown) | undefined;
  readonly children: ComponentChildren;
}

function StepButton({ label, shortcut, act, children }: StepButtonProps): ComponentChildren {
  return (
    <button
      type="button"
      aria-label={label}
      aria-keyshortcuts={shortcut}
      title={`${label} (key: ${shortcut})`}
      disabled={act === undefined}
      onClick={() => act?.()}
    >
      {children}
    </button>
  );
}
