import type { ComponentChildren } from 'preact';

import type { ActorDetail, EndAddress, SessionReport } from '../../model/shapes.js';
import { formatBytes, formatCount, formatDuration, formatTime } from '../logic/format.js';

type Fact = readonly [name: string, value: ComponentChildren];

interface FactsProps {
  readonly actor: ActorDetail;
  readonly state: string | null;
  /** Whether the page shows the present: counters and timers have no history. */
  readonly isNow: boolean;
  /** Shows another actor. */
  readonly open: (id: string) => void;
}

/** The details of an actor beside its changes. */
export function Facts({ actor, state, isNow, open }: FactsProps): ComponentChildren {
  const { session, context } = actor;
  return (
    <div class="facts">
      {!isNow && <p class="hint">Counters, timers and addresses are current.</p>}
      <FactList title="Lifecycle" facts={lifeOf(actor, state, open)} />
      {session !== null && <SessionFacts session={session} />}
      {context !== null && (
        <>
          <h3>Context</h3>
          <pre tabIndex={0}>{context}</pre>
        </>
      )}
    </div>
  );
}

function lifeOf(actor: ActorDetail, state: string | null, open: FactsProps['open']): Fact[] {
  const { id, parent, status, since, changedAt, transitions } = actor;
  return [
    ['id', <code>{id}</code>],
    [
      'parent',
      parent === null ? (
        'none'
      ) : (
        <button type="button" class="link" onClick={() => open(parent)}>
          {parent}
        </button>
      ),
    ],
    ['state', <code>{state === null || state === '' ? '–' : state}</code>],
    ['status', status],
    ['first seen', formatTime(since)],
    ['last change', formatTime(changedAt)],
    ['transitions', formatCount(transitions)],
  ];
}

function SessionFacts({ session }: { readonly session: SessionReport }): ComponentChildren {
  const { totals, request, response } = session;
  return (
    <>
      <FactList
        title="Connection"
        facts={[
          ['role', session.role],
          ['socket', session.socket ?? 'none'],
          ['local', addressOf(session.local)],
          ['remote', addressOf(session.remote)],
        ]}
      />
      <FactList
        title="Messages"
        facts={[
          ['requests', formatCount(totals.requests)],
          ['received', formatBytes(totals.bytesIn)],
          ['sent', formatBytes(totals.bytesOut)],
          ['errors', formatCount(totals.errors)],
          [
            'request',
            request === null ? (
              'none'
            ) : (
              <code>{`${request.number}. ${request.method} ${request.target}`}</code>
            ),
          ],
          ['response', response === null ? 'none yet' : String(response)],
        ]}
      />
      <Timers session={session} />
    </>
  );
}

function Timers({ session: { timers, armed } }: { readonly session: SessionReport }): ComponentChildren {
  const facts = Object.entries(timers).map(([name, ms]): Fact => {
    const length = ms === 0 ? 'off' : formatDuration(ms);
    return [name, name === armed ? <strong class="armed">{length}, running</strong> : length];
  });
  return <FactList title="Timers" facts={facts} />;
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
}: {
  readonly title: string;
  readonly facts: readonly Fact[];
}): ComponentChildren {
  return (
    <>
      <h3>{title}</h3>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
