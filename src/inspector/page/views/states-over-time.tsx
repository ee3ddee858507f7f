import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';

import type { Pulse } from '../../model/traffic-shapes.js';
import { useAnswer, useLatest } from '../hooks/answers.js';
import { useRemembered } from '../hooks/remembered.js';
import { loadUPlot } from '../load-uplot.js';
import { formatClock, formatCount } from '../logic/format.js';
import type { Moment } from '../logic/moment.js';
import { layersOf, StateColours, type StateLayer } from '../logic/state-areas.js';
import type { Source } from '../../model/source.js';
import { AreaPlot, colourVariable } from './area-plot.jsx';

interface StatesOverTimeProps {
  readonly source: Source;
  /** The key of the definition. */
  readonly chart: string;
  readonly noun: string;
  readonly moment: Moment | null;
  /** Shows another time. */
  readonly travel: (moment: Moment | null) => void;
  /** What else its head has. */
  readonly children?: ComponentChildren;
}

const KEY = 'states-over-time';
const POINTS = 200;
const RANGE_MS = 600_000;
const BEFORE_MS = 60_000;

/** In a window that is lower, the chart and the list need the room more. */
const HIGH_ENOUGH = 700;

/** How many actors were in which state, up to the last ten minutes; it can be folded. */
export function StatesOverTime(props: StatesOverTimeProps): ComponentChildren {
  const usual = useMemo(() => (window.innerHeight < HIGH_ENOUGH ? 'folded' : 'open'), []);
  const [fold, setFold] = useRemembered(KEY, usual);
  const isOpen = fold === 'open';
  return (
    <section class="areas" aria-labelledby="areas-heading">
      <div class="areas-head">
        <h2 id="areas-heading">
          <button
            type="button"
            class="fold"
            aria-expanded={isOpen}
            onClick={() => setFold(isOpen ? 'folded' : 'open')}
          >
            <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span> States over time
          </button>
        </h2>
        {props.children}
      </div>
      {isOpen && <Areas key={props.chart} {...props} />}
    </section>
  );
}

function Areas({ source, chart, noun, moment, travel }: StatesOverTimeProps): ComponentChildren {
  const pulse = useLatest<Pulse>((listener) => source.watchPulse(listener), [source]);
  const colours = useMemo(() => new StateColours(), [source, chart]);
  const [looked, look] = useState<number | null>(null);
  const end = pulse?.at;
  const since = end === undefined ? undefined : Math.min(end - RANGE_MS, (moment?.at ?? end) - BEFORE_MS);
  const { value: [history, library] = [], error } = useAnswer(
    () =>
      since === undefined
        ? undefined
        : Promise.all([source.history({ chart, points: POINTS, since: Math.max(0, since) }), loadUPlot()]),
    [source, chart, since],
  );
  const layers = useMemo(() => layersOf(history?.states ?? {}, colours), [history, colours]);
  if (error !== null) return <p class="notice">These areas cannot be drawn: {error.message}</p>;
  const at = history?.at ?? [];
  const shown = looked ?? (moment === null ? at.length - 1 : lastBefore(at, moment.at));
  return (
    <div class="areas-body">
      {library === undefined || at.length < 2 || layers.length === 0 ? (
        <p class="notice">No {noun} yet.</p>
      ) : (
        <AreaPlot
          library={library}
          label={`How many ${noun} were in which state since ${formatClock(at[0] ?? 0)}; click to go to a time`}
          at={at}
          layers={layers}
          marked={moment?.at ?? null}
          look={look}
          pick={(time) => travel({ at: time, through: null })}
        />
      )}
      <Legend layers={layers} place={shown} time={at[shown]} isNow={shown === at.length - 1} />
    </div>
  );
}

interface LegendProps {
  readonly layers: readonly StateLayer[];
  readonly place: number;
  readonly time: number | undefined;
  readonly isNow: boolean;
}

/** In the order of the drawing: the uppermost layer is first. */
function Legend({ layers, place, time, isNow }: LegendProps): ComponentChildren {
  return (
    <div class="areas-legend">
      <p class="hint">{time === undefined || isNow ? 'now' : `at ${formatClock(time)}`}</p>
      <ul>
        {layers.toReversed().map(({ state, colour, values }) => (
          <li key={state} title={state}>
            <span class="swatch" style={{ background: `var(${colourVariable(colour)})` }} />
            <span class="name">{state}</span>
            <span class="count">{formatCount(values[place] ?? 0)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function lastBefore(at: readonly number[], time: number): number {
  const after = at.findIndex((each) => each > time);
  return Math.max(0, (after === -1 ? at.length : after) - 1);
}
