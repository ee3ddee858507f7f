import { TIMEOUTS, type Bound } from '../../constants.js';
import { checkOptions, KnownNames } from '../../errors/index.js';
import { checkTimeout } from '../core/address.js';

/*
 * How long the timers of a server session run. Which one runs is decided by the charts (`meta.timer` of a state);
 * `ServerLoop` arms what the state names, and `ClientExchange` does so for a client.
 */

/**
 * The timers of a server session, each for one state of the charts. Durations are in milliseconds, 0 means none. One
 * that expires fires at most 50 ms late, never early.
 */
export interface ServerTimers {
  /** From the connection to the first byte of its first request. @defaultValue `timeout`, 60000 */
  readonly firstByte: number;
  /** From the first byte of a head to its last. @defaultValue `timeout`, 60000 */
  readonly head: number;
  /** Between two pieces of a request body; once the response is complete, for all that is left of it. @defaultValue `receiveTimeout`, 60000 */
  readonly bodyProgress: number;
  /** From 100 Continue to the first byte of the body. @defaultValue 10000 */
  readonly continue: number;
  /** Without the peer taking anything of what was written. @defaultValue `sendTimeout`, 60000 */
  readonly sendProgress: number;
  /** From a response to the first byte of the next request. @defaultValue `keepAliveTimeout`, 65000 */
  readonly keepAlive: number;
  /**
   * How long a client that has finished sending (FIN) waits without a byte of the response, where no probe can tell
   * whether it is still there; see `halfClosed`. @defaultValue 60000
   */
  readonly halfClosed: number;
  /** Discarding what still arrives after the last response. @defaultValue 2000 */
  readonly linger: number;
  /** A whole request, from its first byte to its last, while the server waits for it. @defaultValue 300000 */
  readonly message: number;
  /**
   * From the head of a request to the end of its response; then 503, or a reset if the response has begun.
   * @defaultValue 0
   */
  readonly handler: number;
  /** The age from which on a connection answers one more request and closes. @defaultValue 0 */
  readonly connectionAge: number;
}

/** The timeouts of POCO that some of the timers take their defaults from, in milliseconds. */
export interface TimerDefaults {
  readonly timeout?: number | undefined;
  readonly keepAliveTimeout?: number | undefined;
  readonly sendTimeout?: number | undefined;
  readonly receiveTimeout?: number | undefined;
}

/** What a timer is set to where it is not named: the timeout of POCO, if that was set, or else the bound. */
interface TimerSource {
  readonly bound: Bound;
  readonly option?: keyof TimerDefaults;
}

const SOURCES: Readonly<Record<keyof ServerTimers, TimerSource>> = {
  firstByte: { bound: TIMEOUTS.serverTimeout, option: 'timeout' },
  head: { bound: TIMEOUTS.serverTimeout, option: 'timeout' },
  bodyProgress: { bound: TIMEOUTS.receiveTimeout, option: 'receiveTimeout' },
  continue: { bound: TIMEOUTS.serverContinueTimeout },
  sendProgress: { bound: TIMEOUTS.sendTimeout, option: 'sendTimeout' },
  keepAlive: { bound: TIMEOUTS.serverKeepAliveTimeout, option: 'keepAliveTimeout' },
  halfClosed: { bound: TIMEOUTS.halfClosedTimeout },
  linger: { bound: TIMEOUTS.lingerTimeout },
  message: { bound: TIMEOUTS.messageTimeout },
  handler: { bound: TIMEOUTS.handlerTimeout },
  connectionAge: { bound: TIMEOUTS.connectionAge },
};

const TIMER_NAMES = new KnownNames('timer', Object.keys(SOURCES));

/** Completes timers. @throws TypeError for an unknown name; TypeError, RangeError for a malformed duration. */
export function serverTimers(
  timers: { readonly [Name in keyof ServerTimers]?: number | undefined },
  base: TimerDefaults,
): ServerTimers {
  checkOptions('timers', timers, TIMER_NAMES);
  const names = Object.keys(SOURCES) as (keyof ServerTimers)[];
  return Object.fromEntries(names.map((name) => [name, timeOf(name, timers[name], base)])) as Record<
    keyof ServerTimers,
    number
  >;
}

/** The error for a malformed duration names the option that it came from. */
function timeOf(name: keyof ServerTimers, time: number | undefined, base: TimerDefaults): number {
  const { bound, option } = SOURCES[name];
  if (time !== undefined) return checkTimeout(time, `timers.${name}`);
  const inherited = option === undefined ? undefined : base[option];
  return inherited === undefined ? bound.value : checkTimeout(inherited, option);
}
