import { eventWords, kindOf, type EventKind } from '../../model/event-kinds.js';
import { requestTitle, type RequestGroup } from '../../model/request-groups.js';
import { roleOf } from '../../model/sequence.js';
import type { ActorDetail, LogEntry } from '../../model/shapes.js';

/** The head of a request, in front of its events. */
export interface RequestLine {
  readonly type: 'request';
  readonly key: string;
  readonly group: RequestGroup;
  readonly title: string;
}

/** A change of an actor, in a line. */
export interface EventLine {
  readonly type: 'event';
  readonly key: number;
  readonly entry: LogEntry;
  /** Its place in the log. */
  readonly place: number;
  readonly kind: EventKind;
  /** The event, in words where XState has made it up. */
  readonly words: string;
  /** The name of the actor. */
  readonly name: string;
  /** The same in short. */
  readonly chart: string;
  /** Milliseconds since the line before; `null` for the first. */
  readonly delta: number | null;
  readonly isInRequest: boolean;
}

/** A line of the list of events. */
export type Line = RequestLine | EventLine;

/** What of a log is shown. */
export interface LineOptions {
  readonly groups: readonly RequestGroup[];
  readonly names: ActorNames;
  readonly filter: string;
  readonly hidden: ReadonlySet<EventKind>;
}

/** The name of an actor and its short form, by id. */
export type ActorNames = ReadonlyMap<string, { readonly name: string; readonly chart: string }>;

/** The lines of a log, oldest first: its events, and in front of those of each request what it was. */
export function linesOf(log: readonly LogEntry[], options: LineOptions): Line[] {
  const { groups, names, hidden } = options;
  const wanted = options.filter.trim().toLowerCase();
  const lines: Line[] = [];
  let groupAt = 0;
  let titled: RequestGroup | undefined;
  let before: number | null = null;
  for (const [place, entry] of log.entries()) {
    while (groupAt < groups.length && (groups[groupAt] as RequestGroup).end <= place) groupAt++;
    const next = groups[groupAt];
    const group = next !== undefined && next.first <= place ? next : undefined;
    const kind = kindOf(entry);
    if (hidden.has(kind)) continue;
    const words = eventWords(entry);
    const { name, chart } = names.get(entry.actor) ?? { name: entry.actor, chart: entry.actor };
    const isFound =
      isIn(wanted, [entry.event, words, entry.from, entry.to, name, chart]) ||
      (group !== undefined && isIn(wanted, [requestTitle(group), group.target]));
    if (!isFound) continue;
    if (group !== undefined && group !== titled) {
      titled = group;
      lines.push({ type: 'request', key: `request ${group.number}`, group, title: requestTitle(group) });
    }
    const delta = before === null ? null : entry.at - before;
    before = entry.at;
    const { number: key } = entry;
    const isInRequest = group !== undefined;
    lines.push({ type: 'event', key, entry, place, kind, words, name, chart, delta, isInRequest });
  }
  return lines;
}

/** The line that is marked for a place in the log: its own, or the last one before it that is shown; -1 for none. */
export function lineAt(lines: readonly Line[], place: number): number {
  for (let at = lines.length - 1; at >= 0; at--) {
    const line = lines[at];
    if (line?.type === 'event' && line.place <= place) return at;
  }
  return -1;
}

type Named = Pick<ActorDetail, 'id' | 'name' | 'session' | 'children' | 'childCounts'>;

/**
 * Names of an actor and of its children. A session of this package is `session` among its own; a child that is the only
 * one of its chart is called as the chart.
 */
export function namesOf(actor: Named): ActorNames {
  const own = roleOf(actor) === null ? actor.name : 'session';
  const charts = new Map(actor.childCounts.map(({ chart, name }) => [chart, name]));
  const isOnly = (key: string): boolean => actor.children.filter(({ chart }) => chart === key).length === 1;
  return new Map([
    ...actor.children.map(({ id, name, chart: key }) => {
      const chart = key !== null && isOnly(key) ? charts.get(key) : undefined;
      return [id, { name, chart: chart ?? shortName(name) }] as const;
    }),
    [actor.id, { name: actor.name, chart: own }],
  ]);
}

function shortName(name: string): string {
  return name.replace(/^(client|server) (?=session \d)/, '');
}

/** Time since the line before, in at most seven characters: `+3 ms`, `+59.9 s`, `+5 min`. */
export function deltaText(ms: number): string {
  if (ms < 1000) return `+${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `+${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `+${minutes} min`;
  return minutes < 1440 ? `+${Math.floor(minutes / 60)} h` : `+${Math.floor(minutes / 1440)} d`;
}

function isIn(wanted: string, texts: readonly (string | null)[]): boolean {
  return wanted === '' || texts.some((text) => text?.toLowerCase().includes(wanted) === true);
}
