import type { ActorDetail, LogEntry } from '../../model/shapes.js';

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
}

/** Who took part, from left to right, and the messages, oldest first. */
export interface Sequence {
  readonly lanes: readonly string[];
  readonly messages: readonly SequenceMessage[];
}

const OWNER = 0;
const SESSION = 1;
const SOCKET = 2;

type Subject = Pick<ActorDetail, 'id' | 'name' | 'session' | 'children'>;
type Role = 'client' | 'server';

/** Shows the changes of an actor and of its children as messages between the participants. */
export function sequenceOf(subject: Subject, log: readonly LogEntry[]): Sequence {
  const role = roleOf(subject);
  return role === null ? betweenActors(subject, log) : ofSession(role, log);
}

/** Whose session of this package it is; `null` for any other actor. */
export function roleOf({ name, session }: Pick<Subject, 'name' | 'session'>): Role | null {
  if (session !== null) return session.role;
  const [, role] = /^(client|server) session\b/.exec(name) ?? [];
  return (role as Role | undefined) ?? null;
}

function ofSession(role: Role, log: readonly LogEntry[]): Sequence {
  return {
    lanes: [role === 'server' ? 'server' : 'caller', 'session', 'socket'],
    messages: log.map((entry) => {
      const [from, to] = wayOf(entry.event, role);
      return toMessage(entry, from, to);
    }),
  };
}

const COMMAND = /^(session\.|exception\.|socket\.(attach|detach)$)/;
const NOTICE = /^(socket\.|xstate\.(done|error)\.actor\.)/;
const MESSAGE_PART = /^(request|response)\./;

/* The facts of a message go the way that the message goes: in from the socket, or out to it. */
function wayOf(event: string, role: Role): readonly [from: number, to: number] {
  if (COMMAND.test(event)) return [OWNER, SESSION];
  if (NOTICE.test(event)) return [SOCKET, SESSION];
  const [, part] = MESSAGE_PART.exec(event) ?? [];
  if (part === undefined) return [SESSION, SESSION];
  const isIncoming = (part === 'request') === (role === 'server');
  return isIncoming ? [SOCKET, SESSION] : [OWNER, SOCKET];
}

function betweenActors(subject: Subject, log: readonly LogEntry[]): Sequence {
  const names = new Map([subject, ...subject.children].map(({ id, name }) => [id, name]));
  const places = new Map<string, number>();
  const placeOf = (id: string): number => {
    const place = places.get(id) ?? places.size;
    places.set(id, place);
    return place;
  };
  const messages = log.map((entry) => {
    const from = placeOf(entry.sender ?? (entry.from === null ? entry.actor : OUTSIDE));
    return toMessage(entry, from, placeOf(entry.actor));
  });
  return { lanes: [...places.keys()].map((id) => names.get(id) ?? id), messages };
}

/** Who is not known. */
const OUTSIDE = 'outside';

function toMessage(
  { number, at, event, from, to }: LogEntry,
  source: number,
  target: number,
): SequenceMessage {
  const label = event === '' ? (from === null ? 'appears' : 'leaves') : event;
  return { number, at, from: source, to: target, label, state: to ?? '' };
}
