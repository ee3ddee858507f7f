import { LIMITS, TIMEOUTS } from '../../constants.js';
import { reportFault } from '../../diagnostics.js';
import { checkOptions, describeValue, KnownNames, type HTTPSessionError } from '../../errors/index.js';
import { checkTimeout } from '../../session/core/address.js';
import { checkCount } from '../../session/server/server-settings.js';
import {
  systemClock,
  TrustList,
  type Clock,
  type SocketAddress,
  type ConnectionAddresses,
} from '../../transport/index.js';
import { checkRoute, type ConnectionRoute } from './route.js';

/** Which peers' PROXY protocol headers are trusted. */
export interface ProxyProtocolOptions {
  /**
   * The trusted peers: IP addresses, networks (`10.0.0.0/8`, `fd00::/8`) and `unix` for the peers of Unix domain sockets,
   * or a function that is called once per connection. Any client can send such a header with any address in it: list
   * your proxies only.
   */
  readonly trusted: readonly string[] | ((peer: SocketAddress) => boolean);
  /** Whether connections without a header are refused. @defaultValue false */
  readonly required?: boolean | undefined;
}

/** Where a `PortDemultiplexer` sends connections, and how long it waits. At least one route is required. */
export interface PortDemultiplexerOptions {
  /** Requests of HTTP/1. */
  readonly http?: ConnectionRoute | undefined;
  /** HTTP/2 without TLS, by its preface (RFC 9113 section 3.3). */
  readonly http2?: ConnectionRoute | undefined;
  /** TLS, by its ClientHello. */
  readonly tls?: ConnectionRoute | undefined;
  /** Every other protocol, and those without a route of their own. Without it such connections are refused. */
  readonly fallback?: ConnectionRoute | undefined;
  /** Which peers' PROXY headers are trusted. Without it every connection that starts with one is refused. */
  readonly proxyProtocol?: ProxyProtocolOptions | undefined;
  /**
   * Connections that may be examined at the same time, TLS handshakes of its own port included; one more is closed. 0
   * for any number. @defaultValue 1024
   */
  readonly maxPending?: number | undefined;
  /** Durations in milliseconds, 0 means none. */
  readonly timers?:
    | {
        /** How long it may take until a connection is recognised, PROXY header included. @defaultValue 10000 */
        readonly firstByte?: number | undefined;
      }
    | undefined;
  /** Called for every connection that is refused, with the addresses that are known. */
  readonly onRefused?: ((error: HTTPSessionError, addresses: ConnectionAddresses) => void) | undefined;
  /** The source of time. Default: the system's clock. */
  readonly clock?: Clock | undefined;
}

/** Options that were checked and completed. */
export interface DemultiplexerSettings {
  readonly routes: Readonly<Partial<Record<'http' | 'http2' | 'tls' | 'unknown', ConnectionRoute>>>;
  readonly requiresProxyHeader: boolean;
  readonly firstByteTimeout: number;
  readonly maxPending: number;
  readonly clock: Clock;
  readonly onRefused: PortDemultiplexerOptions['onRefused'];
  /** Does not throw. */
  readonly trusts: (peer: SocketAddress) => boolean;
}

const OPTIONS = new KnownNames('option of new PortDemultiplexer()', [
  'http',
  'http2',
  'tls',
  'fallback',
  'proxyProtocol',
  'maxPending',
  'timers',
  'onRefused',
  'clock',
] satisfies (keyof PortDemultiplexerOptions)[]);

const PROXY_OPTIONS = new KnownNames('option of proxyProtocol', [
  'trusted',
  'required',
] satisfies (keyof ProxyProtocolOptions)[]);

const TIMERS = new KnownNames('timer', ['firstByte']);

/** Checks options and completes them. @throws TypeError, RangeError */
export function demultiplexerSettings(options: PortDemultiplexerOptions): DemultiplexerSettings {
  checkOptions('new PortDemultiplexer()', options, OPTIONS);
  const { proxyProtocol, onRefused, timers } = options;
  if (proxyProtocol !== undefined) checkOptions('proxyProtocol', proxyProtocol, PROXY_OPTIONS);
  if (timers !== undefined) checkOptions('timers', timers, TIMERS);
  if (onRefused !== undefined && typeof onRefused !== 'function') {
    throw new TypeError(`onRefused: must be a function (got ${describeValue(onRefused)})`);
  }
  return {
    routes: routesOf(options),
    requiresProxyHeader: proxyProtocol?.required ?? false,
    firstByteTimeout: checkTimeout(timers?.firstByte ?? TIMEOUTS.firstByteTimeout.value, 'timers.firstByte'),
    maxPending: checkCount(options.maxPending ?? LIMITS.maxPendingConnections.value, 'maxPending'),
    clock: options.clock ?? systemClock,
    onRefused,
    trusts: proxyProtocol === undefined ? trustsNobody : trustOf(proxyProtocol.trusted),
  };
}

function routesOf({ http, http2, tls, fallback }: PortDemultiplexerOptions): DemultiplexerSettings['routes'] {
  const given = Object.entries({ http, http2, tls, fallback }).filter(([, route]) => route !== undefined);
  if (given.length === 0)
    throw new TypeError('PortDemultiplexer: no route given; set http, http2, tls or fallback');
  return Object.fromEntries(
    given.map(([name, route]) => [name === 'fallback' ? 'unknown' : name, checkRoute(route, name)]),
  );
}

const trustsNobody = (): boolean => false;

function trustOf(trusted: ProxyProtocolOptions['trusted']): (peer: SocketAddress) => boolean {
  if (typeof trusted !== 'function') {
    if (!Array.isArray(trusted))
      throw new TypeError(
        `trusted: must be an array of addresses or a function (got ${describeValue(trusted)})`,
      );
    const list = new TrustList(trusted as readonly string[]);
    return (peer) => list.has(peer);
  }
  return (peer) => {
    try {
      // A promise is truthy, and must not count as trust.
      return (trusted(peer) as unknown) === true;
    } catch (error) {
      reportFault('handler', error);
      return false;
    }
  };
}
