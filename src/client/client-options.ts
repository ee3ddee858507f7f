import { LIMITS, TIMEOUTS } from '../constants.js';
import { checkOptions, describeValue, KnownNames } from '../errors/index.js';
import {
  checkClock,
  checkCount,
  checkSource,
  checkTimeout,
  type HTTPClientSession,
  type HTTPSClientSessionOptions,
  type SourceAddress,
} from '../session/index.js';
import { systemClock, type Clock, type LookupFunction, type TLSOptions } from '../transport/index.js';

/** Makes the sessions of a client: an `HTTPSessionFactory`, or an object of yours. */
export interface SessionFactory {
  /** A session for a URL that is not connected yet. */
  createClientSession(url: URL): HTTPClientSession;
}

/** Options of the connections to one origin. Durations are in milliseconds, 0 means none. */
export interface HTTPPoolOptions {
  /** Connections to one origin. @defaultValue 128 */
  readonly maxConnections?: number | undefined;
  /** Idle connections to one origin. @defaultValue 64 */
  readonly maxIdleConnections?: number | undefined;
  /** Calls to one origin that wait while all of its connections are in use; further ones are refused. @defaultValue 10000 */
  readonly maxQueued?: number | undefined;
  /** How long a call may wait for a connection. @defaultValue 30000 */
  readonly queueTimeout?: number | undefined;
  /** How long an idle connection is kept where the server says nothing. @defaultValue 8000 */
  readonly keepAliveTimeout?: number | undefined;
  /** Taken off what the server says in `Keep-Alive: timeout=`. @defaultValue 1000 */
  readonly keepAliveMargin?: number | undefined;
  /** Most that the server is trusted with in `Keep-Alive: timeout=`. @defaultValue 60000 */
  readonly keepAliveMaximum?: number | undefined;
  /** How old a connection may become, spread by 10 % up and down. @defaultValue 0 */
  readonly connectionAge?: number | undefined;
  /** How many requests a connection serves; 0 for any number. @defaultValue 0 */
  readonly connectionRequests?: number | undefined;
  /** How long a response may stay unread before its connection is freed. @defaultValue 1000 */
  readonly unreadTimeout?: number | undefined;
  /** Bytes of a response's body, streams included; 0 for any number. @defaultValue 0 */
  readonly maxResponseBytes?: number | undefined;
  /** Opening a connection, proxies and TLS included. @defaultValue 30000 */
  readonly connectTimeout?: number | undefined;
  /** A send that makes no progress. @defaultValue 60000 */
  readonly sendTimeout?: number | undefined;
  /** The wait for a response, and a pause in it. @defaultValue 60000 */
  readonly receiveTimeout?: number | undefined;
  /** The whole head of a response, from its first byte. @defaultValue 300000 */
  readonly headTimeout?: number | undefined;
  /** How long to wait for 100 Continue before the body is sent anyway. @defaultValue 1000 */
  readonly continueTimeout?: number | undefined;
  /** Options for `tls.connect`, for `https:`. */
  readonly tls?: TLSOptions | undefined;
  /** The local end of connections. */
  readonly source?: SourceAddress | string | undefined;
  /** Looks host names up in the place of `dns.lookup`. */
  readonly lookup?: LookupFunction | undefined;
  /** Makes the sessions, in the place of the client. */
  readonly sessions?: SessionFactory | undefined;
  /** The source of time; for tests. */
  readonly clock?: Clock | undefined;
}

/** The options of a pool, checked and complete. */
export interface PoolSettings {
  readonly maxConnections: number;
  readonly maxIdleConnections: number;
  readonly maxQueued: number;
  readonly queueTimeout: number;
  readonly keepAliveTimeout: number;
  readonly keepAliveMargin: number;
  readonly keepAliveMaximum: number;
  readonly connectionAge: number;
  readonly connectionRequests: number;
  readonly maxResponseBytes: number;
  readonly connectTimeout: number;
  /** What the sessions are made with. */
  readonly session: HTTPSClientSessionOptions;
  readonly sessions: SessionFactory | undefined;
  readonly clock: Clock;
}

