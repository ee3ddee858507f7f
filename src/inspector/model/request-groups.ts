import type { LogEntry, SessionReport } from './shapes.js';
import type { RequestOutcome, RequestRow } from './traffic-shapes.js';

/** The changes of one request, as a stretch of a log. */
export interface RequestGroup {
  /** The place of its first change in the log. */
  readonly first: number;
  /** The place after its last change. */
  readonly end: number;
  /** The number of the change that its head was. */
  readonly number: number;
  /** When its head was complete. */
  readonly at: number;
  /** Its number on its session, from 1; `null` where that is not known. */
  readonly turn: number | null;
  readonly method: string | null;
  /** With its query, where that is known. */
  readonly target: string | null;
  readonly status: number | null;
  /** So far, where it is open. */
  readonly duration: number;
  readonly outcome: RequestOutcome;
  readonly code: string | null;
}

/** What is known of the requests of an actor, beside its log. */
export interface KnownRequests {
  readonly session?: Pick<SessionReport, 'request' | 'response'> | null;
  /** In any order. */
  readonly rows?: readonly RequestRow[];
  /** Whether the log once had more than it has now. */
  readonly isLogCut?: boolean;
}

/** A group as the log alone tells it. */
interface Stretch {
  readonly first: number;
  readonly head: LogEntry;
  end: number;
  endedAt: number;
  outcome: RequestOutcome;
}

/**
 * Finds the requests in the log of a session: each begins with what prepares it, and ends when both messages are
 * complete, or when it fails. Events alone decide, so it works for sessions of other programs; logs with the requests of
 * several sessions side by side have none.
 *
 * @param log - oldest first, with nothing left out
 */
export function requestGroupsOf(log: readonly LogEntry[], known: KnownRequests = {}): RequestGroup[] {
  const stretches = stretchesOf(log);
  const rows = [...(known.rows ?? [])].sort((a, b) => a.at - b.at || a.turn - b.turn);
  const turns = turnsOf(stretches, known);
  const matched = matchRows(stretches, turns, rows);
  return stretches.map((stretch, i): RequestGroup => {
    const { first, end, head, endedAt, outcome } = stretch;
    const told = { first, end, number: head.number, at: head.at };
    const row = matched[i];
    if (row !== undefined) {
      const { turn, method, status, duration, code } = row;
      const target = row.path + (row.query ?? '');
      return { ...told, turn, method, target, status, duration, code, outcome: row.outcome };
    }
    const report = i === stretches.length - 1 ? (known.session ?? null) : null;
    return {
      ...{ ...told, turn: turns[i] ?? null, code: null, outcome, duration: endedAt - head.at },
      ...{ method: report?.request?.method ?? null, target: report?.request?.target ?? null },
      status: report?.response ?? null,
    };
  });
}

