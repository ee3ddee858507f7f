import { eventWords } from './event-kinds.js';
import { requestTitle, type RequestGroup } from './request-groups.js';
import type { ActorSummary, LogEntry, SessionReport } from './shapes.js';

/** One line of a sequence: who sent it to whom. */
export interface SequenceMessage {
  readonly number: number;
  readonly at: number;
  /** Places in the lanes; the same for both where an actor sends to itself. */
  readonly from: number;
  readonly to: number;
  readonly label: string;
  /** The state that it led to. */
  readonly state: string;
  /** The change that it is. */
  readonly entry: LogEntry;
}

/** The messages of one request, by their places: from the first up to and not including the end. */
export interface SequenceFrame {
  readonly title: string;
  readonly first: number;
  readonly end: number;
  readonly group: RequestGroup;
}

/** A stretch of messages in which a participant is at work, by their places: from the first to the last. */
export interface ActivationBar {
  readonly lane: number;
  readonly first: number;
  readonly last: number;
}

/** Who took part, from left to right, and the messages, oldest first. */
export interface Sequence {
  readonly lanes: readonly string[];
  readonly messages: readonly SequenceMessage[];
  readonly frames: readonly SequenceFrame[];
  /** In the order of their first messages. */
  readonly bars: readonly ActivationBar[];
}

/** What a sequence is made from, beside the log. */
export interface SequenceOptions {
  /** The requests in the log: see `requestGroupsOf`. */
  readonly groups?: readonly RequestGroup[];
  /** Which changes are messages of the sequence. Default: all. */
  readonly isShown?: (entry: LogEntry) => boolean;
}

/** Whose sequence it is: an actor with its children. */
export interface SequenceSubject {
  readonly id: string;
  readonly name: string;
  readonly session: Pick<SessionReport, 'role'> | null;
  readonly children: readonly Pick<ActorSummary, 'id' | 'name'>[];
}

type Role = SessionReport['role'];

/** Where a message comes from and where it goes. */
type Way = readonly [from: number, to: number];

/** Who takes part, and who sends what to whom. */
interface Cast {
  readonly lanes: readonly string[];
  /** Lanes that do the work: the others have no bars. */
  readonly isWorker: (lane: number) => boolean;
  readonly wayOf: (entry: LogEntry) => Way;
  /** Who begins to work by a message, beside the one that gets it. */
  readonly wakes: (entry: LogEntry) => number | null;
}

const OWNER = 0;
const SESSION = 1;
const SOCKET = 2;

/** Shows the changes of an actor and of its children as messages between the participants. */
export function sequenceOf(
  subject: SequenceSubject,
  log: readonly LogEntry[],
  { groups = [], isShown = () => true }: SequenceOptions = {},
): Sequence {
  const role = roleOf(subject);
  const shown = log.flatMap((entry, place) => (isShown(entry) ? [{ entry, place }] : []));
  const entries = shown.map(({ entry }) => entry);
  const cast = role === null ? castOfActors(subject, entries) : castOfSession(role);
  const messages = entries.map((entry) => toMessage(entry, cast.wayOf(entry)));
  const frames = framesOf(
    groups,
    shown.map(({ place }) => place),
  );
  return { lanes: cast.lanes, messages, frames, bars: barsOf(messages, frames, cast) };
}

/** Whose session of this package it is; `null` for any other actor. */
export function roleOf({ name, session }: Pick<SequenceSubject, 'name' | 'session'>): Role | null {
  if (session !== null) return session.role;
  const [, role] = /^(client|server) session\b/.exec(name) ?? [];
  return (role as Role | undefined) ?? null;
}

function toMessage(entry: LogEntry, [from, to]: Way): SequenceMessage {
  const { number, at } = entry;
  return { number, at, from, to, label: eventWords(entry), state: entry.to ?? '', entry };
}

// ---- who takes part --------------------------------------------------------------------------------------------------

function castOfSession(role: Role): Cast {
  return {
    lanes: [role === 'server' ? 'server' : 'caller', 'session', 'socket'],
    isWorker: (lane) => lane !== SOCKET,
    wayOf: ({ event }) => wayInSession(event, role),
    wakes: ({ event }) => (role === 'server' && event === 'request.head' ? OWNER : null),
  };
}

const COMMAND = /^(session\.|exception\.|socket\.(attach|detach)$)/;
const NOTICE = /^(socket\.|xstate\.(done|error)\.actor\.)/;
const MESSAGE_PART = /^(request|response)\.(?!prepare|reserve|release|cancel|replay)/;

