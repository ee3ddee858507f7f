import { INSPECTION } from './inspection-limits.js';
import type { InspectionModel } from './inspection-model.js';
import type { ActorStatus } from './shapes.js';
import { contextText, shortened, shortenedId, stateText } from './told-text.js';

type Loose = Readonly<Record<string, unknown>>;

const MAX_INTERNED = 1_000;

const STATUSES: readonly ActorStatus[] = ['active', 'done', 'error', 'stopped'];

/**
 * Reads Stately's inspection protocol, as `createWebSocketInspector` of `@statelyai/inspect` sends it and as Stately's
 * relay passes it on: `@xstate.actor`, `@xstate.event` and `@xstate.snapshot`.
 *
 * The messages are not trusted: any part may be missing, of another type, long or deep. What cannot be read is counted as
 * dropped.
 */
export class StatelyReader {
  readonly #model: InspectionModel;
  /** Names of actors are unique within one program. */
  readonly #prefix: string;
  /** Actors of this program that run and their states. */
  readonly #running = new Map<string, string>();
  /** Who sent the event that an actor has got last: the snapshot that follows does not say it. */
  readonly #senders = new Map<string, { readonly event: string; readonly sender: string }>();

  readonly #names = new Map<string, string>();
  /** With so many running actors, those are left out that the model has forgotten. */
  #tidyAt: number = INSPECTION.maxActors.value;

  constructor(model: InspectionModel, prefix: string) {
    this.#model = model;
    this.#prefix = prefix;
    model.programJoined();
  }

  /** Reads one parsed message; unknown ones are ignored, because protocols grow. It never throws. */
  read(message: unknown): void {
    try {
      this.#read(message);
    } catch {
      this.#model.drop('unreadable');
    }
  }

  #read(message: unknown): void {
    if (typeof message !== 'object' || message === null) return;
    const reported = message as Loose;
    if (typeof reported['sessionId'] !== 'string') return;
    const id = this.#idOf(reported['sessionId']);
    if (reported['type'] === '@xstate.actor') this.#readActor(id, reported);
    else if (reported['type'] === '@xstate.event') this.#readEvent(id, reported);
    else if (reported['type'] === '@xstate.snapshot') this.#readSnapshot(id, reported);
  }

  /**
   * The program has gone: its actors will not be reported any more.
   *
   * @param most - how many actors to end at once
   * @returns whether there are more
   */
  gone(most = Infinity): boolean {
    for (const [id, state] of this.#running) {
      if (most-- <= 0) return true;
      this.#model.moved(id, { event: 'inspection.disconnected', state, status: 'stopped' });
      this.#running.delete(id);
    }
    this.#senders.clear();
    this.#model.programLeft();
    return false;
  }

  #readActor(id: string, reported: Loose): void {
    const { parentId, name, definition } = reported;
    const snapshot = this.#snapshotOf(reported);
    this.#model.appeared({
      id,
      name: typeof name === 'string' && name !== '' ? shortened(name) : id,
      parent: typeof parentId === 'string' ? this.#idOf(parentId) : null,
      definition: typeof definition === 'string' ? definition : undefined,
      isForeign: true,
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
    const event = this.#interned(typeOf(reported['event']) ?? '(unknown)');
    const snapshot = this.#snapshotOf(reported);
    if (!this.#running.has(id) || !this.#model.has(id)) {
      // It started before the page listened, or was forgotten, so only this snapshot is known of it.
      this.#model.appeared({ id, name: id, parent: null, isForeign: true, ...snapshot });
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
    if (this.#running.size < this.#tidyAt) return;
    for (const known of this.#running.keys()) {
      if (this.#model.has(known)) continue;
      this.#running.delete(known);
      this.#senders.delete(known);
    }
    this.#tidyAt = this.#running.size + INSPECTION.maxActors.value;
  }

  #snapshotOf({ snapshot }: Loose): Snapshot {
    const { value, status, context } = looselyIn(snapshot);
    return {
      state: this.#interned(stateText(value)),
      status: STATUSES.find((known) => known === status) ?? 'active',
      ...(context === undefined ? {} : { context: contextText(context) }),
    };
  }

  #idOf(sessionId: string): string {
    return this.#prefix + shortenedId(sessionId);
  }

  /** The one copy of a state or an event that is reported again and again: each message brings a string of its own. */
  #interned(text: string): string {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    if (this.#names.size < MAX_INTERNED) this.#names.set(text, text);
    return text;
  }
}

interface Snapshot {
  readonly state: string;
  readonly status: ActorStatus;
  readonly context?: string;
}

function looselyIn(value: unknown): Loose {
  return (typeof value === 'object' && value !== null ? value : {}) as Loose;
}

function typeOf(event: unknown): string | null {
  const { type } = looselyIn(event);
  return typeof type === 'string' ? shortened(type) : null;
}
