import { LIMITS, TIMEOUTS } from '../../constants.js';
import { checkOptions, describeValue, KnownNames } from '../../errors/index.js';
import { headLimits, type HeadLimits } from '../../protocol/index.js';
import { systemClock } from '../../transport/index.js';
import { checkBoolean, checkClock, checkTimeout } from '../core/address.js';
import type { HTTPSessionOptions } from '../core/session-options.js';
import type { RefusalTaker } from './refusal-taker.js';
import { serverTimers, type ServerTimers } from './server-timers.js';

type HalfClosedPolicy = 'probe' | 'serve' | 'gone';

/** Options of a server session. Durations are in milliseconds, 0 means none. POCO: `HTTPServerParams`. */
export interface HTTPServerSessionOptions extends HTTPSessionOptions {
  /** Waiting for the first request, and for the rest of a head. @defaultValue 60000 */
  readonly timeout?: number | undefined;
  /** Waiting for each further request. @defaultValue 65000 */
  readonly keepAliveTimeout?: number | undefined;
  /** Timers by name; what is not named follows from the timeouts of POCO above. */
  readonly timers?: { readonly [Name in keyof ServerTimers]?: number | undefined } | undefined;
  /**
   * The idle time in a `Keep-Alive: timeout` field, in milliseconds, sent in whole seconds; 0 for no such field. Set it
   * below `keepAlive`, so that the client closes first. @defaultValue 0
   */
  readonly advertisedKeepAlive?: number | undefined;
  /** Bytes of output that may wait for the peer before a further write resets the session. @defaultValue 16 MiB */
  readonly maxQueuedOutput?: number | undefined;
  /** Requests on one connection; 0 for any number. @defaultValue 0 */
  readonly maxKeepAliveRequests?: number | undefined;
  /**
   * What the server makes of a client that has finished sending (FIN) while its request is handled. Such a client may
   * wait for its answer, or be gone; TCP shows the same for both.
   *
   * - `probe`: finds out. A client of HTTP/1.1 gets an interim response (102), or the first digit of the next chunk size
   *   of a chunked response. One that waits ignores it, and one that is gone answers with a reset. Where nothing can be
   *   sent, as in HTTP/1.0, like `serve`.
   * - `serve`: waits with the client, for `timers.halfClosed` without a byte of the response.
   * - `gone`: takes the FIN for the end, as node:http, Go and hyper do: `request.signal` aborts at once.
   *
   * Not used under `supervise()`, nor on servers of node:http: see `httpAllowHalfOpen` there. @defaultValue 'probe'
   */
  readonly halfClosed?: 'probe' | 'serve' | 'gone' | undefined;
  /**
   * How long a handler may take to begin its response before a fault is reported (`where: 'handler'`), in milliseconds;
   * 0 for never. Nothing else changes: `timers.handler` is the limit. Without a subscriber to the fault channel, only the
   * first one of a server is a warning of the process. @defaultValue 60000
   */
  readonly slowHandler?: number | undefined;
  /** The value of the Server field; empty for no such field. @defaultValue '' */
  readonly softwareVersion?: string | undefined;
  /** Bytes of a request line; a longer one is answered with 414. Not more than `maxHeadBytes`. @defaultValue 8192 */
  readonly maxStartLineBytes?: number | undefined;
  /** Bytes of a request head, request line included; a larger one is answered with 431. @defaultValue 65536 */
  readonly maxHeadBytes?: number | undefined;
  /** Field lines of a request head; more are answered with 431. @defaultValue 256 */
  readonly maxFieldCount?: number | undefined;
}

/** The names of all options of a server session, without those of `HTTPServer` that no session has. */
export const SERVER_SESSION_OPTIONS = [
  'keepAlive',
  'connectTimeout',
  'sendTimeout',
  'receiveTimeout',
  'clock',
  'engine',
  'timeout',
  'keepAliveTimeout',
  'timers',
  'advertisedKeepAlive',
  'maxQueuedOutput',
  'maxKeepAliveRequests',
  'halfClosed',
  'slowHandler',
  'softwareVersion',
  'maxStartLineBytes',
  'maxHeadBytes',
  'maxFieldCount',
] as const satisfies readonly (keyof HTTPServerSessionOptions)[];

/** Whose options are checked, and the names that they may have. */
export interface OptionsOf {
  /** As in the code of the user: `new HTTPServer()`. */
  readonly subject: string;
  readonly names: KnownNames;
}

