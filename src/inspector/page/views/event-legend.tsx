import type { ComponentChildren } from 'preact';

import { EVENT_KINDS, type EventKind } from '../../model/event-kinds.js';
import { useRemembered } from '../hooks/remembered.js';

/** What the kinds are called, and what they are. */
const WORDS: Readonly<Record<EventKind, readonly [name: string, hint: string]>> = {
  command: ['Command', 'What the owner of a session or a server asks for'],
  message: ['Message', 'Steps of requests and responses, and events between actors'],
  socket: ['Socket', 'What the socket or the connection reports'],
  timer: ['Timer', 'A timer that has expired'],
  error: ['Error', 'Something failed'],
  bookkeeping: ['Bookkeeping', 'Actors appear, end and leave; hidden unless you ask for it'],
};

const KEY = 'hidden-events';

/** The name of a kind. */
export function kindName(kind: EventKind): string {
  return WORDS[kind][0];
}

/** The kinds of events that are hidden; the choice is remembered. */
export function useHiddenKinds(): readonly [ReadonlySet<EventKind>, (kind: EventKind) => void] {
  const [text, setText] = useRemembered(KEY, 'bookkeeping');
  const hidden = new Set(EVENT_KINDS.filter((kind) => text.split(' ').includes(kind)));
  const toggle = (kind: EventKind): void => {
    const next = EVENT_KINDS.filter((one) => (one === kind ? !hidden.has(one) : hidden.has(one)));
    setText(next.join(' '));
  };
  return [hidden, toggle];
}

interface EventLegendProps {
  readonly hidden: ReadonlySet<EventKind>;
  readonly toggle: (kind: EventKind) => void;
}

/** What the colours of the dots mean; a click hides a kind of events, or shows it. */
export function EventLegend({ hidden, toggle }: EventLegendProps): ComponentChildren {
  return (
    <div class="event-legend" role="group" aria-label="Kinds of events">
      {EVENT_KINDS.map((kind) => (
        <button
          key={kind}
          type="button"
          aria-pressed={!hidden.has(kind)}
          title={WORDS[kind][1]}
          onClick={() => toggle(kind)}
        >
          <span class={`event-dot ${kind}`} aria-hidden="true" />
          {WORDS[kind][0]}
        </button>
      ))}
    </div>
  );
}
