import type { ChartActor } from '../../chart/index.js';
import { AbortedError, type TransitionRecord } from '../../errors/index.js';
import { guardSubscribers } from './engines.js';
import type { SessionLedger } from './ledger.js';
import { SessionObservers, type SessionEventName, type SessionListener } from './observers.js';

/** What can be seen of a session, whoever owns its socket: the state, the history, and who is told of changes. */
export abstract class SessionView {
  /** @internal */
  abstract readonly core: SessionLedger;
  #observers: SessionObservers | null = null;
  #isActorGuarded = false;

  /** The number of this session within the process. */
  get id(): number {
    return this.core.id;
  }

  /** The lifecycle state, dotted: `connected.open`. */
  get state(): string {
    return this.core.state;
  }

  /** Since when the session has been in that state, in milliseconds since the Unix epoch. */
  get since(): number {
    return this.core.since;
  }

  /**
   * When the session last made a transition, of its lifecycle or of the message cycle, in milliseconds since the Unix epoch:
   * for one that is idle, since when.
   */
  get changedAt(): number {
    return this.core.history.lastAt;
  }

  /** The state of the message cycle, dotted; parallel regions are joined by commas. */
  get exchangeState(): string {
    return this.core.exchange.name;
  }

  /** Whether the session is in a state or in one of its sub-states: `matches('connected')`. */
  matches(state: string): boolean {
    return isWithin(this.core.state, state);
  }

  /** The last transitions, oldest first; 32 at the most. */
  get history(): readonly TransitionRecord[] {
    return this.core.history.records();
  }

  /** The XState actor of this session: real snapshots, `subscribe`, inspection. Treat it as read-only. */
  get actor(): ChartActor {
    // What a subscriber throws would end the process through XState (xstate#3645), so the first look guards it.
    if (!this.#isActorGuarded) {
      this.#isActorGuarded = true;
      guardSubscribers(this.core.actor, this.core.id);
    }
    return this.core.actor;
  }

  /** Calls back at every change of state; returns a function that ends it. A throwing listener changes nothing. */
  subscribe(listener: SessionListener): () => void {
    return this.on('transition', listener);
  }

  /** Calls back at every `transition`, or when one of the five states is entered; returns a function that ends it. */
  on(event: SessionEventName, listener: SessionListener): () => void {
    return this.#observe().on(event, listener);
  }

  /**
   * Resolves once the session is in a state or one of its sub-states, at once when it is already.
   *
   * @throws AbortedError when `signal` is aborted, or the session is disposed of first.
   */
  waitFor(state: string, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    if (this.matches(state)) return Promise.resolve();
    const { signal } = options;
    return new Promise((resolve, reject) => {
      const observers = this.#observe();
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
      else if (this.core.isDisposed) settle(new AbortedError('the session was disposed of'));
    });
  }

  #observe(): SessionObservers {
    return (this.#observers ??= new SessionObservers(this.core));
  }
}

function isWithin(state: string, outer: string): boolean {
  return state === outer || state.startsWith(`${outer}.`);
}