const SESSION_OPTIONS: OptionsOf = {
  subject: 'new HTTPServerSession()',
  names: new KnownNames('option of new HTTPServerSession()', SERVER_SESSION_OPTIONS),
};

/** The same, checked and complete. */
export interface ServerSettings {
  readonly timers: ServerTimers;
  readonly maxQueuedOutput: number;
  readonly maxKeepAliveRequests: number;
  readonly halfClosed: HalfClosedPolicy;
  readonly slowHandler: number;
  readonly softwareVersion: string;
  readonly headLimits: HeadLimits;
  /** The field lines by which a response offers to keep the connection; mostly empty. */
  readonly keepAliveLines: string;
  /** Who may answer a request that cannot be served, in place of this side. */
  readonly refusalTaker?: RefusalTaker;
}

const known = new WeakMap<HTTPServerSessionOptions, ServerSettings>();

/** Makes settings those of options, for servers whose settings are kept elsewhere, and may change. */
export function provideSettings(options: HTTPServerSessionOptions, settings: ServerSettings): void {
  known.set(options, settings);
}

/**
 * Checks options. All sessions of a server have the same ones, and so share the result.
 *
 * @param of - whose options they are. A server that has more options than a session checks them first.
 * @throws TypeError for options that do not exist; TypeError, RangeError for malformed ones.
 */
export function serverSettings(
  options: HTTPServerSessionOptions,
  of: OptionsOf = SESSION_OPTIONS,
): ServerSettings {
  let settings = known.get(options);
  if (settings === undefined) {
    checkOptions(of.subject, options, of.names);
    settings = check(options);
    known.set(options, settings);
  }
  return settings;
}

/** Timers of their own may stand in for all of these. Malformed, they would only fail with the first session. */
const POCO_TIMEOUTS = ['timeout', 'keepAliveTimeout', 'sendTimeout', 'receiveTimeout'] as const;

function check(options: HTTPServerSessionOptions): ServerSettings {
  for (const name of POCO_TIMEOUTS) checkTimeout(options[name] ?? 0, name);
  checkBoolean(options.keepAlive ?? true, 'keepAlive');
  checkClock(options.clock ?? systemClock);
  const softwareVersion: unknown = options.softwareVersion ?? '';
  // The value goes into every response head as it is.
  if (typeof softwareVersion !== 'string' || /[^\t\x20-\x7e\x80-\xff]/.test(softwareVersion)) {
    throw new TypeError(`softwareVersion: must be a field value (got ${describeValue(softwareVersion)})`);
  }
  const maxQueuedOutput = options.maxQueuedOutput ?? LIMITS.maxQueuedOutputBytes.value;
  return {
    timers: serverTimers(options.timers ?? {}, options),
    maxQueuedOutput: checkCount(maxQueuedOutput, 'maxQueuedOutput'),
    maxKeepAliveRequests: checkCount(options.maxKeepAliveRequests ?? 0, 'maxKeepAliveRequests'),
    halfClosed: checkPolicy(options.halfClosed ?? 'probe'),
    slowHandler: checkTimeout(options.slowHandler ?? TIMEOUTS.slowHandler.value, 'slowHandler'),
    softwareVersion,
    headLimits: headLimits(options),
    keepAliveLines: keepAliveLines(options.advertisedKeepAlive ?? 0),
  };
}

const POLICIES: readonly unknown[] = ['probe', 'serve', 'gone'] satisfies HalfClosedPolicy[];

function checkPolicy(policy: HalfClosedPolicy): HalfClosedPolicy {
  if (POLICIES.includes(policy)) return policy;
  throw new TypeError(`halfClosed: must be one of ${POLICIES.join(', ')} (got ${describeValue(policy)})`);
}

/** Checks a number of something. @throws RangeError */
export function checkCount(count: number, name: string): number {
  if (Number.isInteger(count) && count >= 0) return count;
  throw new RangeError(`${name}: must be an integer, 0 or more (got ${String(count)})`);
}

/** `Keep-Alive` is a field of this hop alone, and so has to be named in `Connection` (RFC 9110 section 7.6.1). */
function keepAliveLines(advertised: number): string {
  const seconds = Math.floor(checkTimeout(advertised, 'advertisedKeepAlive') / 1000);
  if (advertised > 0 && seconds === 0) {
    throw new RangeError(`advertisedKeepAlive: must be 0, or 1000 ms or more (got ${String(advertised)})`);
  }
  return seconds === 0 ? '' : `Connection: keep-alive\r\nKeep-Alive: timeout=${String(seconds)}\r\n`;
}
