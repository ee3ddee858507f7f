import { serverMachine } from '../../machines/server.machine.js';
import { watchClients, type ClientTransitionMessage } from '../client/diagnostics.js';
import { describeValue } from '../errors/index.js';
import { LiveSet } from '../server/index.js';
import { reportFault, transitions, type TransitionMessage } from '../diagnostics.js';
import { InspectedClients } from './inspected-clients.js';
import { InspectedSession, isGone, isTagged, type SessionFacts } from './inspected-session.js';
import { checkedSelection, isChosen, type CheckedSelection } from './session-selection.js';
import { type stateValueOf } from './state-value.js';
import { PROCESS_KEY, type InspectedActor, type InspectorSink } from './stately-inspector.js';

/** A session that can be inspected: any of this package, and those of `supervise()`. */
export interface InspectableSession {
  /** The number of the session within the process. */
  readonly id: number;
  /** The lifecycle state, dotted. */
  readonly state: string;
  /** The state of the message cycle, dotted. */
  readonly exchangeState: string;
  /** @internal */
  readonly core: { readonly role: { readonly kind: 'client' | 'server' } };
}

/** A server whose sessions are inspected, those included that come later: `HTTPServer`, or the supervisor of another. */
export interface InspectableServer {
  /** Its live sessions. */
  readonly sessions: Iterable<InspectableSession>;
  /** The XState actor of the server itself. */
  readonly actor: {
    getSnapshot(): unknown;
    subscribe(next: (snapshot: unknown) => void): { unsubscribe(): void };
  };
}

/** A client whose pools, calls and sessions are inspected: an `HTTPClient`, or the `HTTPPool` of one origin. */
export interface InspectableClient {
  /** The number of the client within the process. */
  readonly clientId: number;
}

/** What can be inspected. */
export type InspectionTarget = InspectableSession | InspectableServer | InspectableClient;

/** Which sessions are shown. */
export interface SessionSelection {
  /**
   * Sessions, servers and clients to begin with. Default: every session and client of this process, each from its next
   * transition on.
   */
  readonly of?: Iterable<InspectionTarget> | undefined;
  /** Asked once for each session, when it would first be shown. Default: all. */
  readonly filter?: ((session: Pick<SessionFacts, 'id' | 'role'>) => boolean) | undefined;
  /** The share of sessions that is shown, from 0 to 1. The same sessions are chosen each time. @defaultValue 1 */
  readonly sampling?: number | undefined;
}

/** The names of what selects sessions. */
export const SELECTION_OPTIONS = ['of', 'filter', 'sampling'] as const satisfies (keyof SessionSelection)[];

let servers = 0;

/**
 * Shows sessions in an inspector. It lives on the channel of transitions and so costs a process nothing that has none;
 * it reports names of states and types of events, and nothing else.
 */
