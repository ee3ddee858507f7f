import type { sessionMachine } from '../../../machines/index.js';
import { startChartActor, type ChartEdge } from '../../chart/index.js';
import { TIMEOUTS } from '../../constants.js';
import type { TimeoutError } from '../../errors/index.js';
import { systemClock, type Clock } from '../../transport/index.js';
import { checkTimeout } from './address.js';
import { sessionChart } from './charts.js';
import { startStockActor } from './engines.js';
import { sessionImplementation } from './implementation.js';
import { SessionCore } from './session-core.js';
import { SessionView } from './view.js';

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

/** A session over a socket of its own: what can be seen of it, and the end. */
export abstract class ObservableSession extends SessionView implements AsyncDisposable {
  /** @internal */
  override readonly core: SessionCore;

  protected constructor(options: HTTPSessionOptions) {
    super();
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

  /** Ends the session object: aborts what is in progress and stops the actor. Idempotent. */
  dispose(): void {
    if (this.core.isDisposed) return;
    if (!this.core.is('closed')) this.core.notify({ type: 'session.abort' });
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
  abstract isFailure(timer: string): boolean;
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
