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

type TimerOptions = NonNullable<HTTPServerParams['timers']>;

/** The timers of a server of node:http, by its names, whenever they are read; parameters of ours come before them. */
class LiveTimers implements ServerTimers {
  readonly bodyProgress: number;
  readonly continue: number;
  readonly sendProgress: number;
  readonly halfClosed: number;
  readonly linger: number;
  readonly handler: number;
  readonly connectionAge: number;
  readonly #server: Server;
  readonly #base: ServerTimers;
  readonly #own: ReadonlySet<keyof ServerTimers>;

  constructor(server: Server, base: ServerTimers, params: HTTPServerParams) {
    this.#server = server;
    this.#base = base;
    this.#own = ownTimers(params);
    this.bodyProgress = base.bodyProgress;
    this.continue = base.continue;
    this.sendProgress = base.sendProgress;
    this.halfClosed = base.halfClosed;
    this.linger = base.linger;
    this.handler = base.handler;
    this.connectionAge = base.connectionAge;
  }

  get firstByte(): number {
    return this.#own.has('firstByte') ? this.#base.firstByte : duration(this.#server.headersTimeout);
  }

  get head(): number {
    return this.#own.has('head') ? this.#base.head : duration(this.#server.headersTimeout);
  }

  get message(): number {
    return this.#own.has('message') ? this.#base.message : duration(this.#server.requestTimeout);
  }

  get keepAlive(): number {
    if (this.#own.has('keepAlive')) return this.#base.keepAlive;
    const { keepAliveTimeout, keepAliveTimeoutBuffer = KEEP_ALIVE_BUFFER } = this.#server as Server & {
      readonly keepAliveTimeoutBuffer?: number;
    };
    return duration(keepAliveTimeout) === 0 ? 0 : duration(keepAliveTimeout + keepAliveTimeoutBuffer);
  }
}

/** What a setting means, which anything may have been assigned to: what is no time sets none. */
function duration(setting: number): number {
  return Number.isFinite(setting) && setting > 0 ? setting : 0;
}

/** The timers that parameters name. */
function ownTimers({ timeout, keepAliveTimeout, timers = {} }: HTTPServerParams): Set<keyof ServerTimers> {
  const own = new Set<keyof ServerTimers>();
  for (const name of ['firstByte', 'head', 'message', 'keepAlive'] satisfies (keyof TimerOptions)[]) {
    if (timers[name] !== undefined) own.add(name);
  }
  if (timeout !== undefined) own.add('firstByte').add('head');
  if (keepAliveTimeout !== undefined) own.add('keepAlive');
  return own;
}

/** The settings of sessions whose server is one of node:http, which may be changed there at any time. */
export class LiveSettings implements ServerSettings {
  readonly timers: ServerTimers;
  readonly maxQueuedOutput: number;
  readonly maxKeepAliveRequests: number;
  readonly slowHandler: number;
  readonly softwareVersion: string;
  readonly keepAliveLines: string;
  readonly refusalTaker: RefusalTaker;
  readonly #server: Server;
  readonly #base: ServerSettings;
  readonly #params: HTTPServerParams;
  #headLimits: HeadLimits | null = null;

  constructor(server: Server, base: ServerSettings, params: HTTPServerParams, refusalTaker: RefusalTaker) {
    this.#server = server;
    this.#base = base;
    this.#params = params;
    this.timers = new LiveTimers(server, base.timers, params);
    this.maxQueuedOutput = base.maxQueuedOutput;
    this.maxKeepAliveRequests = base.maxKeepAliveRequests;
    this.slowHandler = base.slowHandler;
    this.softwareVersion = base.softwareVersion;
    this.keepAliveLines = base.keepAliveLines;
    this.refusalTaker = refusalTaker;
  }

  /** `httpAllowHalfOpen` waits with a client that has finished sending; without it, the policy finds out. */
  get halfClosed(): ServerSettings['halfClosed'] {
    if (this.#params.halfClosed !== undefined) return this.#base.halfClosed;
    const { httpAllowHalfOpen } = this.#server as Server & { readonly httpAllowHalfOpen?: boolean };
    return httpAllowHalfOpen === true ? 'serve' : this.#base.halfClosed;
  }

  /** The same object as long as nothing has changed: heads that repeat are recognised by it. */
  get headLimits(): HeadLimits {
    const { maxHeadBytes, maxFieldCount, needsNoHost } = this.#caps();
    const known = this.#headLimits;
    if (
      known?.maxHeadBytes === maxHeadBytes &&
      known.maxFieldCount === maxFieldCount &&
      known.needsNoHost === needsNoHost
    ) {
      return known;
    }
    const { maxStartLineBytes = maxHeadBytes } = this.#params;
    this.#headLimits = {
      maxStartLineBytes,
      maxHeadBytes,
      maxFieldCount,
      needsNoHost,
      keepsExpectations: true,
    };
    return this.#headLimits;
  }

  #caps(): Pick<HeadLimits, 'maxHeadBytes' | 'maxFieldCount'> & { readonly needsNoHost: boolean } {
    const params = this.#params;
    const server = this.#server as Server & {
      readonly maxHeaderSize?: number;
      readonly requireHostHeader?: boolean;
    };
    const { maxHeaderSize: size = maxHeaderSize } = server;
    const count = server.maxHeadersCount ?? DEFAULT_FIELD_COUNT;
    return {
      // node:http takes 0 for its default.
      maxHeadBytes: params.maxHeadBytes ?? (server.maxHeaderSize === 0 ? maxHeaderSize : size),
      maxFieldCount: params.maxFieldCount ?? (count === 0 ? ANY_FIELD_COUNT : count),
      needsNoHost: server.requireHostHeader === false,
    };
  }
}
