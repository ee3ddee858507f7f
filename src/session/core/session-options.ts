import type { sessionMachine } from '../../../machines/index.js';
import type { Clock } from '../../transport/index.js';

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
