import { InspectionModel } from '../model/inspection-model.js';
import { checkedRecording, parsedRecording } from '../model/recording.js';
import type { RecordedActor, Recording } from '../model/shapes.js';
import type { RequestRow, SessionRole } from '../model/traffic-shapes.js';

/** A line of a recording: a change of a chart, a request at its end, or an error. Times are milliseconds of the epoch. */
export type RecordingLine = ChangeLine | RequestLine | ErrorLine;

interface Line {
  readonly at: number;
  /** The number of the session; `null` for what is not of one. */
  readonly session: number | null;
  /** What it is of: `server 12`, `client 3`, `call 7`. */
  readonly of: string;
}

/** A change of a chart. */
export interface ChangeLine extends Line {
  readonly type: 'change';
  readonly event: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** A request; without an end it is where the recording ends. */
export interface RequestLine extends Line {
  readonly type: 'request';
  readonly role: SessionRole;
  readonly number: number;
  readonly method: string;
  readonly target: string;
  readonly status: number | null;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly duration: number;
  readonly outcome: RequestRow['outcome'];
  readonly code: string | null;
}

/** An error or a fault of a session. */
export interface ErrorLine extends Line {
  readonly type: 'error';
  readonly role: SessionRole;
  readonly code: string;
  /** How the error described itself, where it was the last one of its session. */
  readonly error: object | null;
}

/** A session of a recording. */
export interface SessionLine {
  readonly session: number;
  readonly role: SessionRole;
  readonly name: string;
  readonly peer: string | null;
}

/** A recording, as it is printed. */
export interface ReadRecording {
  readonly at: number;
  readonly sessions: readonly SessionLine[];
  /** In the order of their times. */
  readonly lines: readonly RecordingLine[];
}

/** Reads the text of a recording. @throws TypeError with a readable text if it is not one */
export function readRecording(text: string, hasQueries: boolean): ReadRecording {
  const recording = checkedRecording(parsedRecording(text));
  const names = new Names(recording.actors);
  const lines = [
    ...changesIn(recording, names),
    ...requestsOf(recording, names, hasQueries),
    ...errorsIn(recording, names),
  ];
  // What is at the same time stays as it is: changes, then the requests that they end, then errors.
  return { at: recording.at, sessions: names.sessions, lines: lines.sort((a, b) => a.at - b.at) };
}

/** The sessions and other actors by their ids. */
class Names {
  readonly #actors: ReadonlyMap<string, RecordedActor>;

  constructor(actors: readonly RecordedActor[]) {
    this.#actors = new Map(actors.map((actor) => [actor.id, actor]));
  }

  /** A session of this package is named by its role and its number. */
  get sessions(): readonly SessionLine[] {
    return [...this.#actors.values()].flatMap(({ name, peer }) => {
      const [, role, number] = SESSION.exec(name) ?? [];
      return role === undefined ? [] : [{ session: Number(number), role: role as SessionRole, name, peer }];
    });
  }

  of(id: string | null): Pick<Line, 'session' | 'of'> {
    const actor = this.#actors.get(id ?? '');
    if (actor === undefined) return { session: null, of: '' };
    const parent = this.#actors.get(actor.parent ?? '');
    for (const { name } of parent === undefined ? [actor] : [actor, parent]) {
      const [, role = '', number = ''] = SESSION.exec(name) ?? [];
      if (number !== '') return { session: Number(number), of: `${role} ${number}` };
    }
    const [of = ''] = actor.name.split(':', 1);
    return { session: null, of: of.startsWith('pool of') ? 'pool' : of };
  }

  errorOf(id: string | null): object | null {
    return this.#actors.get(id ?? '')?.session?.error ?? null;
  }
}

const SESSION = /^(server|client) session (\d+)$/;

function changesIn({ log }: Recording, names: Names): ChangeLine[] {
  return log
    .filter(({ event }) => event !== '')
    .map(({ at, actor, event, from, to }) => ({ type: 'change', at, ...names.of(actor), event, from, to }));
}

function requestsOf(recording: Recording, names: Names, hasQueries: boolean): RequestLine[] {
  return Array.from(InspectionModel.from(recording).everyRequest(hasQueries), (row) => {
    const { role, method, path, query = '', status, bytesIn, bytesOut, duration, outcome, code } = row;
    return {
      ...{ type: 'request', at: row.at + duration, ...names.of(row.session), role, number: row.turn, method },
      ...{ target: path + query, status, bytesIn, bytesOut, duration, outcome, code },
    };
  });
}

function errorsIn({ marks }: Recording, names: Names): ErrorLine[] {
  const last = new Map(marks.map((mark) => [mark.session, mark]));
  return marks.map((mark) => {
    const { at, code, session, role } = mark;
    const error = last.get(session) === mark ? names.errorOf(session) : null;
    return { type: 'error', at, ...names.of(session), role, code, error };
  });
}
