import { LIMITS } from '../constants.js';
import { describeValue, KnownNames } from '../errors/index.js';
import type { HTTPServerSessionOptions } from '../session/index.js';
import { checkCount, SERVER_SESSION_OPTIONS, type OptionsOf } from '../session/server/server-settings.js';

/**
 * What a full server does with a further connection. `refuse` answers 503 and closes it. `shedIdle` closes the connection
 * that has been idle longest instead, and refuses if none is idle. `stopAccepting` closes the port until there is room
 * again, so that a load balancer chooses another server.
 */
export type OverloadPolicy = 'refuse' | 'shedIdle' | 'stopAccepting';

/** The caps of a server. */
export interface ServerLimits {
  /**
   * Connections at the same time, TLS handshakes included; 0 for any number. POCO: `maxQueued` and `maxThreads` together.
   * @defaultValue 0
   */
  readonly maxConnections?: number | undefined;
  /**
   * Connections of one remote address at the same time, TLS handshakes included; 0 for any number. IPv6 addresses count
   * by their network, and an IPv4-mapped address is the IPv4 address. @defaultValue 0
   */
  readonly maxConnectionsPerAddress?: number | undefined;
  /** The prefix of the IPv6 networks that count as one address, 1 to 128 bits. @defaultValue 64 */
  readonly ipv6PrefixLength?: number | undefined;
  /**
   * What becomes of a connection beyond `maxConnections`. If the port cannot be opened again, the server stops and
   * reports a fault. @defaultValue 'refuse'
   */
  readonly overload?: OverloadPolicy | undefined;
  /** Bytes of output that all sessions together may have queued; 0 for any number. @defaultValue 256 MiB */
  readonly maxServerQueuedOutput?: number | undefined;
}

/**
 * The parameters of a server, for all of its sessions. Durations are in milliseconds, 0 means none: `timeout` (60 s), `keepAlive` (true), `keepAliveTimeout` (65 s), `maxKeepAliveRequests` (any number),
 * `softwareVersion` (no Server field), `sendTimeout` and `receiveTimeout` (60 s each), `timers` (each by its name),
 * `advertisedKeepAlive` (none), `maxQueuedOutput` (16 MiB), `halfClosed` (`probe`), `slowHandler` (60 s). POCO: `HTTPServerParams`.
 */
export type HTTPServerParams = Omit<HTTPServerSessionOptions, 'engine' | 'connectTimeout'> & ServerLimits;

/** The limits of a server, checked and complete. */
export type CheckedLimits = {
  readonly [Name in keyof ServerLimits]-?: Exclude<ServerLimits[Name], undefined>;
};

const NO_PARAMETERS: readonly string[] = ['engine', 'connectTimeout'];

/** The names of all parameters of a server: those of its sessions and its own. */
export const SERVER_PARAMS: OptionsOf = {
  subject: 'new HTTPServer()',
  names: new KnownNames('parameter of new HTTPServer()', [
    ...SERVER_SESSION_OPTIONS.filter((name) => !NO_PARAMETERS.includes(name)),
    'maxConnections',
    'maxConnectionsPerAddress',
    'ipv6PrefixLength',
    'overload',
    'maxServerQueuedOutput',
  ]),
};

function checkPrefix(length: number): number {
  if (Number.isInteger(length) && length >= 1 && length <= 128) return length;
  throw new RangeError(`ipv6PrefixLength: must be an integer, 1 to 128 (got ${describeValue(length)})`);
}

const POLICIES: readonly string[] = ['refuse', 'shedIdle', 'stopAccepting'] satisfies OverloadPolicy[];

/** Checks limits. @throws TypeError, RangeError */
export function serverLimits(params: ServerLimits): CheckedLimits {
  const overload = params.overload ?? 'refuse';
  if (!POLICIES.includes(overload)) {
    throw new TypeError(`overload: must be one of ${POLICIES.join(', ')} (got ${describeValue(overload)})`);
  }
  return {
    maxConnections: checkCount(params.maxConnections ?? 0, 'maxConnections'),
    maxConnectionsPerAddress: checkCount(params.maxConnectionsPerAddress ?? 0, 'maxConnectionsPerAddress'),
    ipv6PrefixLength: checkPrefix(params.ipv6PrefixLength ?? LIMITS.ipv6PrefixLength.value),
    overload,
    maxServerQueuedOutput: checkCount(
      params.maxServerQueuedOutput ?? LIMITS.maxServerQueuedBytes.value,
      'maxServerQueuedOutput',
    ),
  };
}
