import type { ComponentChildren } from 'preact';

import type { FleetFrame } from '../../model/shapes.js';
import { formatDuration, formatTime } from '../logic/format.js';
import type { Moment } from '../logic/moment.js';
import { useKeys } from '../use-keys.js';

interface TimelineProps {
  /** The current counts, which say how far back the history goes. */
  readonly range: FleetFrame | undefined;
  readonly moment: Moment | null;
  /** Whether the source has ended: its end is not now. */
  readonly isRecording: boolean;
  /** The length of a step. */
  readonly step: string;
  readonly go: (moment: Moment | null) => void;
  readonly stepBack: () => void;
  readonly stepForward: () => void;
}

/** The time that the page shows: now, or any recorded time. */
export function Timeline(props: TimelineProps): ComponentChildren {
  const { range, moment, isRecording, step, go, stepBack, stepForward } = props;
  const end = isRecording ? 'the end' : 'now';
  const sinceThen = isRecording ? 'before the end' : 'ago';
  const now = range?.at ?? 0;
  const since = Math.min(range?.since ?? now, now);
  const at = moment?.at ?? now;
  const toggle = (): void => {
    go(moment === null ? { at: now, through: null } : null);
  };
  useKeys({ pause: toggle, back: stepBack, forward: stepForward });
  return (
    <footer class="timeline" aria-label="Time">
      <button type="button" class="main" aria-keyshortcuts="p" title="Key: p" onClick={toggle}>
        <span aria-hidden="true">{moment === null ? '❚❚ ' : '▶ '}</span>
        {moment === null ? 'Pause' : isRecording ? 'Go to the end' : 'Live'}
      </button>
      <button
        type="button"
        aria-label={`Back by ${step}`}
        aria-keyshortcuts=","
        title="Key: ,"
        onClick={stepBack}
      >
        ◂
      </button>
      <input
        type="range"
        aria-label="Time"
        aria-valuetext={moment === null ? end : `${formatDuration(now - at)} ${sinceThen}, ${formatTime(at)}`}
        min={since}
        max={now}
        step={1}
        value={at}
        onInput={({ currentTarget }) => go({ at: Number(currentTarget.value), through: null })}
      />
      <button
        type="button"
        aria-label={`Forward by ${step}`}
        aria-keyshortcuts="."
        title="Key: ."
        disabled={moment === null}
        onClick={stepForward}
      >
        ▸
      </button>
      <p data-testid="moment">
        {moment === null ? end : `${formatTime(at)} (${formatDuration(Math.max(0, now - at))} ${sinceThen})`}
      </p>
      <p class="hint">History: {formatDuration(now - since)}</p>
    </footer>
  );
}
