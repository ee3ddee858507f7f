import type { ComponentChildren } from 'preact';

import { endWords, placeWords, retryWords } from '../../model/failure-words.js';
import { roleOf } from '../../model/sequence.js';
import type { ActorDetail, LogEntry } from '../../model/shapes.js';
import { formatBytes, formatTime } from '../logic/format.js';
import {
  changeOfError,
  readError,
  type ReportedTestimony,
  type TestifiedError,
} from '../logic/reported-error.js';
import { CopyButton } from './copy-button.jsx';
import { FactList } from './facts.jsx';

interface TestimonyProps {
  readonly actor: ActorDetail;
  readonly error: object | null;
  /** Goes to the time of a change. */
  readonly select: (entry: LogEntry) => void;
}

/** The stored error of a session: what happened, where, what ended it, and what can be done. */
export function Testimony({ actor, error, select }: TestimonyProps): ComponentChildren {
  if (error === null) return <p class="notice">No error is stored.</p>;
  const reported = readError(error);
  const { testimony } = reported;
  const change = changeOfError(actor.log, reported);
  return (
    <div class="facts testimony">
      <p class="error-text">{reported.message}</p>
      {testimony !== null && <Story testimony={testimony} status={reported.status} actor={actor} />}
      <p class="error-tools">
        {change !== null && (
          <button type="button" onClick={() => select(change)}>
            Show the moment, {formatTime(change.at)}
          </button>
        )}
        <CopyButton label="Copy as JSON" text={() => JSON.stringify(error, null, 2)} />
      </p>
      <FactList title="Error" facts={identityOf(reported)} />
      {testimony !== null && <Context testimony={testimony} />}
    </div>
  );
}

/** In sentences, as one would tell it. */
function Story({
  testimony,
  status,
  actor,
}: {
  readonly testimony: ReportedTestimony;
  readonly status: number | null;
  readonly actor: ActorDetail;
}): ComponentChildren {
  const role = roleOf(actor) ?? 'server';
  const end = endWords(testimony.endedBy, role);
  const retry = retryWords(testimony, role);
  const facts: [string, ComponentChildren][] = [
    ['Where', `The connection was ${placeWords(testimony)}.`],
    ['Request', requestOf(testimony)],
    ['Ended by', end === null ? 'Nothing has ended.' : sentence(end)],
  ];
  if (retry !== null) facts.push(['Retry', sentence(retry)]);
  if (role === 'server' && status !== null) facts.push(['Answer', `The server answered with ${status}.`]);
  return <FactList title="What happened" facts={facts} />;
}

function requestOf({ request }: ReportedTestimony): ComponentChildren {
  return request === null ? (
    'None was in progress.'
  ) : (
    <code>{`#${request.number} ${request.method} ${request.target}`}</code>
  );
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

function identityOf({ name, code, cause }: TestifiedError): [string, ComponentChildren][] {
  return [
    ['kind', <code>{name}</code>],
    ['code', <code>{code}</code>],
    ['cause', cause ?? 'none'],
  ];
}

function Context({ testimony }: { readonly testimony: ReportedTestimony }): ComponentChildren {
  const { history, endedBy } = testimony;
  return (
    <>
      <FactList
        title="Context"
        facts={[
          ['state', <code>{testimony.state}</code>],
          ['since', formatTime(testimony.since)],
          ['exchange', <code>{testimony.exchange}</code>],
          ['ended by', endedBy === null ? 'nothing' : <code>{endedBy}</code>],
          ['received', formatBytes(testimony.bytesIn)],
          ['sent', formatBytes(testimony.bytesOut)],
          ['head sent', testimony.headSent ? 'yes' : 'no'],
          ['response started', testimony.responseBegun ? 'yes' : 'no'],
        ]}
      />
      <h3>Transitions before the error, the newest at the bottom</h3>
      <div class="sideways">
        <table class="transitions">
          <thead>
            <tr>
              {['Time', 'Chart', 'Event', 'State'].map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {history.map(({ at, chart, event, state }, i) => (
              <tr key={i}>
                <td>{formatTime(at)}</td>
                <td>{chart}</td>
                <td class="event">{event}</td>
                <td class="event">{state}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
