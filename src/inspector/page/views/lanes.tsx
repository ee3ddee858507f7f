import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';

import type { Lane, LaneState } from '../../diagram/lanes.js';
import { formatCount } from '../logic/format.js';
import { liveIn, lookOf, type Look } from '../logic/look.js';
import type { ChartProps } from './chart.jsx';

/** A chart with regions as lanes: in each an actor is in one state, which is lit. */
export function Lanes(props: ChartProps & { readonly lanes: readonly Lane[] }): ComponentChildren {
  const { lanes, counts, tools, legend } = props;
  const all = useMemo(() => liveIn(counts), [counts]);
  return (
    <div class="chart-pane">
      <div class="chart-tools">{tools}</div>
      <div class="state-lanes" tabIndex={0} role="region" aria-label="Lanes">
        {lanes.map((lane) => (
          <LaneRow key={lane.path} lane={lane} props={props} all={all} />
        ))}
      </div>
      {legend}
    </div>
  );
}

interface LaneRowProps {
  readonly lane: Lane;
  readonly props: ChartProps;
  readonly all: number;
}

function LaneRow({ lane, props, all }: LaneRowProps): ComponentChildren {
  const { path, name, tooltip, states } = lane;
  const look = lookOf(path, 'plain', props, all);
  const isEmpty = look.count === undefined ? !(props.trace?.active.has(path) ?? false) : look.count === 0;
  return (
    <div class={isEmpty && path !== '' ? 'state-lane idle' : 'state-lane'}>
      <div class="state-lane-head" title={tooltip}>
        {path === '' ? name : <Mark path={path} name={name} look={look} onPick={props.onPick} />}
      </div>
      <ol>
        {states.map((state) => (
          <Chip key={state.path} state={state} props={props} all={all} />
        ))}
      </ol>
    </div>
  );
}

interface ChipProps {
  readonly state: LaneState;
  readonly props: ChartProps;
  readonly all: number;
}

function Chip({ state, props, all }: ChipProps): ComponentChildren {
  const { path, name, kind, tone, tooltip, states } = state;
  const plain = lookOf(path, tone, props, all);
  // Without arrows, this shows where the last event led.
  const isEntered = props.trace?.entered.has(path) ?? false;
  const look = isEntered ? { ...plain, label: `${plain.label}, entered last` } : plain;
  const marks = `${look.isSelected ? ' selected' : ''}${isEntered ? ' entered' : ''}`;
  return (
    <li
      class={`state-chip of-${kind} ${look.classes}${marks}`}
      title={look.ended > 0 ? `${tooltip}\n${formatCount(look.ended)} ended here` : tooltip}
    >
      <Mark path={path} name={name} look={look} onPick={props.onPick} />
      {states.length > 0 && (
        <ol>
          {states.map((inner) => (
            <Chip key={inner.path} state={inner} props={props} all={all} />
          ))}
        </ol>
      )}
    </li>
  );
}

interface MarkProps {
  readonly path: string;
  readonly name: string;
  readonly look: Look;
  readonly onPick: ((path: string) => void) | undefined;
}

function Mark({ path, name, look, onPick }: MarkProps): ComponentChildren {
  const { label, count, ended, isSelected } = look;
  const inner = (
    <>
      <span class="state-chip-name">{name}</span>
      {count !== undefined && (
        <span class={count === 0 ? 'state-chip-count none' : 'state-chip-count'}>{formatCount(count)}</span>
      )}
      {ended > 0 && <span class="state-chip-ended">+{formatCount(ended)}</span>}
    </>
  );
  if (onPick === undefined) {
    return (
      <span class="state-chip-mark" role="img" aria-label={label} data-path={path}>
        {inner}
      </span>
    );
  }
  return (
    <button
      type="button"
      class="state-chip-mark"
      aria-label={label}
      aria-pressed={isSelected}
      data-path={path}
      onClick={() => {
        onPick(path);
      }}
    >
      {inner}
    </button>
  );
}
