import { LIMITS } from '../../constants.js';
import { checkTimeout } from '../core/address.js';
import type { HTTPSessionOptions } from '../core/session-options.js';
import { serverTimers, type ServerTimers } from './server-timers.js';

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
  /** The value of the Server field; empty for no such field. @defaultValue '' */
  readonly softwareVersion?: string | undefined;
}

/** The same, checked and complete. */
export interface ServerSettings {
  readonly timers: ServerTimers;
  readonly maxQueuedOutput: number;
  readonly maxKeepAliveRequests: number;
  readonly softwareVersion: string;
  /** The field lines by which a response offers to keep the connection; mostly empty. */
  readonly keepAliveLines: string;
}

const known = new WeakMap<HTTPServerSessionOptions, ServerSettings>();

/**
 * Checks options. All sessions of a server have the same ones, and so share the result.
 *
 * @throws TypeError, RangeError for malformed options.
 */
export function serverSettings(options: HTTPServerSessionOptions): ServerSettings {
  let settings = known.get(options);
  if (settings === undefined) {
    settings = check(options);
    known.set(options, settings);
  }
  return settings;
}

function check(options: HTTPServerSessionOptions): ServerSettings {
  const softwareVersion = options.softwareVersion ?? '';
  // The value goes into every response head as it is.
  if (/[^\t\x20-\x7e\x80-\xff]/.test(softwareVersion)) {
    throw new TypeError(`softwareVersion: must be a field value (got ${JSON.stringify(softwareVersion)})`);
  }
  const maxQueuedOutput = options.maxQueuedOutput ?? LIMITS.maxQueuedOutputBytes.value;
  return {
    timers: serverTimers(options.timers ?? {}, options),
    maxQueuedOutput: checkCount(maxQueuedOutput, 'maxQueuedOutput'),
    maxKeepAliveRequests: checkCount(options.maxKeepAliveRequests ?? 0, 'maxKeepAliveRequests'),
    softwareVersion,
    keepAliveLines: keepAliveLines(options.advertisedKeepAlive ?? 0),
  };
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
