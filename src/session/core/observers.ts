import { SESSION_STATES, type SessionState } from '../../../machines/session.states.js';
import { withParents, type ChartEdge, type WithParents } from '../../chart/index.js';
import { callListener } from '../../diagnostics.js';
import {
  AbortedError,
  checkOptions,
  checkSignal,
  describeValue,
  KnownNames,
  type HTTPSessionError,
} from '../../errors/index.js';
import { quietly } from './unheard.js';
import type { SessionLedger } from './ledger.js';

/** The names that `on` takes: `transition` for every change of state, or one of the five states. */
export type SessionEventName = 'transition' | 'unconnected' | 'connected' | 'detached' | 'errored' | 'closed';

/** A state of the session chart, or one that has sub-states: `connected.open`, `connected`. */
export type SessionStatePath = WithParents<SessionState>;

const PATHS = withParents(SESSION_STATES);
const KNOWN_PATHS = new KnownNames('state', PATHS);
const KNOWN_OPTIONS = new KnownNames('option of waitFor()', ['signal']);
const KNOWN_EVENTS = new KnownNames('event', ['transition', ...PATHS.filter((path) => !path.includes('.'))]);

/** What a listener receives. */
export interface SessionTransition {
  /** The state before, dotted. */
  readonly from: SessionState;
  /** The state now, dotted. */
  readonly to: SessionState;
  /** The stored exception, if there is one. */
  readonly exception: HTTPSessionError | null;
}

/** A listener; what it throws is reported as a fault and changes nothing. */
export type SessionListener = (transition: SessionTransition) => void;

/**
 * The listeners of one session. The ledger notifies them, so that they need no actor: of changes of state only, and once
 * the session can be called again.
 */
export class SessionObservers {
  readonly #core: SessionLedger;
  readonly #listeners = new Map<SessionEventName, Set<SessionListener>>();
  readonly #endListeners = new Set<() => void>();
  readonly #untold: SessionTransition[] = [];
  #isTelling = false;

  constructor(core: SessionLedger) {
    this.#core = core;
  }

  on(name: SessionEventName, listener: SessionListener): () => void {
    KNOWN_EVENTS.check(name);
    if (typeof listener !== 'function') {
      throw new TypeError(`listener of ${name}: must be a function (got ${describeValue(listener)})`);
    }
    const listeners = this.#listeners.get(name) ?? new Set();
    listeners.add(listener);
    this.#listeners.set(name, listeners);
    return () => listeners.delete(listener);
  }

  /** Calls back once when the session is disposed of. */
  onEnd(listener: () => void): () => void {
    this.#endListeners.add(listener);
    return () => this.#endListeners.delete(listener);
  }

  /** Notes a transition; `settled` sends it to the listeners, once the session can be called again. */
  transitioned({ source, target }: ChartEdge): void {
    if (source === target) return;
    this.#untold.push({
      from: source.name as SessionState,
      to: target.name as SessionState,
      exception: this.#core.exception,
    });
  }

  /** Calls the listeners in the order of events: what a listener causes follows what it was called for. */
  settled(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    try {
      for (let next = this.#untold.shift(); next !== undefined; next = this.#untold.shift()) {
        this.#tell('transition', next);
        const top = topOf(next.to);
        if (top !== topOf(next.from)) this.#tell(top, next);
      }
    } finally {
      this.#isTelling = false;
    }
  }

  ended(): void {
    for (const listener of [...this.#endListeners]) listener();
  }

  #tell(name: SessionEventName, transition: SessionTransition): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      callListener(listener, [transition], this.#core.id);
    }
  }
}

function topOf(state: string): SessionEventName {
  return state.split('.', 1)[0] as SessionEventName;
}

/** Whether a session is in a state or in one of its sub-states. @throws TypeError for an unknown state. */
export function isInState(core: SessionLedger, state: SessionStatePath): boolean {
  KNOWN_PATHS.check(state);
  return isWithin(core.state, state);
}

function isWithin(state: string, outer: string): boolean {
  return state === outer || state.startsWith(`${outer}.`);
}

/** The observers of a session, made when they are first asked for. */
export function observersOf(core: SessionLedger): SessionObservers {
  return (core.observers ??= new SessionObservers(core));
}

/** See `HTTPSession.waitFor`. That the session is disposed of ends no process, even if the promise is not awaited. */
export function waitForState(
  core: SessionLedger,
  state: SessionStatePath,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  checkOptions('waitFor()', options, KNOWN_OPTIONS);
  checkSignal('waitFor()', options.signal);
  return isInState(core, state) ? Promise.resolve() : quietly(reached(core, state, options.signal));
}

function reached(
  core: SessionLedger,
  state: SessionStatePath,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const observers = observersOf(core);
    const settle = (error?: Error): void => {
      off();
      offEnd();
      signal?.removeEventListener('abort', abort);
      if (error === undefined) resolve();
      else reject(error);
    };
    const abort = (): void => {
      settle(new AbortedError(`waiting for ${state} was aborted`, { cause: signal?.reason }));
    };
    const off = observers.on('transition', ({ to }) => {
      if (isWithin(to, state)) settle();
    });
    const offEnd = observers.onEnd(() => {
      settle(new AbortedError('the session was disposed of'));
    });
    signal?.addEventListener('abort', abort);
    if (signal?.aborted === true) abort();
    else if (core.isDisposed) settle(new AbortedError('the session was disposed of'));
  });
}
