import { reportFault } from '../../diagnostics.js';
import { LiveSet } from '../../server/index.js';
import {
  noTarget,
  type InspectableServer,
  type InspectableSession,
  type InspectionTarget,
} from '../../inspect/session-inspection.js';
import { nameOfStateValue, type StateValue } from '../../inspect/state-value.js';
import type { SessionLedger } from '../../session/index.js';
import type { SeatParent } from './session-seat.js';
import type { SeatedSession } from './session-tap.js';

/** What is done with the sessions and servers that are found. */
export interface TargetObserver {
  found(session: SeatedSession, parent: SeatParent): void;
  left(session: SeatedSession): void;
  serverAdded(id: number, state: string): void;
  serverMoved(id: number, state: string): void;
  serverLeft(id: number, state: string): void;
  clientLeft(clientId: number): void;
}

interface KnownServer {
  readonly id: number;
  readonly unsubscribe: () => void;
}

let servers = 0;

/** The sessions, servers and clients that a recorder has been given; without a list, all of the process. */
export class Targets {
  readonly isEverything: boolean;
  readonly #observer: TargetObserver;
  /** The sessions that were added by themselves, for as long as they are used: over, they may get another socket. */
  readonly #sessions = new WeakMap<SessionLedger, SeatedSession>();
  readonly #servers = new Map<InspectableServer, KnownServer>();
  /** Servers whose sessions cannot be watched: they are walked for a session that is not known. */
  readonly #walked = new Map<InspectableServer, SeatParent>();
  readonly #clients = new Set<number>();
  #isWalking = false;

  constructor(observer: TargetObserver, isEverything: boolean) {
    this.#observer = observer;
    this.isEverything = isEverything;
  }

  /** @throws TypeError for what is not a session, a server or a client */
  add(target: InspectionTarget): void {
    if (typeof target !== 'object' || (target as object | null) === null) throw noTarget(target);
    if ('clientId' in target) this.#clients.add(target.clientId);
    else if ('sessions' in target) this.#addServer(target);
    else {
      if (!('exchangeState' in target)) throw noTarget(target);
      const session = seated(target);
      this.#sessions.set(session.core, session);
      this.#observer.found(session, null);
    }
  }

  #addServer(server: InspectableServer): void {
    if (this.#servers.has(server)) return;
    const id = ++servers;
    const parent = { kind: 'server', id } as const;
    this.#observer.serverAdded(id, stateOf(server.actor.getSnapshot()));
    const subscription = server.actor.subscribe((snapshot) => {
      this.#observer.serverMoved(id, stateOf(snapshot));
    });
    const unwatch = this.#watchSessions(server, parent);
    const unsubscribe = (): void => {
      subscription.unsubscribe();
      unwatch();
    };
    this.#servers.set(server, { id, unsubscribe });
    for (const session of server.sessions) this.#observer.found(seated(session), parent);
  }

  /** Finds the sessions that come later, at a cost that does not grow with those that are there. */
  #watchSessions(server: InspectableServer, parent: SeatParent): () => void {
    const { sessions } = server;
    if (sessions instanceof LiveSet) {
      return sessions.watch((session: InspectableSession) => {
        guarded(() => {
          this.#observer.found(seated(session), parent);
        });
      });
    }
    this.#walked.set(server, parent);
    return () => this.#walked.delete(server);
  }

  /** The session of a ledger that is not known; `null` if it is not to be recorded, or is found later. */
  find(core: SessionLedger): SeatedSession | null {
    const session = this.#sessions.get(core);
    if (session !== undefined) return session;
    if (this.isEverything) return 'core' in core.role ? (core.role as unknown as SeatedSession) : { core };
    if (this.#walked.size > 0) this.#walkLater();
    return null;
  }

  /** Whether the pools and calls of a client are recorded. */
  hasClient(clientId: number): boolean {
    return this.isEverything || this.#clients.has(clientId);
  }

  /** Once for all transitions of a turn: a server registers a session only after its first transitions. */
  #walkLater(): void {
    if (this.#isWalking) return;
    this.#isWalking = true;
    setImmediate(() => {
      this.#isWalking = false;
      guarded(() => {
        for (const [server, parent] of this.#walked) {
          for (const session of server.sessions) this.#observer.found(seated(session), parent);
        }
      });
    });
  }

  remove(target: InspectionTarget): void {
    if ('clientId' in target) {
      if (this.#clients.delete(target.clientId)) this.#observer.clientLeft(target.clientId);
    } else if ('sessions' in target) {
      const known = this.#servers.get(target);
      if (known === undefined) return;
      known.unsubscribe();
      this.#servers.delete(target);
      for (const session of target.sessions) this.#observer.left(seated(session));
      this.#observer.serverLeft(known.id, stateOf(target.actor.getSnapshot()));
    } else if (this.#sessions.delete(seated(target).core)) this.#observer.left(seated(target));
  }

  close(): void {
    for (const [{ actor }, { id, unsubscribe }] of this.#servers) {
      unsubscribe();
      this.#observer.serverLeft(id, stateOf(actor.getSnapshot()));
    }
    this.#servers.clear();
  }
}

/** What a filter throws must not reach the session that is found. */
export function guarded(find: () => void): void {
  try {
    find();
  } catch (error) {
    reportFault('listener', error);
  }
}

function seated(session: InspectableSession): SeatedSession {
  return session as unknown as SeatedSession;
}

function stateOf(snapshot: unknown): string {
  const { value } = snapshot as { readonly value: StateValue };
  return nameOfStateValue(value);
}
