import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';

import type { ChartCounts, FleetFrame } from '../../model/shapes.js';
import type { Source } from '../../model/source.js';
import type { Address } from '../logic/address.js';
import { formatCount } from '../logic/format.js';
import type { Moment } from '../logic/moment.js';
import { countsByPath, statesTogether } from '../logic/states.js';
import { ActorList } from './actor-list.jsx';
import { ChartView } from './chart-view.jsx';

interface FleetProps {
  readonly source: Source;
  readonly generation: number;
  readonly frame: FleetFrame | undefined;
  readonly moment: Moment | null;
  readonly address: Address;
  readonly go: (address: Address) => void;
}

/** All actors of a chart: a count in each state, and the actors in a state as a list. */
export function Fleet({ source, generation, frame, moment, address, go }: FleetProps): ComponentChildren {
  const charts = inOrder(frame?.charts ?? []);
  const chart = charts.find((one) => one.chart === address.chart) ?? charts[0];
  const counts = useMemo(() => countsByPath(statesTogether(chart)), [chart]);
  const heading = chart?.name === 'session' ? 'All sessions' : `All ${chart?.name ?? ''} actors`;
  const noun = chart?.name === 'session' ? 'sessions' : 'actors';
  const place = chart === undefined ? {} : { chart: chart.chart };
  const { state } = address;
  return (
    <main class={state === undefined ? 'fleet' : 'fleet with-list'}>
      <section class="fleet-chart" aria-labelledby="chart-heading">
        <div class="bar">
          <h2 id="chart-heading">{chart === undefined ? 'Waiting for actors' : heading}</h2>
          <ChartChooser charts={charts} chosen={chart?.chart} choose={(key) => go({ chart: key })} />
          <Totals chart={chart} frame={frame} />
          <button
            type="button"
            aria-pressed={state === ''}
            onClick={() => go(state === '' ? place : { ...place, state: '' })}
          >
            List all {noun}
          </button>
        </div>
        <ChartView
          source={source}
          generation={generation}
          chart={chart?.chart}
          counts={counts}
          noun={noun}
          selected={state}
          onPick={(path) => go(path === state ? place : { ...place, state: path })}
        />
      </section>
      {state !== undefined && chart !== undefined && (
        <ActorList
          key={chart.chart}
          source={source}
          chart={chart.chart}
          state={state}
          noun={noun}
          frame={frame}
          moment={moment}
          open={(actor) => go({ ...place, state, actor })}
          close={() => go(place)}
        />
      )}
    </main>
  );
}

/** The charts of this package come first, actors without states last. */
const FIRST = ['session', 'exchange', 'server', 'origin', 'place', 'call', 'pool', 'worker'];
const LAST = ['process', 'bufferService'];

function inOrder(charts: readonly ChartCounts[]): readonly ChartCounts[] {
  const rank = ({ name }: ChartCounts): number => {
    if (LAST.includes(name)) return FIRST.length + 1;
    return FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length;
  };
  return charts.toSorted((a, b) => rank(a) - rank(b));
}

interface ChartChooserProps {
  readonly charts: readonly ChartCounts[];
  readonly chosen: string | undefined;
  readonly choose: (key: string) => void;
}

function ChartChooser({ charts, chosen, choose }: ChartChooserProps): ComponentChildren {
  const isUnique = (name: string): boolean => charts.filter((other) => other.name === name).length === 1;
  return (
    <label class="field">
      Chart
      <select
        aria-label="Chart"
        value={chosen ?? ''}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
      >
        {charts.map(({ chart, name, live }) => (
          <option key={chart} value={chart}>
            {`${isUnique(name) ? name : `${name} (${chart})`} · ${formatCount(live)} live`}
          </option>
        ))}
      </select>
    </label>
  );
}

interface TotalsProps {
  readonly chart: ChartCounts | undefined;
  readonly frame: FleetFrame | undefined;
}

function Totals({ chart, frame }: TotalsProps): ComponentChildren {
  const numbers: readonly (readonly [name: string, value: number])[] = [
    ['live', chart?.live ?? 0],
    ['ended', chart?.ended ?? 0],
    ['dropped', frame?.dropped ?? 0],
  ];
  return (
    <dl class="totals">
      {numbers.map(([name, value]) => (
        <div key={name} class={name === 'dropped' && value > 0 ? 'warning' : ''}>
          <dt>{name}</dt>
          <dd data-testid={`total-${name}`}>{formatCount(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
