import { RequestChunk, ROLES, type RequestColumn } from './request-chunk.js';
import type { RequestLog } from './request-log.js';
import { rounded } from './durations.js';
import { sessionIdOf, sessionNameOf } from './session-stems.js';
import {
  QUIET_SECOND,
  type KeptSecond,
  type RoleSecond,
  type SecondLog,
  type StateCount,
} from './second-log.js';
import type { SessionRole } from './traffic-shapes.js';

/** Requests in a recording: chunks of columns of equal length, oldest first. Texts are indexes of the lists. */
export interface RecordedRequests {
  readonly methods: readonly string[];
  readonly paths: readonly string[];
  /** The empty one is no code. */
  readonly codes: readonly string[];
  /** Ids of actors, and names, of sessions; an empty id is of a connection that was no session. */
  readonly sessions: readonly (readonly [id: string, name: string])[];
  readonly chunks: readonly RecordedChunk[];
}

/** The columns of a chunk; `session` is an index, and so are the texts. */
export type RecordedChunk = Readonly<Record<Exclude<RequestColumn, 'stem'>, readonly number[]>> & {
  /** By row, where queries were asked for and there is one. */
  readonly queries?: readonly (readonly [row: number, query: string])[];
};

/** Seconds in a recording, in columns of equal length, oldest first. */
export interface RecordedSeconds {
  /** When the first one began to be counted; `null` where there is none. */
  readonly startedAt: number | null;
  readonly at: readonly number[];
  /** `null` where there was no session of that role. */
  readonly server: RecordedMinutes | null;
  readonly client: RecordedMinutes | null;
  /** What the states below are indexes of: keys of definitions, and their states; `null` is all that had ended. */
  readonly names: readonly (readonly [chart: string, state: string | null])[];
  /** Of each second, states and how many actors were in them. */
  readonly states: readonly (readonly number[])[];
}

/** What happened in each second to the sessions of a role. */
export interface RecordedMinutes {
  readonly requests: readonly number[];
  readonly failed: readonly number[];
  readonly errors: readonly number[];
  readonly p50: readonly (number | null)[];
  readonly p99: readonly (number | null)[];
  readonly connections: readonly number[];
  readonly busy: readonly number[];
  readonly waiting: readonly number[];
  readonly queued: readonly (number | null)[];
  /** Of each, buckets of durations and how many requests were in them: bucket, count, bucket, count. */
  readonly durations: readonly (readonly number[])[];
}

/** Gives each of many values an index. */
class Indexes<T> {
  readonly values: T[] = [];
  readonly #indexes = new Map<string | number, number>();

  of(key: string | number, value: () => T): number {
    let index = this.#indexes.get(key);
    if (index === undefined) {
      index = this.values.push(value()) - 1;
      this.#indexes.set(key, index);
    }
    return index;
  }
}

/** Requests whose chunks are taken one by one, once; the texts are complete when all of them have been taken. */
export type GradualRequests = Omit<RecordedRequests, 'chunks'> & {
  readonly chunks: Iterable<RecordedChunk>;
};

/** Rows that are taken together: that takes a few milliseconds. */
const ROWS_AT_ONCE = 2_048;

/**
 * The requests of a log as they are now, however long it takes to take them: those that have ended, and those that are
 * running. There may be more than a million.
 */
export function recordedRequests(log: RequestLog, now: number, hasQueries: boolean): GradualRequests {
  const methods = new Indexes<string>();
  const paths = new Indexes<string>();
  const codes = new Indexes<string>();
  const sessions = new Indexes<readonly [string, string]>();
  const running = log.runningRows(now, 0);
  // Rows that are written stay as they are. Texts do not: their numbers are used again when they are released.
  const texts = { methods: log.methods.all(), paths: log.paths.all(), codes: log.codes.all() };
  const stems = log.stems.texts.all();
  const parts = [...log.chunks, running].flatMap((chunk) => {
    const queries = hasQueries ? chunk.queries : null;
    return Array.from({ length: Math.ceil(chunk.length / ROWS_AT_ONCE) }, (_, part) => {
      const from = part * ROWS_AT_ONCE;
      return { chunk, from, length: Math.min(ROWS_AT_ONCE, chunk.length - from), queries };
    });
  });
  log.release(running);
  const recorded = ({ chunk, from, length, queries }: (typeof parts)[number]): RecordedChunk => {
    const column = (of: ArrayLike<number>): number[] =>
      Array.from({ length }, (_, row) => of[from + row] as number);
    const indexed = (of: ArrayLike<number>, to: Indexes<string>, texts: readonly string[]): number[] =>
      column(of).map((number) => to.of(number, () => texts[number] ?? ''));
    return {
      ...{ number: column(chunk.number), at: column(chunk.at), turn: column(chunk.turn) },
      ...{ role: column(chunk.role) },
      ...{ duration: column(chunk.duration).map(rounded), head: column(chunk.head).map(rounded) },
      ...{ body: column(chunk.body).map(rounded), sending: column(chunk.sending).map(rounded) },
      session: column(chunk.session).map((number, row) => {
        const stem = chunk.stem[from + row] as number;
        return sessions.of(`${String(stem)} ${String(number)}`, () => {
          const mark = { stem: stems[stem] ?? '', number };
          return [sessionIdOf(mark) ?? '', sessionNameOf(mark)];
        });
      }),
      method: indexed(chunk.method, methods, texts.methods),
      path: indexed(chunk.path, paths, texts.paths),
      code: indexed(chunk.code, codes, texts.codes),
      ...{ status: column(chunk.status), outcome: column(chunk.outcome) },
      ...{ bytesIn: column(chunk.bytesIn), bytesOut: column(chunk.bytesOut) },
      ...(queries === null ? {} : { queries: queriesOf(queries, from, length) }),
    };
  };
  const taken = function* (): Generator<RecordedChunk, void> {
    for (const part of parts) yield recorded(part);
  };
  return {
    ...{ methods: methods.values, paths: paths.values, codes: codes.values, sessions: sessions.values },
    chunks: taken(),
  };
}

