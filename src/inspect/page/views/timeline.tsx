import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';

import type { FleetFrame } from '../../model/shapes.js';
import { formatDuration, formatTime } from '../logic/format.js';
import type { Moment } from '../logic/moment.js';

interface TimelineProps {
  /** The numbers of now, which tell how far back there is history. */
  readonly range: FleetFrame | undefined;
  readonly moment: Moment | null;
  /** What a step goes by. */
  readonly step: string;
  readonly go: (moment: Moment | null) => void;
  readonly stepBack: () => void;
  readonly stepForward: () => void;
}

/** The time that is looked at: now, or any that is remembered. */
export function Timeline({
  range,
  moment,
  step,
  go,
  stepBack,
  stepForward,
}: TimelineProps): ComponentChildren {
  const now = range?.at ?? 0;
  const since = Math.min(range?.since ?? now, now);
  const at = moment?.at ?? now;
  const toggle = (): void => {
    go(moment === null ? { at: now, through: null } : null);
  };
  useKeys({ p: toggle, ',': stepBack, '.': stepForward });
  return (
    <footer class="timeline" aria-label="Time">
      <button type="button" class="main" aria-keyshortcuts="p" title="Key: p" onClick={toggle}>
        {moment === null ? '❚❚ Pause' : '▶ Live'}
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
        aria-valuetext={moment === null ? 'now' : `${formatDuration(now - at)} ago, ${formatTime(at)}`}
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
        {moment === null ? 'now' : `${formatTime(at)} (${formatDuration(Math.max(0, now - at))} ago)`}
      </p>
      <p class="hint">History: {formatDuration(now - since)}</p>
    </footer>
  );
}

function useKeys(keys: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const act = keys[event.key];
      if (act === undefined || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
        return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', press);
    return () => {
      window.removeEventListener('keydown', press);
    };
  });
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input:not([type=range]), select, textarea');
}
