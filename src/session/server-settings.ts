import { TIMEOUTS } from '../constants.js';
import { checkTimeout } from './address.js';
import type { HTTPSessionOptions } from './observable-session.js';

/** Options of a server session. Durations are in milliseconds, 0 means none. POCO: `HTTPServerParams`. */
export interface HTTPServerSessionOptions extends HTTPSessionOptions {
  /** Waiting for the first request, and for the rest of a head. @defaultValue 60000 */
  readonly timeout?: number | undefined;
  /** Waiting for each further request. @defaultValue 65000 */
  readonly keepAliveTimeout?: number | undefined;
  /** Requests on one connection; 0 for any number. @defaultValue 0 */
  readonly maxKeepAliveRequests?: number | undefined;
  /** The value of the Server field; empty for no such field. @defaultValue '' */
  readonly softwareVersion?: string | undefined;
}

/** The same, checked and complete. */
export interface ServerSettings {
  readonly timeout: number;
  readonly keepAliveTimeout: number;
  readonly maxKeepAliveRequests: number;
  readonly softwareVersion: string;
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
  const maxKeepAliveRequests = options.maxKeepAliveRequests ?? 0;
  if (!Number.isInteger(maxKeepAliveRequests) || maxKeepAliveRequests < 0) {
    throw new RangeError('maxKeepAliveRequests must be an integer, 0 or more');
  }
  const softwareVersion = options.softwareVersion ?? '';
  // The value goes into every response head as it is.
  if (/[^\t\x20-\x7e\x80-\xff]/.test(softwareVersion)) {
    throw new TypeError('softwareVersion holds characters that no field value may hold');
  }
  return {
    timeout: checkTimeout(options.timeout ?? TIMEOUTS.serverTimeout.value),
    keepAliveTimeout: checkTimeout(options.keepAliveTimeout ?? TIMEOUTS.serverKeepAliveTimeout.value),
    maxKeepAliveRequests,
    softwareVersion,
  };
}