const NAMES: Readonly<Record<keyof HTTPPoolOptions, true>> = {
  maxConnections: true,
  maxIdleConnections: true,
  maxQueued: true,
  queueTimeout: true,
  keepAliveTimeout: true,
  keepAliveMargin: true,
  keepAliveMaximum: true,
  connectionAge: true,
  connectionRequests: true,
  unreadTimeout: true,
  maxResponseBytes: true,
  connectTimeout: true,
  sendTimeout: true,
  receiveTimeout: true,
  headTimeout: true,
  continueTimeout: true,
  tls: true,
  source: true,
  lookup: true,
  sessions: true,
  clock: true,
};

/** The names of all options of a pool. */
export const POOL_OPTIONS = Object.keys(NAMES) as (keyof HTTPPoolOptions)[];
const KNOWN_POOL_OPTIONS = new KnownNames('option of new HTTPPool()', POOL_OPTIONS);

/** Checks the options of a pool, and completes them. @throws TypeError, RangeError */
export function poolSettings(options: HTTPPoolOptions): PoolSettings {
  checkOptions('new HTTPPool()', options, KNOWN_POOL_OPTIONS);
  const { lookup, sessions, tls, source, clock = systemClock } = options;
  checkClock(clock);
  if (lookup !== undefined && typeof lookup !== 'function') {
    throw new TypeError(`lookup: must be a function like dns.lookup (got ${describeValue(lookup)})`);
  }
  if (
    sessions !== undefined &&
    typeof (Object(sessions) as Partial<SessionFactory>).createClientSession !== 'function'
  ) {
    throw new TypeError(`sessions: must have createClientSession() (got ${describeValue(sessions)})`);
  }
  const duration = (name: keyof HTTPPoolOptions, { value }: { readonly value: number }): number =>
    checkTimeout(options[name] ?? value, name);
  const most = (name: keyof HTTPPoolOptions, { value }: { readonly value: number }): number =>
    checkAtLeastOne((options[name] as number | undefined) ?? value, name);
  const keepAliveTimeout = duration('keepAliveTimeout', TIMEOUTS.clientKeepAliveTimeout);
  return {
    maxConnections: most('maxConnections', LIMITS.maxConnections),
    maxIdleConnections: checkCount(
      options.maxIdleConnections ?? LIMITS.maxIdleConnections.value,
      'maxIdleConnections',
    ),
    maxQueued: checkCount(options.maxQueued ?? LIMITS.maxQueuedCalls.value, 'maxQueued'),
    queueTimeout: duration('queueTimeout', TIMEOUTS.queueTimeout),
    keepAliveTimeout,
    keepAliveMargin: duration('keepAliveMargin', TIMEOUTS.keepAliveMargin),
    keepAliveMaximum: duration('keepAliveMaximum', TIMEOUTS.keepAliveMaximum),
    connectionAge: duration('connectionAge', { value: 0 }),
    connectionRequests: checkCount(options.connectionRequests ?? 0, 'connectionRequests'),
    maxResponseBytes: checkCount(options.maxResponseBytes ?? 0, 'maxResponseBytes'),
    connectTimeout: duration('connectTimeout', TIMEOUTS.connectTimeout),
    session: {
      connectTimeout: duration('connectTimeout', TIMEOUTS.connectTimeout),
      sendTimeout: duration('sendTimeout', TIMEOUTS.sendTimeout),
      receiveTimeout: duration('receiveTimeout', TIMEOUTS.receiveTimeout),
      headTimeout: duration('headTimeout', TIMEOUTS.headTimeout),
      continueTimeout: duration('continueTimeout', TIMEOUTS.continueTimeout),
      unreadTimeout: duration('unreadTimeout', TIMEOUTS.unreadTimeout),
      keepAliveTimeout,
      clock,
      ...(tls === undefined ? {} : { tls }),
      ...(source === undefined ? {} : { source: checkSource(source) }),
      ...(lookup === undefined ? {} : { lookup }),
    },
    sessions,
    clock,
  };
}

/** Checks a cap that cannot be 0. @throws RangeError */
export function checkAtLeastOne(count: number, name: string): number {
  if (Number.isInteger(count) && count >= 1) return count;
  throw new RangeError(`${name}: must be an integer, 1 or more (got ${describeValue(count)})`);
}
