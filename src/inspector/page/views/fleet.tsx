import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';

import type { FleetFrame } from '../../model/shapes.js';
import type { Source } from '../../model/source.js';
import type { Address } from '../logic/address.js';
import type { Moment } from '../logic/moment.js';
import type { Span } from '../logic/span.js';
import type { TileName } from '../logic/readings.js';
import { ALL_REQUESTS, type RequestFilter } from '../logic/request-filter.js';
import { countsByPath, statesTogether } from '../logic/states.js';
import { ActorList } from './actor-list.jsx';
import { ChartView } from './chart-view.jsx';
import { ChartChooser, chartsOf, Totals } from './fleet-bar.jsx';
import { RequestTable } from './request-table.jsx';
import { Splitter } from './splitter.jsx';
import { StatesOverTime } from './states-over-time.jsx';
import { StatusStrip } from './status-strip.jsx';
import { Tabs } from './tabs.jsx';

interface FleetProps {
  readonly source: Source;
  readonly generation: number;
  readonly frame: FleetFrame | undefined;
  readonly moment: Moment | null;
  /** The range that requests are limited to; `null` for none. */
  readonly span: Span | null;
  /** Shows another time. */
  readonly travel: (moment: Moment | null) => void;
  readonly address: Address;
  readonly go: (address: Address) => void;
}

/** What all sessions do: numbers, their states over time and on the chart, and lists of sessions and requests. */
export function Fleet({
  source,
  generation,
  frame,
  moment,
  span,
  travel,
  address,
  go,
}: FleetProps): ComponentChildren {
  const charts = chartsOf(frame);
  const chart = charts.find((one) => one.chart === address.chart) ?? charts[0];
  const counts = useMemo(() => countsByPath(statesTogether(chart)), [chart]);
  const [filter, setFilter] = useState<RequestFilter>(ALL_REQUESTS);
  const isOfSessions = chart?.name === 'session';
  const noun = isOfSessions ? 'sessions' : 'actors';
  const tabs = [isOfSessions ? 'Sessions' : 'Actors', 'Requests'] as const;
  const { state = '', list } = address;
  const place: Address = { ...(chart === undefined ? {} : { chart: chart.chart }) };
  const here: Address = {
    ...place,
    ...(state === '' ? {} : { state }),
    ...(list === undefined ? {} : { list }),
  };
  const showRequests = (chosen: RequestFilter): void => {
    setFilter(chosen);
    go({ ...here, list: 'requests' });
  };
  const showTile = (tile: TileName): void => {
    const chosen = FILTERS[tile];
    if (chosen === undefined) go(place);
    else showRequests({ ...ALL_REQUESTS, ...chosen });
  };
  const open = (actor: string): void => go({ ...here, actor });
  return (
    <main class="fleet">
      <StatusStrip source={source} moment={moment} dropped={frame?.dropped ?? 0} show={showTile} />
      {chart !== undefined && (
        <StatesOverTime source={source} chart={chart.chart} noun={noun} moment={moment} travel={travel} />
      )}
      <Splitter place="fleet" label="Size of the chart" share={48}>
        <section class="fleet-chart" aria-labelledby="chart-heading">
          <div class="bar">
            <h2 id="chart-heading">
              {chart === undefined
                ? 'Waiting for actors'
                : `All ${isOfSessions ? 'sessions' : `${chart.name} actors`}`}
            </h2>
            <ChartChooser charts={charts} chosen={chart?.chart} choose={(key) => go({ chart: key })} />
            <Totals chart={chart} />
          </div>
          <ChartView
            source={source}
            generation={generation}
            chart={chart?.chart}
            counts={counts}
            noun={noun}
            selected={state === '' ? undefined : state}
            onPick={(path) => go(path === state ? place : { ...place, state: path })}
          />
        </section>
        <section class="fleet-lists" aria-label="Lists">
          <Tabs
            tabs={tabs}
            chosen={list === 'requests' ? 'Requests' : tabs[0]}
            choose={(tab) => {
              const { list: _, ...rest } = here;
              go(tab === 'Requests' ? { ...rest, list: 'requests' } : rest);
            }}
          >
            {list === 'requests' ? (
              <RequestTable
                source={source}
                filter={filter}
                setFilter={setFilter}
                moment={moment}
                span={span}
                travel={travel}
                open={open}
              />
            ) : (
              chart !== undefined && (
                <ActorList
                  key={chart.chart}
                  source={source}
                  chart={chart.chart}
                  state={state}
                  isOfSessions={isOfSessions}
                  noun={noun}
                  frame={frame}
                  moment={moment}
                  open={open}
                  showAll={() => go(place)}
                />
              )
            )}
          </Tabs>
        </section>
      </Splitter>
    </main>
  );
}

/** The requests that a tile leads to; `undefined` leads to the sessions. */
const FILTERS: Readonly<Record<TileName, Partial<RequestFilter> | undefined>> = {
  connections: undefined,
  requests: {},
  busy: { show: 'open' },
  waiting: { show: 'open' },
  p50: { isByPath: true },
  p99: { isByPath: true },
  failed: { show: 'failed' },
  errors: { show: 'failed' },
  queued: undefined,
};
