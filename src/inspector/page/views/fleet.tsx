import type { ComponentChildren } from 'preact';
import { useCallback, useMemo, useState } from 'preact/hooks';

import type { DiagramLayout } from '../../diagram/drawing.js';
import type { SessionRole } from '../../model/traffic-shapes.js';
import type { FleetFrame } from '../../model/shapes.js';
import type { Source } from '../../model/source.js';
import { useThrottledChange } from '../hooks/answers.js';
import { atTime, type Address } from '../logic/address.js';
import { flowsOver } from '../logic/fleet-flows.js';
import type { Moment } from '../logic/moment.js';
import type { TileName } from '../logic/readings.js';
import { spanBefore, type Span } from '../logic/span.js';
import { ALL_REQUESTS, type RequestFilter } from '../logic/request-filter.js';
import { countsByPath } from '../logic/states.js';
import type { Pulses } from '../hooks/pulses.js';
import { ActorList } from './actor-list.jsx';
import { ChartView } from './chart-view.jsx';
import { ChartChooser, chartsOf, Totals } from './fleet-bar.jsx';
import { RequestTable } from './request-table.jsx';
import { revealLists } from './reveal-lists.js';
import { Splitter } from './splitter.jsx';
import { StatesOverTime } from './states-over-time.jsx';
import { RoleSwitch, StatusStrip } from './status-strip.jsx';
import { Tabs } from './tabs.jsx';

interface FleetProps {
  readonly source: Source;
  readonly generation: number;
  readonly frame: FleetFrame | undefined;
  readonly moment: Moment | null;
  /** Whether the source reports what happens now. */
  readonly isLive: boolean;
  /** The range that requests are limited to; `null` for none. */
  readonly span: Span | null;
  readonly pulses: Pulses;
  /** Whose requests are shown; absent as long as there are none. */
  readonly role: SessionRole | undefined;
  /** Shows another time. */
  readonly travel: (moment: Moment | null) => void;
  readonly address: Address;
  readonly go: (address: Address) => void;
}

const REFRESHED_EVERY_MS = 500;

/** What all sessions do: numbers, their states over time and on the chart, and lists of sessions and requests. */
export function Fleet(props: FleetProps): ComponentChildren {
  const { source, generation, frame, moment, isLive, span, pulses, role, travel, address, go } = props;
  const charts = chartsOf(frame);
  const chart = charts.find((one) => one.chart === address.chart) ?? charts[0];
  const counts = useMemo(() => countsByPath(chart?.states ?? {}), [chart?.states]);
  const ended = useMemo(() => countsByPath(chart?.endedStates ?? {}), [chart?.endedStates]);
  const key = chart?.chart;
  const isShown = isLive && moment === null;
  const flowsIn = useCallback(
    ({ arrows }: Pick<DiagramLayout, 'arrows'>) =>
      isShown && key !== undefined ? flowsOver(pulses.flows, key, arrows) : undefined,
    [isShown, key, pulses.flows],
  );
  const [filter, setFilter] = useState<RequestFilter>(ALL_REQUESTS);
  // Counts change thirty times a second; what is beside them is drawn again less often.
  const refresh = useThrottledChange(frame, REFRESHED_EVERY_MS);
  const isOfSessions = chart?.name === 'session';
  const noun = isOfSessions ? 'sessions' : 'actors';
  const tabs = [isOfSessions ? 'Sessions' : 'Actors', 'Requests'] as const;
  const { state = '', list } = address;
  const place = withoutGaps({ chart: key, role: address.role });
  const here = withoutGaps({ ...place, state: state === '' ? undefined : state, list });
  const open = (actor: string): void => go({ ...here, actor });
  const lastSecond = role === undefined ? undefined : pulses.minutes[role]?.seconds.at(-1)?.at;
  const end = moment?.at ?? (lastSecond === undefined ? undefined : lastSecond + SECOND_MS);
  const showTile = (tile: TileName): void => {
    const chosen = FILTERS[tile];
    if (chosen !== undefined) setFilter({ ...ALL_REQUESTS, ...chosen });
    const requests: Address = { ...here, list: 'requests' };
    if (chosen === undefined) go(place);
    else if (OF_A_MINUTE.includes(tile) && end !== undefined)
      go(atTime(requests, { at: end, through: null }, spanBefore(end, MINUTE_MS)));
    else go(requests);
    revealLists();
  };
  const dropped = frame?.dropped ?? 0;
  const where = JSON.stringify(here);
  // `go` and `travel` are others each time, but depend on nothing beside the place and the range.
  const numbers = useMemo(
    () => (
      <>
        <StatusStrip
          source={source}
          pulses={pulses}
          role={role}
          moment={moment}
          dropped={dropped}
          losses={frame?.losses ?? {}}
          show={showTile}
        />
        {key !== undefined && (
          <StatesOverTime source={source} chart={key} noun={noun} moment={moment} travel={travel}>
            {pulses.minutes.server !== null && pulses.minutes.client !== null && (
              <RoleSwitch
                role={role}
                setRole={(one) => go(withoutGaps({ ...here, role: one === 'client' ? one : undefined }))}
              />
            )}
          </StatesOverTime>
        )}
      </>
    ),
    [source, pulses, role, moment, dropped, key, noun, where, span],
  );
  const rows = useMemo(
    () =>
      list === 'requests' ? (
        <RequestTable
          source={source}
          role={role}
          filter={filter}
          setFilter={setFilter}
          moment={moment}
          span={span}
          travel={travel}
          open={open}
        />
      ) : (
        key !== undefined && (
          <ActorList
            key={key}
            source={source}
            chart={key}
            state={state}
            isOfSessions={isOfSessions}
            noun={noun}
            refresh={refresh}
            moment={moment}
            open={open}
            showAll={() => go(place)}
          />
        )
      ),
    [source, role, filter, moment, span, key, noun, refresh, where],
  );
  return (
    <main class="fleet">
      {numbers}
      <Splitter place="fleet" label="Size of the chart" share={48}>
        <section class="fleet-chart" aria-labelledby="chart-heading">
          <div class="bar">
            <h2 id="chart-heading">{headingOf(chart?.name)}</h2>
            <ChartChooser
              charts={charts}
              chosen={key}
              choose={(chosen) => go(withoutGaps({ ...here, chart: chosen, state: undefined }))}
            />
            <Totals chart={chart} />
          </div>
          <ChartView
            source={source}
            generation={generation}
            chart={key}
            counts={counts}
            ended={ended}
            noun={noun}
            selected={state === '' ? undefined : state}
            flowsIn={flowsIn}
            onPick={(path) => go(path === state ? place : { ...place, state: path })}
          />
        </section>
        <section class="fleet-lists" aria-label="Lists">
          <Tabs
            tabs={tabs}
            chosen={list === 'requests' ? 'Requests' : tabs[0]}
            choose={(tab) => {
              go(withoutGaps({ ...here, list: tab === 'Requests' ? 'requests' : undefined }));
              revealLists();
            }}
          >
            {rows}
          </Tabs>
        </section>
      </Splitter>
    </main>
  );
}

/** The tiles that count a minute: the requests that they lead to are those of that minute. */
const OF_A_MINUTE: readonly TileName[] = ['p50', 'p99', 'failed', 'errors'];
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

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

function headingOf(chart: string | undefined): string {
  if (chart === undefined) return 'Waiting for actors';
  return chart === 'session' ? 'All sessions' : `All ${chart} actors`;
}

function withoutGaps(address: { readonly [Part in keyof Address]: Address[Part] | undefined }): Address {
  return Object.fromEntries(Object.entries(address).filter(([, value]) => value !== undefined));
}
