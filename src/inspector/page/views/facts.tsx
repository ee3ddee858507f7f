import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import type { ActorDetail, EndAddress, SessionReport } from '../../model/shapes.js';
import type { Source } from '../../model/source.js';
import type { RequestRow } from '../../model/traffic-shapes.js';
import { useAnswer } from '../hooks/answers.js';
import { ageOf, formatPast, formatWhen } from '../logic/ages.js';
import { formatBytes, formatCount, formatDuration } from '../logic/format.js';
import type { Moment } from '../logic/moment.js';
import { actorThen } from '../logic/past.js';
import { formatLeft, formatLength, timersOf, type TimerRow } from '../logic/timers.js';

/** A name and its value; and whether that is of now while the page shows another time. */
type Fact = readonly [name: string, value: ComponentChildren, isOfNow?: boolean];

interface FactsProps {
  readonly source: Source;
  readonly actor: ActorDetail;
  readonly moment: Moment | null;
  /** The present, by the clock of the source; it stops when the source does. */
  readonly now: number;
  /** Whether the present moves on. */
  readonly isLive: boolean;
  /** Shows another actor. */
  readonly open: (id: string) => void;
}

/** The details of an actor beside its changes: as they are, or, as far as it is known, as they were. */
export function Facts(props: FactsProps): ComponentChildren {
  const { source, actor, moment, now } = props;
  const { id, session, context } = actor;
  const { value: requests } = useAnswer(
    () =>
      moment === null || session === null
        ? undefined
        : source.requests({ session: id, at: moment.at, limit: 1 }),
    [source, id, moment?.at],
  );
  const isPast = moment !== null;
  return (
    <div class="facts">
      {isPast && (
        <p class="hint" data-testid="facts-time">
          As of {formatWhen(moment.at, now)}. <em>What is grey and slanted is of now; it has no history.</em>
        </p>
      )}
      <FactList title="Lifecycle" facts={lifeOf(props)} />
      {session !== null && (
        <>
          <FactList title="Connection" isOfNow={isPast} facts={connectionOf(session)} />
          <FactList
            title="Messages"
            facts={isPast ? messagesThen(session, requests?.requests[0]) : messagesOf(session)}
          />
          {isPast ? (
            <FactList
              title="Timers"
              isOfNow
              facts={timersOf({ timers: session.timers, armed: null }, now).map(timerFact)}
            />
          ) : (
            <RunningTimers session={session} now={now} isLive={props.isLive} />
          )}
        </>
      )}
      {context !== null && (
        <div class={isPast ? 'of-now' : ''}>
          <h3>Context{isPast ? ' now' : ''}</h3>
          <pre tabIndex={0}>{context}</pre>
        </div>
      )}
    </div>
  );
}

function lifeOf({ actor, moment, now, open }: FactsProps): Fact[] {
  const { id, parent, parentName, since, endedAt: end } = actor;
  const then = actorThen(actor, moment);
  const at = moment?.at ?? now;
  const isOver = end !== null && end <= at;
  return [
    ['id', <code>{id}</code>],
    [
      'parent',
      parent === null ? (
        'none'
      ) : (
        <button type="button" class="link" title={parent} onClick={() => open(parent)}>
          {parentName ?? parent}
        </button>
      ),
    ],
    ['state', <code>{then.state === null || then.state === '' ? '–' : then.state}</code>],
    ['status', then.status ?? 'not known yet'],
    ['first seen', formatWhen(since, now)],
    ...(isOver ? [['ended', formatPast(end, at)] as const] : []),
    [isOver ? 'lived' : 'age', formatDuration(ageOf(actor, at))],
    ['last change', then.changedAt === null ? '–' : formatPast(then.changedAt, at)],
    ['transitions', then.transitions === null ? '–' : formatCount(then.transitions)],
  ];
}

function connectionOf({ role, socket, local, remote }: SessionReport): Fact[] {
  return [
    ['role', role],
    ['socket', socket ?? 'none'],
    ['local', addressOf(local)],
    ['remote', addressOf(remote)],
  ];
}

function messagesOf({ totals, request, response }: SessionReport): Fact[] {
  return [
    ['requests', formatCount(totals.requests)],
    ['received', formatBytes(totals.bytesIn)],
    ['sent', formatBytes(totals.bytesOut)],
    ['errors', formatCount(totals.errors)],
    [
      'request',
      request === null ? 'none' : <code>{`${request.number}. ${request.method} ${request.target}`}</code>,
    ],
    ['response', response === null ? 'none yet' : String(response)],
  ];
}

/** What is known of the last request then, and of now what has no history. */
function messagesThen(session: SessionReport, request: RequestRow | undefined): Fact[] {
  const now = messagesOf(session).map(([name, value]): Fact => [name, value, true]);
  if (request === undefined) return now;
  const { turn, method, path, status, outcome, duration, code } = request;
  return [
    ['requests', formatCount(turn)],
    ['request', <code>{`${turn}. ${method} ${path}`}</code>],
    ['response', status === null ? 'none yet' : String(status)],
    ['outcome', `${outcome}${code === null ? '' : ` (${code})`}, ${formatDuration(duration)}`],
    ...now.filter(([name]) => !['requests', 'request', 'response'].includes(name)),
  ];
}

/** The page counts down that often, in milliseconds. */
const COUNTED_EVERY = 100;

/** Timers, and what is left of those that run: between two reports, the page counts down by itself. */
function RunningTimers({
  session,
  now,
  isLive,
}: {
  readonly session: SessionReport;
  readonly now: number;
  readonly isLive: boolean;
}): ComponentChildren {
  const [passed, setPassed] = useState(0);
  const isRunning = isLive && Object.keys(session.due ?? {}).length > 0;
  useEffect(() => {
    setPassed(0);
    if (!isRunning) return;
    const begin = performance.now();
    const timer = setInterval(() => {
      setPassed(performance.now() - begin);
    }, COUNTED_EVERY);
    return () => {
      clearInterval(timer);
    };
  }, [now, isRunning]);
  return <FactList title="Timers" facts={timersOf(session, now + passed).map(timerFact)} />;
}

function timerFact({ name, length, left }: TimerRow): Fact {
  const whole = length === null ? 'off' : length === undefined ? '' : formatLength(length);
  if (left === null) return [name, whole];
  const rest = left === undefined ? 'running' : `${formatLeft(left)} left`;
  return [
    name,
    <>
      {whole === '' ? '' : `${whole}, `}
      <strong class="armed">{rest}</strong>
    </>,
  ];
}

function addressOf(end: EndAddress | null): ComponentChildren {
  if (end === null) return 'unknown';
  const host = end.address.includes(':') ? `[${end.address}]` : end.address;
  return <code>{`${host}:${end.port}`}</code>;
}

/** Names and values under a heading. */
export function FactList({
  title,
  facts,
  isOfNow = false,
}: {
  readonly title: string;
  readonly facts: readonly Fact[];
  /** Whether they are of now while the page shows another time. */
  readonly isOfNow?: boolean;
}): ComponentChildren {
  return (
    <div class={isOfNow ? 'of-now' : ''}>
      <h3>{title}</h3>
      <dl>
        {facts.map(([name, value, isAlone = false]) => (
          <div key={name} class={isAlone ? 'of-now' : ''}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
