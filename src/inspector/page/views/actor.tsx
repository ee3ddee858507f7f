import type { ComponentChildren } from 'preact';
import { useCallback, useMemo, useState } from 'preact/hooks';

import type { DiagramLayout } from '../../diagram/drawing.js';
import type { ActorDetail, ActorSummary, LogEntry } from '../../model/shapes.js';
import type { Source } from '../../model/source.js';
import { formatCount } from '../logic/format.js';
import { logUntil, stateAt, type Moment } from '../logic/moment.js';
import { ALL_REQUESTS } from '../logic/request-filter.js';
import { groupsWithin, logWithin, type Span } from '../logic/span.js';
import { countsByPath } from '../logic/states.js';
import { traceOf, type Trace } from '../logic/trace.js';
import { useRequestGroups } from '../hooks/request-groups.js';
import { ChartView } from './chart-view.jsx';
import { Children } from './children.jsx';
import { EventLog } from './event-log.jsx';
import { Facts } from './facts.jsx';
import { RequestTable } from './request-table.jsx';
import { SequenceView } from './sequence.jsx';
import { Splitter } from './splitter.jsx';
import { Tabs } from './tabs.jsx';
import { Testimony } from './testimony.jsx';

interface ActorProps {
  readonly source: Source;
  readonly generation: number;
  /** The actor; `null` if there is none with that id, `undefined` until it is known. */
  readonly actor: ActorDetail | null | undefined;
  readonly moment: Moment | null;
  /** The range that events are limited to; `null` for none. */
  readonly span: Span | null;
  /** The present, by the clock of the source. */
  readonly now: number;
  readonly isLive: boolean;
  /** What to say if there is no such actor. */
  readonly unknown: string;
  /** The id of the child whose chart is shown; absent for that of the actor. */
  readonly child: string | undefined;
  readonly showChart: (child: string | undefined) => void;
  /** The name of the tab; absent for the first. */
  readonly tab: string | undefined;
  readonly showTab: (tab: string) => void;
  /** Goes to a moment. */
  readonly travel: (moment: Moment | null) => void;
  /** Shows another actor. */
  readonly open: (id: string) => void;
  readonly back: () => void;
}

const TABS = ['Facts', 'Events', 'Requests', 'Sequence', 'Error', 'Children'] as const;

/** With more children, their charts are opened from the list. */
const MAX_CHART_BUTTONS = 6;

/** One actor: its path through its chart, and its details. */
export function Actor(props: ActorProps): ComponentChildren {
  const { actor, back } = props;
  if (actor !== null && actor !== undefined) return <KnownActor {...props} actor={actor} />;
  return (
    <main class="actor">
      <div class="bar">
        <button type="button" onClick={back}>
          ← All
        </button>
        <h2>{actor === null ? 'Not found' : 'Loading …'}</h2>
      </div>
      {actor === null && (
        <div class="notice">
          <p>{props.unknown}</p>
          <p>
            <button type="button" onClick={back}>
              Show all sessions
            </button>
          </p>
        </div>
      )}
    </main>
  );
}