export class SessionInspection {
  readonly #inspector: InspectorSink;
  readonly #selection: CheckedSelection;
  readonly #showsAll: boolean;
  /** The root of all that this process shows. */
  readonly #root: InspectedActor;
  readonly #shown = new Map<number, InspectedSession>();
  readonly #rejected = new Set<number>();
  /** The sessions that were added by themselves, by their numbers. */
  readonly #sessions = new Map<number, InspectableSession>();
  readonly #servers = new Map<InspectableServer, { actor: InspectedActor; unsubscribe: () => void }>();
  /** Servers whose sessions cannot be watched: they are walked for a session that is not known. */
  readonly #walked = new Map<InspectableServer, InspectedActor>();
  /** Sessions that made a transition and were not looked up yet. */
  readonly #undecided = new Set<number>();
  /** Sessions that were looked up and belong to no target. */
  readonly #foreign = new Set<number>();
  /** The clients that were added, by their numbers. */
  readonly #clients = new Set<number>();
  readonly #inspectedClients: InspectedClients;
  #unwatchClients: (() => void) | null = null;
  #isClosed = false;
  readonly #hear = (message: unknown): void => {
    this.#heard(message as TransitionMessage);
  };

  /** @throws RangeError for a sampling outside 0 to 1; TypeError for what cannot be asked or walked */
  constructor(inspector: InspectorSink, selection: SessionSelection) {
    this.#selection = checkedSelection(selection);
    this.#inspector = inspector;
    this.#root = {
      sessionId: PROCESS_KEY,
      id: `process ${String(process.pid)}`,
      logic: { config: { id: 'process' } },
      _parent: undefined,
    };
    inspector.actor(this.#root, { status: 'active' });
    this.#inspectedClients = new InspectedClients(inspector, this.#root);
    this.#showsAll = selection.of === undefined;
    try {
      for (const target of selection.of ?? []) this.add(target);
    } catch (error) {
      this.close();
      throw error;
    }
    transitions.subscribe(this.#hear);
    this.#unwatchClients = watchClients((message, session) => {
      this.#guarded(() => {
        this.#clientMoved(message, session);
      });
    });
  }

  /** How many sessions are shown now. */
  get size(): number {
    return this.#shown.size;
  }

  /**
   * Starts to show a session, a server with all its sessions, or a client; no effect once closed.
   *
   * @throws TypeError for anything else
   */
  add(target: InspectionTarget): void {
    if (this.#isClosed) return;
    this.#foreign.clear();
    if (typeof target !== 'object' || (target as object | null) === null) throw noTarget(target);
    if ('clientId' in target) this.#clients.add(target.clientId);
    else if ('sessions' in target) this.#addServer(target);
    else {
      if (!('exchangeState' in target)) throw noTarget(target);
      this.#sessions.set(target.id, target);
      this.#consider(factsOf(target), this.#root);
    }
  }

  #addServer(server: InspectableServer): void {
    if (this.#servers.has(server)) return;
    const actor: InspectedActor = {
      sessionId: `${PROCESS_KEY}-server-${String(++servers)}`,
      id: `server ${String(servers)}`,
      logic: { config: serverMachine.config },
      _parent: this.#root,
    };
    const subscription = server.actor.subscribe((snapshot) => {
      this.#guarded(() => {
        this.#inspector.snapshot(actor, { status: 'active', value: valueOf(snapshot) });
      });
    });
    const unwatch = this.#watchSessions(server, actor);
    this.#servers.set(server, {
      actor,
      unsubscribe: () => {
        subscription.unsubscribe();
        unwatch();
      },
    });
    this.#inspector.actor(actor, { status: 'active', value: valueOf(server.actor.getSnapshot()) });
    for (const session of server.sessions) this.#consider(factsOf(session), actor);
  }

  /** Shows the sessions that come later, at a cost that does not grow with those that are there. */
  #watchSessions(server: InspectableServer, actor: InspectedActor): () => void {
    const { sessions } = server;
    if (sessions instanceof LiveSet) {
      return sessions.watch((session: InspectableSession) => {
        this.#guarded(() => {
          this.#consider(factsOf(session), actor);
        });
      });
    }
    this.#walked.set(server, actor);
    return () => this.#walked.delete(server);
  }

  /** A pool, a place or a call has made a transition. The session of a place is shown below it. */
  #clientMoved(message: ClientTransitionMessage, session: object | null): void {
    if (!this.#showsAll && !this.#clients.has(message.clientId)) return;
    const actor = this.#inspectedClients.transitioned(message);
    if (session !== null && !message.isOver) this.#consider(factsOf(session as InspectableSession), actor);
  }

  /** Stops showing a session, a server with its sessions, or a client, whose sessions stay until they end. */
  remove(target: InspectionTarget): void {
    if ('clientId' in target) {
      if (this.#clients.delete(target.clientId)) this.#inspectedClients.leave(target.clientId);
    } else if ('sessions' in target) {
      const known = this.#servers.get(target);
      if (known === undefined) return;
      known.unsubscribe();
      this.#servers.delete(target);
      for (const { id } of target.sessions) this.#hide(id);
      this.#inspector.snapshot(known.actor, { status: 'done', value: valueOf(target.actor.getSnapshot()) });
    } else if (this.#sessions.delete(target.id)) this.#hide(target.id);
  }

  #hide(id: number): void {
    const session = this.#shown.get(id);
    if (session === undefined) return;
    this.#shown.delete(id);
    session.leave();
  }

  /** Announces everything that is shown again, one actor for each step. */
  *announcements(): Generator<undefined, undefined> {
    this.#inspector.actor(this.#root, { status: 'active' });
    for (const [{ actor }, known] of this.#servers) {
      this.#inspector.actor(known.actor, { status: 'active', value: valueOf(actor.getSnapshot()) });
      yield;
    }
    yield* this.#inspectedClients.announcements();
    for (const session of this.#shown.values()) {
      session.announce();
      yield;
    }
  }

  #heard(message: TransitionMessage): void {
    const { sessionId: id, role } = message;
    this.#guarded(() => {
      const session = this.#shown.get(id);
      if (session !== undefined) {
        session.transitioned(message);
        // If it gets another socket, it appears again.
        if (hasGone(message)) this.#hide(id);
      } else if (hasGone(message)) this.#forget(id);
      else if (this.#rejected.has(id) || this.#foreign.has(id)) return;
      else if (this.#showsAll) this.#consider({ id, role, ...statesIn(message) }, this.#root);
      else this.#lookUp(id);
    });
  }

  #lookUp(id: number): void {
    const session = this.#sessions.get(id);
    if (session !== undefined) this.#consider(factsOf(session), this.#root);
    else if (this.#walked.size > 0) this.#lookLater(id);
  }

  #forget(id: number): void {
    for (const ids of [this.#rejected, this.#foreign, this.#undecided]) ids.delete(id);
  }

  /** Once for all transitions of a turn: a server registers a session only after its first transitions. */
  #lookLater(id: number): void {
    this.#undecided.add(id);
    if (this.#undecided.size > 1) return;
    setImmediate(() => {
      this.#guarded(() => {
        this.#look();
      });
      this.#undecided.clear();
    });
  }

  #look(): void {
    for (const [server, actor] of this.#walked) {
      for (const session of server.sessions) {
        if (this.#undecided.has(session.id)) this.#consider(factsOf(session), actor);
      }
    }
    for (const id of this.#undecided) {
      if (!this.#shown.has(id) && !this.#rejected.has(id)) this.#foreign.add(id);
    }
  }

  #consider(facts: SessionFacts, parent: InspectedActor): void {
    const { id, role } = facts;
    if (this.#shown.has(id) || this.#rejected.has(id) || isTagged(facts.state, 'closed')) return;
    if (!isChosen(this.#selection, { id, role })) {
      if (!isGone(facts.state)) this.#rejected.add(id);
      return;
    }
    const session = new InspectedSession(this.#inspector, facts, parent);
    if (isGone(facts.state)) session.leave();
    else this.#shown.set(id, session);
  }

  /** What an inspector throws must not reach the session that made a transition. */
  #guarded(report: () => void): void {
    try {
      report();
    } catch (error) {
      reportFault('listener', error);
    }
  }

  /** Stops showing everything. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    transitions.unsubscribe(this.#hear);
    this.#unwatchClients?.();
    for (const target of [...this.#sessions.values(), ...this.#servers.keys()]) {
      this.#guarded(() => {
        this.remove(target);
      });
    }
    for (const id of [...this.#shown.keys()]) {
      this.#guarded(() => {
        this.#hide(id);
      });
    }
    this.#guarded(() => {
      this.#inspectedClients.leave();
    });
    this.#guarded(() => {
      this.#inspector.snapshot(this.#root, { status: 'done' });
    });
  }
}

/** The error for what cannot be inspected or recorded. */
export function noTarget(target: unknown): TypeError {
  return new TypeError(`target: is not a session, a server or a client (got ${describeValue(target)})`);
}

function factsOf(session: InspectableSession): SessionFacts {
  const { id, state, exchangeState, core } = session;
  return { id, role: core.role.kind, state, exchangeState, session };
}

function hasGone({ chart, to }: TransitionMessage): boolean {
  return chart === 'session' && isGone(to);
}

/** Nothing else is known of a session than the transition that it has just made. */
function statesIn({ chart, to }: TransitionMessage): Pick<SessionFacts, 'state' | 'exchangeState'> {
  return chart === 'session'
    ? { state: to, exchangeState: undefined }
    : { state: undefined, exchangeState: to };
}

function valueOf(snapshot: unknown): ReturnType<typeof stateValueOf> {
  return (snapshot as { value: ReturnType<typeof stateValueOf> }).value;
}
