import { toChildArray, type ComponentChildren } from 'preact';

import { useAnswer } from '../hooks/answers.js';
import type { Pulses } from '../hooks/pulses.js';
import type { Minute, SessionRole } from '../../model/traffic-shapes.js';
import { formatCount, formatTook } from '../logic/format.js';
import type { Moment } from '../logic/moment.js';
import { sparkline, tilesOf, type Tile, type TileName } from '../logic/readings.js';
import type { FleetFrame } from '../../model/shapes.js';
import type { Source } from '../../model/source.js';
import { lossText } from '../logic/losses.js';

interface StatusStripProps {
  readonly source: Source;
  readonly pulses: Pulses;
  /** Whose requests are counted; `undefined` before there are any. */
  readonly role: SessionRole | undefined;
  readonly moment: Moment | null;
  /** How many reports there was no room for. */
  readonly dropped: number;
  readonly losses: FleetFrame['losses'];
  /** Shows what a tile is about. */
  readonly show: (tile: TileName) => void;
}

interface Wording {
  readonly label: string;
  /** What is left out where there is little room. */
  readonly more?: string;
  readonly hint: string;
}

const WORDS: Readonly<Record<TileName, Wording>> = {
  connections: { label: 'Connections', hint: 'Sessions with a socket. Click to list them.' },
  requests: { label: 'Requests/s', hint: 'Requests that ended in the last second. Click to list them.' },
  busy: { label: 'Busy', hint: 'Sessions with a request in progress. Click to list the open requests.' },
  waiting: {
    ...{ label: 'Waiting', more: ' for handler' },
    hint: 'Requests that have arrived and that the handler has not answered. Click to list the open requests.',
  },
  p50: {
    ...{ label: 'p50', more: ', last minute' },
    hint: 'Half of the requests of the last minute took no longer. Click to compare the paths of that minute.',
  },
  p99: {
    ...{ label: 'p99', more: ', last minute' },
    hint: '99 of 100 requests of the last minute took no longer. Click to compare the paths of that minute.',
  },
  failed: {
    label: 'Failed/min',
    hint: 'Requests of the last minute that failed: an error, or a status of 500 and more. Click to list those of that minute.',
  },
  errors: {
    label: 'Errors/min',
    hint: 'Errors and faults of sessions in the last minute, with or without a request. Click to list the failed requests of that minute, those without an error code included.',
  },
  queued: { label: 'Queued', more: ' in pools', hint: 'Calls that wait for a connection of a pool.' },
};

const WAITING_OF_CLIENT: Wording = {
  ...{ label: 'Waiting', more: ' for server' },
  hint: 'Requests that were sent and that the server has not answered. Click to list the open requests.',
};

const ROLES: readonly (readonly [role: SessionRole, text: string, hint: string])[] = [
  ['server', 'Served', 'The requests that the servers of this process answer'],
  ['client', 'Sent', 'The requests that the clients of this process send'],
];

interface RoleSwitchProps extends Pick<StatusStripProps, 'role'> {
  readonly setRole: (role: SessionRole) => void;
}

/** One request of a gateway is served and sent: they are not counted together. */
export function RoleSwitch({ role, setRole }: RoleSwitchProps): ComponentChildren {
  return (
    <div class="roles" role="group" aria-label="Requests">
      {ROLES.map(([one, text, hint]) => (
        <button key={one} type="button" title={hint} aria-pressed={one === role} onClick={() => setRole(one)}>
          {text}
        </button>
      ))}
    </div>
  );
}

const SPARK = { width: 120, height: 22 };
const UNKNOWN: Minute = { p50: null, p99: null, seconds: [] };

/** What the server does, in numbers: now, or at the moment that the page shows. */
export function StatusStrip(props: StatusStripProps): ComponentChildren {
  const { source, pulses, role, moment, dropped, losses, show } = props;
  const { minutes, hasForeign } = pulses;
  const minute = role === undefined ? null : minutes[role];
  const { value: past, error } = useAnswer(
    () =>
      moment === null ? undefined : source.minute({ at: moment.at, ...(role === undefined ? {} : { role }) }),
    [source, moment?.at, role],
  );
  const isLoading = moment !== null && past === undefined && error === null;
  const readings = (moment === null ? minute : past) ?? UNKNOWN;
  return (
    <section class={moment === null ? 'strip' : 'strip past'} aria-label="Status">
      <ul class="tiles">
        {tilesOf(readings).map((tile) => (
          <li key={tile.name}>
            <TileButton tile={tile} role={role} isLoading={isLoading} show={show} />
          </li>
        ))}
      </ul>
      <Notes>
        {moment !== null && 'As of the moment shown. – means that it was not recorded.'}
        {moment === null && hasForeign && foreignText(minute !== null)}
        {dropped > 0 && (
          <span class="bad" title={lossText({ dropped, losses })}>
            <span data-testid="total-dropped">{formatCount(dropped)}</span> reports were dropped: what they
            said is missing here.
          </span>
        )}
      </Notes>
    </section>
  );
}

function foreignText(isKnown: boolean): string {
  const consequence = isKnown ? 'these numbers leave them out.' : 'there are no numbers of their requests.';
  return `Other processes report states and events only: ${consequence}`;
}

function Notes({ children }: { readonly children: ComponentChildren }): ComponentChildren {
  const notes = toChildArray(children);
  if (notes.length === 0) return null;
  return (
    <p class="strip-note">
      {notes.map((note, i) => (
        <span key={i}>{note}</span>
      ))}
    </p>
  );
}

interface TileButtonProps extends Pick<StatusStripProps, 'role' | 'show'> {
  readonly tile: Tile;
  /** Whether a number that is not there may still come. */
  readonly isLoading: boolean;
}

function TileButton({ tile, role, isLoading, show }: TileButtonProps): ComponentChildren {
  const { name, value, series, isError } = tile;
  const { label, more, hint } = role === 'client' && name === 'waiting' ? WAITING_OF_CLIENT : WORDS[name];
  const line = sparkline(series, SPARK);
  return (
    <button type="button" class={isError ? 'tile error' : 'tile'} title={hint} onClick={() => show(name)}>
      <span class="tile-label">
        {label}
        {more !== undefined && <span class="more">{more}</span>}
      </span>
      <span class="tile-value" data-testid={`tile-${name}`}>
        {textOf(name, value, isLoading)}
      </span>
      <svg
        class="spark"
        viewBox={`0 -1 ${SPARK.width} ${SPARK.height + 2}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <path class="base" d={`M0 ${SPARK.height}H${SPARK.width}`} />
        <path d={line} />
      </svg>
    </button>
  );
}

function textOf(name: TileName, value: number | null, isLoading: boolean): string {
  if (value === null) return isLoading ? '…' : '–';
  return name === 'p50' || name === 'p99' ? formatTook(value) : formatCount(value);
}
