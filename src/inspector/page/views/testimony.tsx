import type { ComponentChildren } from 'preact';

import { formatBytes, formatTime } from '../logic/format.js';
import { readError, type TestifiedError, type ReportedTestimony } from '../logic/reported-error.js';
import { FactList } from './facts.jsx';

/** A stored error with its context. */
export function Testimony({ error }: { readonly error: object | null }): ComponentChildren {
  if (error === null) return <p class="notice">No error is stored.</p>;
  const reported = readError(error);
  return (
    <div class="facts">
      <p class="error-text">{reported.message}</p>
      <FactList title="Error" facts={identityOf(reported)} />
      {reported.testimony !== null && <Context testimony={reported.testimony} />}
    </div>
  );
}

function identityOf({ name, code, cause }: TestifiedError): [string, ComponentChildren][] {
  return [
    ['kind', <code>{name}</code>],
    ['code', <code>{code}</code>],
    ['cause', cause ?? 'none'],
  ];
}

function Context({ testimony }: { readonly testimony: ReportedTestimony }): ComponentChildren {
  const { request, history } = testimony;
  return (
    <>
      <FactList
        title="Context"
        facts={[
          ['state', <code>{testimony.state}</code>],
          ['exchange', <code>{testimony.exchange}</code>],
          ['since', formatTime(testimony.since)],
          ['ended by', testimony.endedBy ?? 'nothing'],
          [
            'request',
            request === null ? (
              'none'
            ) : (
              <code>{`${request.number}. ${request.method} ${request.target}`}</code>
            ),
          ],
          ['received', formatBytes(testimony.bytesIn)],
          ['sent', formatBytes(testimony.bytesOut)],
          ['head sent', testimony.headSent ? 'yes' : 'no'],
          ['response started', testimony.responseBegun ? 'yes' : 'no'],
          ['safe to retry', testimony.replay === 'safe' ? 'yes' : 'unknown'],
        ]}
      />
      <h3>Transitions before the error</h3>
      <table>
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
              <td>{event}</td>
              <td>{state}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