function KnownActor(props: ActorProps & { readonly actor: ActorDetail }): ComponentChildren {
  const { source, generation, actor, moment, span, travel, child, showChart, open, back } = props;
  const [filter, setFilter] = useState(ALL_REQUESTS);
  const charted = actor.children.find(({ id }) => id === child) ?? actor;
  const tally = actor.childCounts.find(({ chart }) => chart === child);
  const counts = useMemo(() => (tally === undefined ? undefined : countsByPath(tally.states)), [tally]);
  const ended = useMemo(() => countsByPath(tally?.endedStates ?? {}), [tally]);
  const log = useMemo(() => logUntil(actor.log, moment), [actor.log, moment]);
  const within = useMemo(() => ({ ...actor, log: logWithin(actor.log, span) }), [actor, span]);
  const own = useMemo(() => log.filter((entry) => entry.actor === charted.id), [log, charted.id]);
  const stateOf = (one: ActorSummary): string | null =>
    stateAt({ ...actor, id: one.id, state: one.state }, moment);
  const state = stateOf(actor);
  const chartedState = stateOf(charted) ?? '';
  const traceIn = useCallback(
    ({ arrows }: Pick<DiagramLayout, 'arrows'>): Trace => traceOf(chartedState, own, arrows),
    [chartedState, own],
  );
  const allGroups = useRequestGroups(source, actor);
  const groups = useMemo(() => groupsWithin(allGroups, actor.log, span), [allGroups, actor.log, span]);
  const select = (entry: LogEntry): void => {
    travel({ at: entry.at, through: entry.number });
    // Its edge, or the state that it entered, is lit where its chart is shown.
    const charts = [actor, ...actor.children].filter(({ chart }) => chart !== null);
    const own = charts.find(({ id }) => id === entry.actor);
    if (own !== undefined && own.state !== '' && own.id !== charted.id)
      showChart(own.id === actor.id ? undefined : own.id);
  };
  const events = { actor: within, moment, groups, select, deselect: () => travel(null) };
  const tabs = TABS.filter((name) => {
    if (name === 'Error') return errorOf(actor) !== null;
    if (name === 'Requests') return actor.session !== null;
    return name !== 'Children' || actor.children.length > 0;
  });
  const tab = tabs.find((name) => name === props.tab) ?? 'Facts';
  return (
    <main class="actor">
      <div class="bar">
        <button type="button" onClick={back}>
          ← All
        </button>
        <h2>{actor.name}</h2>
        <p class="state" role="status" data-testid="actor-state">
          {state === null ? 'not started yet' : `${state}${moment === null ? standingOf(actor) : ''}`}
        </p>
        <ChartButtons
          actor={actor}
          shown={tally === undefined ? charted.id : tally.chart}
          stateOf={stateOf}
          show={showChart}
        />
      </div>
      <Splitter place="actor" label="Size of the chart">
        <section
          class="actor-chart"
          aria-label={`Chart of ${tally === undefined ? charted.name : `all ${tally.name} actors`}`}
        >
          {tally === undefined || counts === undefined ? (
            <ChartView
              source={source}
              generation={generation}
              chart={charted.chart ?? undefined}
              traceIn={traceIn}
              hasFailed={moment === null && charted.status === 'error'}
            />
          ) : (
            <ChartView
              source={source}
              generation={generation}
              chart={tally.chart}
              counts={counts}
              ended={ended}
              noun="actors"
            />
          )}
        </section>
        <section class="actor-panel" aria-label={`About ${actor.name}`}>
          <Tabs tabs={tabs} chosen={tab} choose={props.showTab}>
            {tab === 'Facts' && (
              <Facts
                source={source}
                actor={actor}
                moment={moment}
                now={props.now}
                isLive={props.isLive}
                open={open}
              />
            )}
            {tab === 'Events' && <EventLog {...events} />}
            {tab === 'Requests' && (
              <RequestTable
                source={source}
                session={actor.id}
                report={actor.session}
                filter={filter}
                setFilter={setFilter}
                moment={moment}
                span={span}
                travel={travel}
                open={open}
              />
            )}
            {tab === 'Sequence' && <SequenceView {...events} />}
            {tab === 'Error' && <Testimony actor={actor} error={errorOf(actor)} select={select} />}
            {tab === 'Children' && <Children actor={actor} open={open} />}
          </Tabs>
        </section>
      </Splitter>
    </main>
  );
}

function errorOf({ session }: ActorDetail): object | null {
  return session?.error ?? null;
}

function standingOf({ status }: ActorSummary): string {
  switch (status) {
    case 'active':
      return '';
    case 'error':
      return ' (failed)';
    case 'done':
    case 'stopped':
      return ' (ended)';
  }
}

interface ChartButtonsProps {
  readonly actor: ActorDetail;
  readonly shown: string;
  readonly stateOf: (actor: ActorSummary) => string | null;
  readonly show: (child: string | undefined) => void;
}

function ChartButtons({ actor, shown, stateOf, show }: ChartButtonsProps): ComponentChildren {
  // Of many children, a chart with a count in each state; of few, the chart of each.
  const isMany = actor.childCount >= MAX_CHART_BUTTONS;
  const drawn = actor.childCounts.filter(({ states, endedStates }) => !('' in states || '' in endedStates));
  const tallies = isMany ? drawn.slice(0, MAX_CHART_BUTTONS) : [];
  const children = isMany ? [] : actor.children;
  // A machine without states, such as a service, has nothing to draw.
  const charted = [actor, ...children].filter(({ chart, state }) => chart !== null && state !== '');
  if (charted.length + tallies.length < 2) return null;
  return (
    <div class="chart-buttons" role="group" aria-label="Charts">
      {charted.map((one) => (
        <button
          key={one.id}
          type="button"
          aria-pressed={one.id === shown}
          title={stateOf(one) ?? undefined}
          onClick={() => show(one.id === actor.id ? undefined : one.id)}
        >
          {one.name} <small>{stateOf(one)}</small>
        </button>
      ))}
      {tallies.map(({ chart, name, live }) => (
        <button key={chart} type="button" aria-pressed={chart === shown} onClick={() => show(chart)}>
          {name} <small>{`${formatCount(live)} live`}</small>
        </button>
      ))}
    </div>
  );
}