function queriesOf(queries: ReadonlyMap<number, string>, from: number, length: number): [number, string][] {
  return Array.from({ length }, (_, row): [number, string] => [row, queries.get(from + row) ?? '']).filter(
    ([, query]) => query !== '',
  );
}

/** Takes requests of a recording over. */
export function restoreRequests(log: RequestLog, recorded: RecordedRequests): void {
  const { methods, paths, codes, sessions } = recorded;
  for (const columns of recorded.chunks) {
    const { length } = columns.number;
    const chunk = new RequestChunk(Math.max(length, 1));
    const queries = new Map(columns.queries);
    for (let row = 0; row < length; row++) {
      const cell = (column: readonly number[]): number => column[row] as number;
      const [id = '', name = ''] = sessions[cell(columns.session)] ?? [];
      const { stem, number: session } = log.stems.markOf(id === '' ? null : id, name);
      chunk.push(
        {
          ...{ number: cell(columns.number), at: cell(columns.at), duration: cell(columns.duration) },
          ...{ head: cell(columns.head), body: cell(columns.body), sending: cell(columns.sending) },
          ...{ stem: log.stems.texts.use(stem), session, turn: cell(columns.turn) },
          ...{ role: cell(columns.role) },
          method: log.methods.use(methods[cell(columns.method)] ?? ''),
          path: log.paths.use(paths[cell(columns.path)] ?? ''),
          code: log.codes.use(codes[cell(columns.code)] ?? ''),
          ...{ status: cell(columns.status), outcome: cell(columns.outcome) },
          ...{ bytesIn: cell(columns.bytesIn), bytesOut: cell(columns.bytesOut) },
        },
        queries.get(row) ?? '',
      );
    }
    log.adopt(chunk);
  }
}

/** The seconds of a log. */
export function recordedSeconds(log: SecondLog): RecordedSeconds {
  const names = new Indexes<readonly [string, string | null]>();
  const seconds = log.all();
  const minutes = (role: SessionRole): RecordedMinutes | null => {
    if (!log.hasSeen(role)) return null;
    const column = <T>(of: (second: RoleSecond) => T): T[] => seconds.map((second) => of(second[role]));
    return {
      requests: column(({ requests }) => requests),
      failed: column(({ failed }) => failed),
      errors: column(({ errors }) => errors),
      p50: column(({ p50 }) => p50),
      p99: column(({ p99 }) => p99),
      connections: column(({ connections }) => connections),
      busy: column(({ busy }) => busy),
      waiting: column(({ waiting }) => waiting),
      queued: column(({ queued }) => queued),
      durations: column(({ durations }) => Array.from(durations)),
    };
  };
  return {
    startedAt: log.since,
    at: seconds.map(({ at }) => at),
    server: minutes('server'),
    client: minutes('client'),
    states: seconds.map((second) =>
      log.statesOf(second).flatMap(({ chart, state, count }) => {
        return [names.of(JSON.stringify([chart, state]), () => [chart, state]), count];
      }),
    ),
    names: names.values,
  };
}

/** Takes seconds of a recording over. */
export function restoreSeconds(log: SecondLog, recorded: RecordedSeconds, until: number): void {
  for (const role of ROLES) if (recorded[role] !== null) log.see(role);
  const counts = new Map<KeptSecond, readonly StateCount[]>();
  const seconds = recorded.at.map((at, index): KeptSecond => {
    const [server, client] = [roleSecond(recorded.server, index), roleSecond(recorded.client, index)];
    const second = { at, server, client, states: [] };
    const pairs = recorded.states[index] ?? [];
    counts.set(
      second,
      Array.from({ length: pairs.length / 2 }, (_, at) => {
        const [chart = '', state = null] = recorded.names[pairs[2 * at] as number] ?? [];
        return { chart, state, count: pairs[2 * at + 1] as number };
      }),
    );
    return second;
  });
  log.adopt(seconds, counts, recorded.startedAt, until);
}

function roleSecond(minutes: RecordedMinutes | null, index: number): RoleSecond {
  if (minutes === null) return QUIET_SECOND;
  const cell = <T>(column: readonly T[]): T => column[index] as T;
  return {
    ...{ requests: cell(minutes.requests), failed: cell(minutes.failed), errors: cell(minutes.errors) },
    ...{ p50: cell(minutes.p50), p99: cell(minutes.p99), connections: cell(minutes.connections) },
    ...{ busy: cell(minutes.busy), waiting: cell(minutes.waiting), queued: cell(minutes.queued) },
    durations: cell(minutes.durations),
  };
}