/* The facts of a message go the way that the message goes: in from the socket, or out to it. */
function wayInSession(event: string, role: Role): Way {
  if (COMMAND.test(event)) return [OWNER, SESSION];
  if (NOTICE.test(event)) return [SOCKET, SESSION];
  const [, part] = MESSAGE_PART.exec(event) ?? [];
  if (part === undefined) return [SESSION, SESSION];
  const isIncoming = (part === 'request') === (role === 'server');
  return isIncoming ? [SOCKET, SESSION] : [OWNER, SOCKET];
}

/** Who is not known. */
const OUTSIDE = 'outside';

function castOfActors(subject: SequenceSubject, entries: readonly LogEntry[]): Cast {
  const names = new Map([subject, ...subject.children].map(({ id, name }) => [id, name]));
  const ids = new Set(entries.flatMap((entry) => [senderOf(entry), entry.actor]));
  const places = new Map([...ids].map((id, place) => [id, place]));
  const outside = places.get(OUTSIDE);
  return {
    lanes: [...ids].map((id) => names.get(id) ?? id),
    isWorker: (lane) => lane !== outside,
    wayOf: (entry) => [places.get(senderOf(entry)) ?? 0, places.get(entry.actor) ?? 0],
    wakes: () => null,
  };
}

function senderOf({ sender, from, event, actor }: LogEntry): string {
  const isOwn = from === null || event === '' || /^xstate\.(after|init|stop|done\.state)\b/.test(event);
  return sender ?? (isOwn ? actor : OUTSIDE);
}

// ---- frames and bars -------------------------------------------------------------------------------------------------

/** @param places - the place of each message in the log, growing */
function framesOf(groups: readonly RequestGroup[], places: readonly number[]): SequenceFrame[] {
  let at = 0;
  const placeFrom = (place: number): number => {
    while (at < places.length && (places[at] as number) < place) at++;
    return at;
  };
  return groups.flatMap((group) => {
    const frame = {
      title: requestTitle(group),
      first: placeFrom(group.first),
      end: placeFrom(group.end),
      group,
    };
    return frame.first < frame.end ? [frame] : [];
  });
}

/** What follows within this time belongs to the same piece of work. */
const AT_ONCE_MS = 10;

/*
 * All who take part in a piece of work are at it from their first message to their last: in a request, or else in
 * messages that follow each other at once. Who causes which of those cannot be told from their order: XState reports
 * what an actor was sent in a transition before the transition itself.
 */
function barsOf(
  messages: readonly SequenceMessage[],
  frames: readonly SequenceFrame[],
  { isWorker, wakes }: Cast,
): ActivationBar[] {
  const bars: ActivationBar[] = [];
  const open = new Map<number, { first: number; last: number }>();
  const close = (): void => {
    for (const [lane, bar] of open) bars.push({ lane, ...bar });
    open.clear();
  };
  const work = (lane: number, at: number): void => {
    if (!isWorker(lane)) return;
    const bar = open.get(lane);
    if (bar === undefined) open.set(lane, { first: at, last: at });
    else bar.last = at;
  };
  let frameAt = 0;
  let lastFrame: SequenceFrame | undefined;
  for (const [i, { from, to, at, entry }] of messages.entries()) {
    while (frameAt < frames.length && (frames[frameAt] as SequenceFrame).end <= i) frameAt++;
    const next = frames[frameAt];
    const frame = next !== undefined && next.first <= i ? next : undefined;
    const isAtOnce = frame === undefined && at - (messages[i - 1]?.at ?? at) <= AT_ONCE_MS;
    if (frame !== lastFrame || (frame === undefined && !isAtOnce)) close();
    lastFrame = frame;
    work(from, i);
    work(to, i);
    const woken = frame === undefined ? null : wakes(entry);
    if (woken !== null) work(woken, i);
  }
  close();
  return bars.sort((a, b) => a.first - b.first || a.lane - b.lane);
}

/** The last messages of a sequence, with as much of frames and bars as belongs to them. */
export function tailOf(sequence: Sequence, count: number): Sequence {
  const cut = Math.max(0, sequence.messages.length - count);
  if (cut === 0) return sequence;
  const from = (place: number): number => Math.max(0, place - cut);
  return {
    lanes: sequence.lanes,
    messages: sequence.messages.slice(cut),
    frames: sequence.frames
      .filter(({ end }) => end > cut)
      .map((frame) => ({ ...frame, first: from(frame.first), end: from(frame.end) })),
    bars: sequence.bars
      .filter(({ last }) => last >= cut)
      .map((bar) => ({ ...bar, first: from(bar.first), last: from(bar.last) })),
  };
}
