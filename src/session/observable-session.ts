import type { sessionMachine } from '../../machines/index.js';
import { startChartActor, type ChartActor, type ChartEdge } from '../chart/index.js';
import { TIMEOUTS } from '../constants.js';
import { AbortedError, type TimeoutError, type TransitionRecord } from '../errors/index.js';
import { systemClock, type Clock } from '../transport/index.js';
import { checkTimeout } from './address.js';
import { sessionChart } from './charts.js';
import { guardSubscribers, startStockActor } from './engines.js';
import { sessionImplementation } from './implementation.js';
import { SessionCore } from './session-core.js';
import { SessionObservers, type SessionEventName, type SessionListener } from './session-observers.js';

/** Options that client and server sessions share. Durations are in milliseconds, 0 means none. */
export interface HTTPSessionOptions {
  /** Whether connections are kept for further requests. @defaultValue true */
  readonly keepAlive?: boolean | undefined;
  /** @defaultValue 30000 */
  readonly connectTimeout?: number | undefined;
  /** @defaultValue 60000 */
  readonly sendTimeout?: number | undefined;
  /** @defaultValue 60000 */
  readonly receiveTimeout?: number | undefined;
  /** Where time comes from; tests pass a virtual clock. @defaultValue the system's clock */
  readonly clock?: Clock | undefined;
  /**
   * Runs the lifecycle under XState's stock interpreter instead of the interned engine: gets the machine with all
   * actions and services provided and returns a started actor, which may live in a system of your own.
   */
  readonly engine?: ((machine: typeof sessionMachine) => unknown) | undefined;
}

/** The life of a session as its owner sees it: the state, the history, who is told of changes, and the end. */
export abstract class ObservableSession implements AsyncDisposable {
  /** @internal */
  readonly core: SessionCore;
  #observers: SessionObservers | null = null;
  #isActorGuarded = false;

  protected constructor(options: HTTPSessionOptions) {
    this.core = new SessionCore(
      this,
      options.clock ?? systemClock,
      checkTimeout(options.sendTimeout ?? TIMEOUTS.sendTimeout.value),
      checkTimeout(options.receiveTimeout ?? TIMEOUTS.receiveTimeout.value),
    );
    this.core.actor =
      options.engine === undefined
        ? startChartActor(sessionChart, sessionImplementation, this.core)
        : startStockActor(this.core, options.engine);
  }

  /** Closes in an orderly way. */
  abstract close(): void;

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
      signal?.addEventListener('abort', abort, { once: true });
      if (signal?.aborted === true) abort();
      else if (this.core.isDisposed) settle(new AbortedError('the session was disposed of'));
    });
  }

  #observe(): SessionObservers {
    return (this.#observers ??= new SessionObservers(this.core));
  }

  /** Ends the session object: aborts what is in progress and stops the actor. Idempotent. */
  dispose(): void {
    if (this.core.isDisposed) return;
    if (!this.matches('closed')) this.core.notify({ type: 'session.abort' });
    this.core.end();
  }

  /** Closes in an orderly way, then disposes. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.core.isDisposed) this.close();
    this.dispose();
    return Promise.resolve();
  }

  // ---- what the core tells its role, see SessionRole ---------------------------------------------------------------

  /** @internal */
  abstract readonly kind: 'client' | 'server';
  /** @internal */
  abstract readonly sendTimer: 'send' | 'sendProgress';
  /** @internal */
  abstract socketLost(why: string): void;
  /** @internal */
  abstract deadlineExpired(timer: string, error: TimeoutError): boolean;
  /** @internal */
  abstract streamEndedUnread(): void;
  /** @internal */
  abstract transitioned(edge: ChartEdge): void;
  /** @internal */
  abstract isHeadSent(): boolean;
  /** @internal */
  abstract isRequestUnsent(): boolean;
}

function isWithin(state: string, outer: string): boolean {
  return state === outer || state.startsWith(`${outer}.`);
}
