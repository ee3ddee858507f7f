import { LIMITS } from '../constants.js';
import type { HTTPServerSessionOptions } from '../session/index.js';
import { checkCount } from '../session/server/server-settings.js';

/**
 * What becomes of a connection that comes when there is no room for it: `refuse` answers 503 and closes; `shedIdle`
 * closes the connection that has been idle longest instead, and refuses where none is idle; `stopAccepting` closes the
 * port until there is room again, so that a load balancer turns to others.
 */
export type OverloadPolicy = 'refuse' | 'shedIdle' | 'stopAccepting';

/** What a server may take on. */
export interface ServerLimits {
  /** Connections at the same time; 0 for any number. POCO: `maxQueued` and `maxThreads` together. @defaultValue 0 */
  readonly maxConnections?: number | undefined;
  /** Connections of one remote address at the same time; 0 for any number. @defaultValue 0 */
  readonly maxConnectionsPerAddress?: number | undefined;
  /**
   * What becomes of a connection beyond `maxConnections`. A port that cannot be opened again stops the server, and is a
   * fault. @defaultValue 'refuse'
   */
  readonly overload?: OverloadPolicy | undefined;
  /** Bytes of output that all sessions together may have queued; 0 for any number. @defaultValue 256 MiB */
  readonly maxServerQueuedOutput?: number | undefined;
}

/**
 * How a server behaves towards all of its sessions. POCO: `HTTPServerParams`. Durations are in milliseconds, 0 means
 * none: `timeout` (60 s), `keepAlive` (true), `keepAliveTimeout` (65 s), `maxKeepAliveRequests` (any number),
 * `softwareVersion` (no Server field), `sendTimeout` and `receiveTimeout` (60 s each), `timers` (each by its name),
 * `advertisedKeepAlive` (none), `maxQueuedOutput` (16 MiB).
 */
export type HTTPServerParams = Omit<HTTPServerSessionOptions, 'engine' | 'connectTimeout'> & ServerLimits;

/** The limits of a server, checked and complete. */
export type CheckedLimits = {
  readonly [Name in keyof ServerLimits]-?: Exclude<ServerLimits[Name], undefined>;
};

const POLICIES: readonly string[] = ['refuse', 'shedIdle', 'stopAccepting'] satisfies OverloadPolicy[];

/** Checks limits. @throws TypeError, RangeError */
export function serverLimits(params: ServerLimits): CheckedLimits {
  const overload = params.overload ?? 'refuse';
  if (!POLICIES.includes(overload)) throw new TypeError(`overload must be one of ${POLICIES.join(', ')}`);
  return {
    maxConnections: checkCount(params.maxConnections ?? 0, 'maxConnections'),
    maxConnectionsPerAddress: checkCount(params.maxConnectionsPerAddress ?? 0, 'maxConnectionsPerAddress'),
    overload,
    maxServerQueuedOutput: checkCount(
      params.maxServerQueuedOutput ?? LIMITS.maxServerQueuedBytes.value,
      'maxServerQueuedOutput',
    ),
  };
}
