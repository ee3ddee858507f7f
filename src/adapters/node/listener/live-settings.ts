import { maxHeaderSize, type Server } from 'node:http';

import type { HeadLimits } from '../../../protocol/index.js';
import type { HTTPServerParams } from '../../../server/index.js';
import type { RefusalTaker, ServerSettings, ServerTimers } from '../../../session/index.js';

/** How much longer than it says node:http keeps an idle connection, in milliseconds; newer versions have a setting for it. */
const KEEP_ALIVE_BUFFER = 1_000;

/** The most field lines of a head where `maxHeadersCount` is not set: node:http drops those beyond it. */
const DEFAULT_FIELD_COUNT = 2_000;

/** No bound: a head of 16 KiB has fewer. */
const ANY_FIELD_COUNT = 65_536;

/** What of a server decides its sessions, and may be changed at any time; some versions of Node.js lack a part. */
type SettingServer = Server & {
  readonly keepAliveTimeoutBuffer?: number;
  readonly httpAllowHalfOpen?: boolean;
  readonly maxHeaderSize?: number;
  readonly requireHostHeader?: boolean;
};

/**
 * The settings of sessions whose server is one of node:http: they are read there whenever they are used. Parameters of ours
 * come before them.
 *
 * @param base - those of the parameters alone.
 */
export function liveSettings(
  server: SettingServer,
  base: ServerSettings,
  params: HTTPServerParams,
  refusalTaker: RefusalTaker,
): ServerSettings {
  let limits: HeadLimits | null = null;
  return {
    ...base,
    refusalTaker,
    timers: liveTimers(server, base.timers, params),
    /** `httpAllowHalfOpen` waits with a client that has finished sending; without it, the policy finds out. */
    get halfClosed() {
      const waits = params.halfClosed === undefined && server.httpAllowHalfOpen === true;
      return waits ? 'serve' : base.halfClosed;
    },
    /** The same object as long as nothing has changed: heads that repeat are recognised by it. */
    get headLimits() {
      const now = headLimitsOf(server, params);
      const isSame =
        limits?.maxHeadBytes === now.maxHeadBytes &&
        limits.maxFieldCount === now.maxFieldCount &&
        limits.needsNoHost === now.needsNoHost;
      if (!isSame) limits = now;
      return limits ?? now;
    },
  };
}

/** Own properties, as those who show the timers of a session list them. */
function liveTimers(server: SettingServer, base: ServerTimers, params: HTTPServerParams): ServerTimers {
  const { timeout, keepAliveTimeout, timers = {} } = params;
  const ofHead = timeout === undefined;
  return {
    ...base,
    get firstByte() {
      return ofHead && timers.firstByte === undefined ? duration(server.headersTimeout) : base.firstByte;
    },
    get head() {
      return ofHead && timers.head === undefined ? duration(server.headersTimeout) : base.head;
    },
    get message() {
      return timers.message === undefined ? duration(server.requestTimeout) : base.message;
    },
    get keepAlive() {
      if (keepAliveTimeout !== undefined || timers.keepAlive !== undefined) return base.keepAlive;
      const { keepAliveTimeoutBuffer = KEEP_ALIVE_BUFFER } = server;
      const said = duration(server.keepAliveTimeout);
      return said === 0 ? 0 : duration(said + keepAliveTimeoutBuffer);
    },
  };
}

/** What a setting means, which anything may have been assigned to: what is no time sets none. */
function duration(setting: number): number {
  return Number.isFinite(setting) && setting > 0 ? setting : 0;
}

function headLimitsOf(server: SettingServer, params: HTTPServerParams): HeadLimits {
  const { maxHeaderSize: size = maxHeaderSize } = server;
  const count = server.maxHeadersCount ?? DEFAULT_FIELD_COUNT;
  // node:http takes 0 for its default.
  const { maxHeadBytes = size === 0 ? maxHeaderSize : size } = params;
  const { maxFieldCount = count === 0 ? ANY_FIELD_COUNT : count, maxStartLineBytes = maxHeadBytes } = params;
  const needsNoHost = server.requireHostHeader === false;
  return { maxStartLineBytes, maxHeadBytes, maxFieldCount, needsNoHost, keepsExpectations: true };
}