/** The title of a group: `#22 GET /json 200 3 ms`; what is not known is left out, and queries in any case. */
export function requestTitle(group: RequestGroup): string {
  const { turn, method, target, status, duration, outcome, code } = group;
  const path = target?.replace(/[?#].*$/s, '') ?? null;
  const took = outcome === 'open' ? 'in progress' : durationText(duration);
  return [
    turn === null ? 'request' : `#${turn}`,
    ...[method, path, status === null ? null : String(status)].filter((part) => part !== null),
    ...(outcome === 'failed' ? ['failed', ...(code === null ? [] : [code])] : []),
    ...(outcome === 'replayed' ? ['retried on another connection'] : []),
    took,
  ].join(' ');
}

function durationText(ms: number): string {
  if (ms < 1) return '<1 ms';
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

// ---- the log ---------------------------------------------------------------------------------------------------------

const BEGIN = /^request\.(prepare|reserve|begin)$/;
const UNDONE = /^request\.(cancel|release)$/;
const REQUEST_OVER = /^request\.(end|abandon)$/;
const BROKEN = /^(connection\.closed|exchange\.fail)$/;
/** What a failure brings with it follows at once, and belongs to the same request. */
const AFTERMATH =
  /^(exception\.set|socket\.(failed|closed|ended)|deadline\.expired|connection\.closed|session\.)/;
const AT_ONCE_MS = 10;

function stretchesOf(log: readonly LogEntry[]): Stretch[] {
  const actors = new Set(log.filter(({ event }) => event === 'request.head').map(({ actor }) => actor));
  const [exchange] = actors;
  if (exchange === undefined || actors.size > 1) return [];
  const found: Stretch[] = [];
  const cycle = new Cycle();
  let prepared: number | null = null;
  for (const [i, entry] of log.entries()) {
    const { event, actor, at } = entry;
    const current = found.at(-1);
    if (cycle.isFailing && current !== undefined) {
      if (AFTERMATH.test(event) && at - current.endedAt <= AT_ONCE_MS) current.end = i + 1;
      else cycle.isFailing = false;
    }
    if (actor !== exchange) continue;
    if (BEGIN.test(event)) {
      prepared = i;
      cycle.stop();
    } else if (UNDONE.test(event)) prepared = null;
    else if (event === 'request.head') {
      found.push({ first: prepared ?? i, head: entry, end: i + 1, endedAt: at, outcome: 'open' });
      prepared = null;
      cycle.begin();
    } else if (cycle.isRunning && current !== undefined) {
      current.end = i + 1;
      current.endedAt = at;
      current.outcome = cycle.take(event);
    }
  }
  const last = found.at(-1);
  const now = log.at(-1);
  if (last?.outcome === 'open' && cycle.isRunning && now !== undefined) {
    last.end = log.length;
    last.endedAt = now.at;
  }
  return found;
}

/** How far the two messages of a request have come. */
class Cycle {
  isRunning = false;
  isFailing = false;
  #isRequestOver = false;
  #isResponseOver = false;

  begin(): void {
    this.isRunning = true;
    this.isFailing = false;
    this.#isRequestOver = false;
    this.#isResponseOver = false;
  }

  stop(): void {
    this.isRunning = false;
    this.isFailing = false;
  }

  take(event: string): RequestOutcome {
    if (REQUEST_OVER.test(event)) this.#isRequestOver = true;
    if (event === 'response.end') this.#isResponseOver = true;
    if ((this.#isRequestOver && this.#isResponseOver) || event === 'response.switch') {
      return this.#end('completed');
    }
    if (event === 'request.replay') return this.#end('replayed');
    if (!BROKEN.test(event)) return 'open';
    // A response can be complete before its request is: the connection ends with it.
    if (event === 'connection.closed' && this.#isResponseOver) return this.#end('completed');
    this.#end('failed');
    this.isFailing = true;
    return 'failed';
  }

  #end(outcome: RequestOutcome): RequestOutcome {
    this.isRunning = false;
    return outcome;
  }
}

// ---- what else is known ----------------------------------------------------------------------------------------------

/** A session counts its requests: the last one in its log has the number that it reports. */
function turnsOf(
  stretches: readonly Stretch[],
  { session, isLogCut = false }: KnownRequests,
): (number | null)[] {
  const last = session?.request?.number ?? (isLogCut ? null : stretches.length);
  if (last === null || last < stretches.length) return stretches.map((_, i) => (isLogCut ? null : i + 1));
  return stretches.map((_, i) => last - (stretches.length - 1 - i));
}

/** The clock of a row and that of a change are read one after the other. */
const CLOCK_MS = 3;
const SAME_TURN_MS = 250;

/** The row of each stretch: by its number on the session, or else by its time, from the newest to the oldest. */
function matchRows(
  stretches: readonly Stretch[],
  turns: readonly (number | null)[],
  rows: readonly RequestRow[],
): (RequestRow | undefined)[] {
  const byTurn = new Map(rows.map((row) => [row.turn, row]));
  const isSame = ({ head }: Stretch, turn: number | null | undefined): boolean => {
    const row = turn === null || turn === undefined ? undefined : byTurn.get(turn);
    return row === undefined || Math.abs(row.at - head.at) <= SAME_TURN_MS;
  };
  if (turns.every((turn) => turn !== null) && stretches.every((stretch, i) => isSame(stretch, turns[i]))) {
    return turns.map((turn) => byTurn.get(turn));
  }
  const found = new Array<RequestRow | undefined>(stretches.length);
  let at = rows.length - 1;
  for (let i = stretches.length - 1; i >= 0; i--) {
    const { head } = stretches[i] as Stretch;
    while (at >= 0 && (rows[at] as RequestRow).at > head.at + CLOCK_MS) at--;
    const row = rows[at];
    if (row === undefined || row.at < head.at - CLOCK_MS) continue;
    found[i] = row;
    at--;
  }
  return found;
}
