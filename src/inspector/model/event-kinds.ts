import type { LogEntry } from './shapes.js';

/** What sort of event it is: the colour of its dot. */
export type EventKind = 'command' | 'message' | 'socket' | 'timer' | 'error' | 'bookkeeping';

/** All kinds, in the order of the legend. */
export const EVENT_KINDS: readonly EventKind[] = [
  'command',
  'message',
  'socket',
  'timer',
  'error',
  'bookkeeping',
];

type Event = Pick<LogEntry, 'event' | 'from' | 'to' | 'status'>;

/** What matches first decides. Events of other programs that are none of these are messages between their actors. */
const KINDS: readonly (readonly [pattern: RegExp, kind: EventKind])[] = [
  [/^xstate\.error\.|^exception\.set$|\.(fail|failed|failing|unreachable)$/, 'error'],
  [/^xstate\.after\.|^deadline\.expired$|^grace\.over$|^age\.reached$/, 'timer'],
  [/^xstate\.done\.actor\.connector$|^socket\.(?!attach$|detach$)|^connection\./, 'socket'],
  [/^(session\.(?!opened$|available$|switched$|ended$)|exception\.|socket\.)/, 'command'],
  [/^(server|pool|worker)\.(listen|start|restart|drain|stop|close|release)$/, 'command'],
];

/** Reports about actors themselves, which say nothing of what they do. */
const BOOKKEEPING = /^$|^xstate\.(init|stop|snapshot\.|done\.)|^inspection\./;

/**
 * The kind of an event. What only keeps the books (an actor appears, leaves, or is done) is bookkeeping, unless it has
 * changed the state: the end of a connector is how a client's session got its connection.
 */
export function kindOf({ event, from, to, status }: Event): EventKind {
  if (BOOKKEEPING.test(event)) {
    const isStep = event.startsWith('xstate.done.') && from !== null && from !== to;
    if (!isStep) return status === 'error' && event !== '' ? 'error' : 'bookkeeping';
  }
  return KINDS.find(([pattern]) => pattern.test(event))?.[1] ?? 'message';
}

/** An event in words: types that XState makes up are said plainly, all others are their own names. */
export function eventWords({ event, from, to, status }: Event): string {
  if (event === '') {
    if (from === null) return 'appears';
    if (to === null) return 'is forgotten';
    return status === 'active' ? 'is reported again' : 'ends';
  }
  if (event === 'inspection.disconnected') return 'its program left';
  return xstateWords(event) ?? event;
}

const XSTATE_EVENT = /^xstate\.(init|stop|after|done\.actor|done\.state|error\.actor|snapshot)(?:\.(.*))?$/s;

function xstateWords(event: string): string | null {
  const [, what, of = ''] = XSTATE_EVENT.exec(event) ?? [];
  switch (what) {
    case 'init':
      return 'starts';
    case 'stop':
      return 'is stopped';
    case 'after':
      return afterWords(of);
    case 'done.actor':
      return `${of} is done`;
    case 'done.state':
      return `${of.slice(of.lastIndexOf('.') + 1)} is complete`;
    case 'error.actor':
      return `${of} failed`;
    case 'snapshot':
      return `${of} changed`;
    default:
      return null;
  }
}

/** The delay comes first, then the state that it belongs to: `1000.light.green`. */
function afterWords(of: string): string {
  const [delay = ''] = of.split('.');
  return /^\d+$/.test(delay) ? `after ${delay} ms` : `after ${delay}`;
}
