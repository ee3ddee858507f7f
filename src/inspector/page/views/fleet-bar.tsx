import type { ComponentChildren } from 'preact';

import type { ChartCounts, FleetFrame } from '../../model/shapes.js';
import { formatCount } from '../logic/format.js';

/** The charts of this package come first. */
const FIRST = ['session', 'exchange', 'server', 'origin', 'place', 'call', 'pool', 'worker'];

/** The charts that can be chosen: those with states, the most important one first. */
export function chartsOf(frame: FleetFrame | undefined): readonly ChartCounts[] {
  const rank = ({ name }: ChartCounts): number => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  return (frame?.charts ?? []).filter(hasStates).toSorted((a, b) => rank(a) - rank(b));
}

/** An actor whose machine has no states is counted in the empty one. */
function hasStates({ states, endedStates }: ChartCounts): boolean {
  const known = [...Object.keys(states), ...Object.keys(endedStates)];
  return known.length === 0 || known.some((state) => state !== '');
}

interface ChartChooserProps {
  readonly charts: readonly ChartCounts[];
  readonly chosen: string | undefined;
  readonly choose: (key: string) => void;
}

/** Chooses the chart that the page shows. */
export function ChartChooser({ charts, chosen, choose }: ChartChooserProps): ComponentChildren {
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

/** How many actors of the chart there are. */
export function Totals({ chart }: { readonly chart: ChartCounts | undefined }): ComponentChildren {
  return (
    <dl class="totals">
      <div title="They run.">
        <dt>live</dt>
        <dd data-testid="total-live">{formatCount(chart?.live ?? 0)}</dd>
      </div>
      <div title="They are over and can still be looked at; they do not count as live.">
        <dt>ended</dt>
        <dd data-testid="total-ended">{formatCount(chart?.ended ?? 0)}</dd>
      </div>
    </dl>
  );
}
