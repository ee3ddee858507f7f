import type { ActorEntry } from './actor-entry.js';
import type { Change } from './journal.js';
import { recordedSession } from './recorded-session.js';
import { checkTraffic, NO_TRAFFIC } from './traffic-check.js';
import {
  RECORDING_FORMAT,
  type ActorStatus,
  type LogEntry,
  type RecordedActor,
  type Recording,
} from './shapes.js';

type Loose = Readonly<Record<string, unknown>>;

const STATUSES: readonly unknown[] = ['active', 'done', 'error', 'stopped'] satisfies ActorStatus[];

/** Validates a recording. @throws TypeError with a readable text if it is not one */
export function checkedRecording(reported: unknown): Recording {
  ensure(isObject(reported), 'This is not a recording: it is not a JSON object.');
  ensure(
    reported['format'] === RECORDING_FORMAT,
    `This is not a recording: its format is not "${RECORDING_FORMAT}".`,
  );
  ensure(
    reported['version'] === 1 || reported['version'] === 2,
    `This recording is of version ${String(reported['version'])}; versions 1 and 2 can be read.`,
  );
  ensure(
    isTime(reported['at']) && isCount(reported['dropped']),
    'This recording is damaged: it does not say when it was made.',
  );
  checkEach(reported['definitions'], 'definitions', isDefinition);
  checkEach(reported['actors'], 'actors', isActor);
  checkEach(reported['log'], 'log', isLogEntry);
  const { actors, log } = reported as unknown as Recording;
  const ids = new Set(actors.map(({ id }) => id));
  ensure(ids.size === actors.length, 'This recording is damaged: two of its actors have the same id.');
  const lost = log.findIndex(({ actor }) => !ids.has(actor));
  ensure(
    lost === -1,
    `This recording is damaged: entry ${String(lost)} of its log is of an actor that it does not have.`,
  );
  if (reported['version'] === 1) return upgraded(reported as unknown as Recording);
  checkTraffic(reported);
  return reported as unknown as Recording;
}

/** Of version 1: nothing was known of requests and of seconds. */
function upgraded(recording: Recording): Recording {
  return { ...recording, version: 2, ...NO_TRAFFIC, actors: recording.actors.map(withoutGaps) };
}

function withoutGaps(actor: RecordedActor): RecordedActor {
  const { request, response, error } = recordedSession(actor.session) ?? {};
  const { code } = (error ?? {}) as Loose;
  const path = request?.target.split('?', 1)[0] ?? '';
  const last =
    request === null || request === undefined
      ? null
      : {
          method: request.method,
          path,
          status: response ?? null,
          code: typeof code === 'string' ? code : null,
        };
  return { ...actor, last };
}

/** An actor of a recording, as the model remembers it. */
export function restoredEntry(actor: RecordedActor): ActorEntry {
  const { id, name, parent, since, chart, session, peer, last, context, earlier, isForgotten } = actor;
  const { state, status, changedAt, transitions } = actor;
  return {
    ...{ id, name, parent, since, children: new Set(), chart, role: null, subject: null, peer },
    ...{ session: recordedSession(session), last, context, earlier },
    ...{ isForgotten, isForeign: false, changes: 0, condition: { state, status, changedAt, transitions } },
  };
}

/** The changes of a recording. How an actor was before a change is what the change before it says. */
export function* restoredChanges(
  log: readonly LogEntry[],
  entries: ReadonlyMap<string, ActorEntry>,
): Generator<Change, void> {
  const statuses = new Map<string, ActorStatus>();
  for (const { actor, ...change } of log) {
    const previousStatus = statuses.get(actor) ?? (change.to === null ? change.status : 'active');
    statuses.set(actor, change.status);
    yield { ...change, entry: entries.get(actor) as ActorEntry, previousStatus };
  }
}

function checkEach(list: unknown, name: string, isRight: (item: Loose) => boolean): void {
  ensure(Array.isArray(list), `This recording is damaged: it has no list of ${name}.`);
  const wrong = list.findIndex((item) => !isObject(item) || !isRight(item));
  ensure(wrong === -1, `This recording is damaged: entry ${String(wrong)} of its ${name} cannot be read.`);
}

function isDefinition({ key, name, config }: Loose): boolean {
  return isText(key) && isText(name) && isObject(config);
}

function isActor(actor: Loose): boolean {
  const { id, name, parent, chart, state, status, since, changedAt, transitions } = actor;
  const { totals, peer, session, context, earlier, isForgotten } = actor;
  return (
    [id, name, state].every(isText) &&
    [parent, chart, peer, context].every(isTextOrNull) &&
    [since, changedAt].every(isTime) &&
    isCount(transitions) &&
    [totals, session].every((part) => part === null || isObject(part)) &&
    STATUSES.includes(status) &&
    Array.isArray(earlier) &&
    earlier.every((entry) => isObject(entry) && isLogEntry({ ...entry, number: 0 })) &&
    typeof isForgotten === 'boolean'
  );
}

function isLogEntry({ number, at, actor, event, sender, from, to, status }: Loose): boolean {
  return (
    isCount(number) &&
    isTime(at) &&
    [actor, event].every(isText) &&
    [sender, from, to].every(isTextOrNull) &&
    STATUSES.includes(status)
  );
}

function isObject(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isTextOrNull(value: unknown): boolean {
  return value === null || isText(value);
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

/** The last day that JavaScript knows, in the year 275760. */
const LAST_TIME = 8.64e15;

function isTime(value: unknown): boolean {
  return isCount(value) && (value as number) <= LAST_TIME;
}

function ensure(condition: boolean, message: string): asserts condition {
  if (!condition) throw new TypeError(message);
}
