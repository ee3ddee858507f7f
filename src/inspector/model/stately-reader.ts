import { INSPECTION } from '../../constants.js';
import { dotted } from '../../chart/state-name.js';
import type { InspectionModel } from './inspection-model.js';
import type { ActorStatus } from './shapes.js';

type Loose = Readonly<Record<string, unknown>>;

const STATUSES: readonly ActorStatus[] = ['active', 'done', 'error', 'stopped'];

/**
 * Reads Stately's inspection protocol, as `createWebSocketInspector` of `@statelyai/inspect` sends it and as Stately's
 * relay passes it on: `@xstate.actor`, `@xstate.event` and `@xstate.snapshot`.
 *
 * The messages are not trusted: any part may be missing, of another type, or long.
 */
export class StatelyReader {
  readonly #model: InspectionModel;
  /** Names of actors are unique within one program. */
  readonly #prefix: string;
  /** Actors of this program that run. */
  readonly #running = new Map<string, string>();
  /** Who sent the event that an actor has got last: the snapshot that follows does not say it. */
  readonly #senders = new Map<string, { readonly event: string; readonly sender: string }>();

  constructor(model: InspectionModel, prefix: string) {
    this.#model = model;
    this.#prefix = prefix;
  }

  /** Reads one parsed message; unknown ones are ignored, because protocols grow. */
  read(message: unknown): void {
    if (typeof message !== 'object' || message === null) return;
    const reported = message as Loose;
    if (typeof reported['sessionId'] !== 'string') return;
    const id = this.#idOf(reported['sessionId']);
    if (reported['type'] === '@xstate.actor') this.#readActor(id, reported);
    else if (reported['type'] === '@xstate.event') this.#readEvent(id, reported);
    else if (reported['type'] === '@xstate.snapshot') this.#readSnapshot(id, reported);
  }

  /** The program has gone: its actors will not be reported any more. */
  gone(): void {
    for (const [id, state] of this.#running) {
      this.#model.moved(id, { event: 'inspection.disconnected', state, status: 'stopped' });
    }
    this.#running.clear();
    this.#senders.clear();
  }

  #readActor(id: string, reported: Loose): void {
    const { parentId, name, definition } = reported;
    const snapshot = snapshotOf(reported);
    this.#model.appeared({
      id,
      name: typeof name === 'string' && name !== '' ? shortened(name) : id,
      parent: typeof parentId === 'string' ? this.#idOf(parentId) : null,
      definition: typeof definition === 'string' ? definition : undefined,
      ...snapshot,
    });
    this.#note(id, snapshot);
  }

  #readEvent(id: string, { event, sourceId }: Loose): void {
    const type = typeOf(event);
    if (type === null || typeof sourceId !== 'string' || !this.#running.has(id)) return;
    this.#senders.set(id, { event: type, sender: this.#idOf(sourceId) });
  }

  #readSnapshot(id: string, reported: Loose): void {
    const event = typeOf(reported['event']) ?? '(unknown)';
    const snapshot = snapshotOf(reported);
    if (!this.#running.has(id)) {
      // It started before the page listened, so only this snapshot is known of it.
      this.#model.appeared({ id, name: id, parent: null, ...snapshot });
    }
    const sent = this.#senders.get(id);
    this.#note(id, snapshot);
    const sender = sent?.event === event ? { sender: sent.sender } : {};
    // No actor sent the event of a start. The actor may be announced late, with a later state.
    if (event === 'xstate.init') this.#model.moved(id, { event: '', ...snapshot });
    else this.#model.moved(id, { event, ...sender, ...snapshot });
  }

  #note(id: string, { state, status }: Snapshot): void {
    if (status === 'active' && this.#model.has(id)) this.#running.set(id, state);
    else {
      this.#running.delete(id);
      this.#senders.delete(id);
    }
  }

  #idOf(sessionId: string): string {
    return this.#prefix + shortened(sessionId);
  }
}

interface Snapshot {
  readonly state: string;
  readonly status: ActorStatus;
  readonly context?: string;
}

function snapshotOf({ snapshot }: Loose): Snapshot {
  const { value, status, context } = (
    typeof snapshot === 'object' && snapshot !== null ? snapshot : {}
  ) as Loose;
  return {
    state: shortened(nameOf(value)),
    status: STATUSES.find((known) => known === status) ?? 'active',
    ...(context === undefined ? {} : { context: contextText(context) }),
  };
}

/** No machine is nested as deep; what pretends to be would exhaust the stack. */
const MAX_DEPTH = 32;

/** The name of a state value; empty for what is none. */
function nameOf(value: unknown): string {
  return isStateValue(value, MAX_DEPTH) ? dotted(value) : '';
}

function isStateValue(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return true;
  if (typeof value !== 'object' || value === null || depth === 0) return false;
  return Object.values(value).every((inner) => isStateValue(inner, depth - 1));
}

function typeOf(event: unknown): string | null {
  const type: unknown = typeof event === 'object' && event !== null ? (event as Loose)['type'] : undefined;
  return typeof type === 'string' ? shortened(type) : null;
}

function contextText(context: unknown): string {
  const text = JSON.stringify(context, null, 2);
  const most = INSPECTION.maxToldContext.value;
  return text.length > most ? `${text.slice(0, most)} ...` : text;
}

function shortened(text: string): string {
  return text.slice(0, INSPECTION.maxToldName.value);
}
