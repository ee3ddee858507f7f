import { KnownNames } from '../../errors/index.js';
import type { LookupFunction } from '../../transport/index.js';
import type { SourceAddress } from '../core/address.js';
import type { HTTPSessionOptions } from '../core/session-options.js';

/** Options of a client session. Durations are in milliseconds, 0 means none. */
export interface HTTPClientSessionOptions extends HTTPSessionOptions {
  /** How long an idle keep-alive connection is kept. @defaultValue 8000 */
  readonly keepAliveTimeout?: number | undefined;
  /**
   * How long a response may stay unread before its connection is freed: a rest of at most 256 KiB is read away, before a
   * larger one the connection closes, and reading the body rejects with InvalidStateError. 0 for no limit.
   *
   * @defaultValue 0
   */
  readonly unreadTimeout?: number | undefined;
  /** How long to wait for 100 Continue before the body is sent anyway. @defaultValue 1000 */
  readonly continueTimeout?: number | undefined;
  /**
   * How long the whole head of a response may take, from its first byte, interim responses included. Until that byte, and
   * between two pieces, `receiveTimeout` holds.
   *
   * @defaultValue 300000
   */
  readonly headTimeout?: number | undefined;
  /** The local end of connections. */
  readonly source?: SourceAddress | string | undefined;
  /** Looks host names up in the place of `dns.lookup`. */
  readonly lookup?: LookupFunction | undefined;
  /** Bytes of a status line; a longer one is an error. Not more than `maxHeadBytes`. @defaultValue 8192 */
  readonly maxStartLineBytes?: number | undefined;
  /** Bytes of a response head, status line included; a larger one is an error. @defaultValue 65536 */
  readonly maxHeadBytes?: number | undefined;
  /** Field lines of a response head; more are an error. @defaultValue 256 */
  readonly maxFieldCount?: number | undefined;
}

const OPTIONS: Readonly<Record<keyof HTTPClientSessionOptions, true>> = {
  keepAlive: true,
  connectTimeout: true,
  sendTimeout: true,
  receiveTimeout: true,
  clock: true,
  engine: true,
  keepAliveTimeout: true,
  unreadTimeout: true,
  continueTimeout: true,
  headTimeout: true,
  source: true,
  lookup: true,
  maxStartLineBytes: true,
  maxHeadBytes: true,
  maxFieldCount: true,
};

/** The names of all options of a client session. */
export const CLIENT_OPTIONS = Object.keys(OPTIONS);

/** The same, to check what was given. */
export const KNOWN_CLIENT_OPTIONS = new KnownNames('option of new HTTPClientSession()', CLIENT_OPTIONS);
