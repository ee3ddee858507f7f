import { TIMEOUTS } from '../../constants.js';
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
  /** Discarding what still arrives after the last response. @defaultValue 2000 */
  readonly linger: number;
  /** A whole request, from its first byte to its last. @defaultValue 0 */
  readonly message: number;
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

/** Completes timers. @throws TypeError for an unknown name; TypeError, RangeError for a malformed duration. */
export function serverTimers(
  timers: { readonly [Name in keyof ServerTimers]?: number | undefined },
  base: TimerDefaults,
): ServerTimers {
  const defaults: ServerTimers = {
    firstByte: base.timeout ?? TIMEOUTS.serverTimeout.value,
    head: base.timeout ?? TIMEOUTS.serverTimeout.value,
    bodyProgress: base.receiveTimeout ?? TIMEOUTS.receiveTimeout.value,
    continue: TIMEOUTS.serverContinueTimeout.value,
    sendProgress: base.sendTimeout ?? TIMEOUTS.sendTimeout.value,
    keepAlive: base.keepAliveTimeout ?? TIMEOUTS.serverKeepAliveTimeout.value,
    linger: TIMEOUTS.lingerTimeout.value,
    message: TIMEOUTS.messageTimeout.value,
    connectionAge: TIMEOUTS.connectionAge.value,
  };
  const unknown = Object.keys(timers).find((name) => !Object.hasOwn(defaults, name));
  const names = Object.keys(defaults) as (keyof ServerTimers)[];
  if (unknown !== undefined) {
    throw new TypeError(`timers: must be one of ${names.join(', ')} (got ${JSON.stringify(unknown)})`);
  }
  const checked = names.map((name) => [name, checkTimeout(timers[name] ?? defaults[name], `timers.${name}`)]);
  return Object.fromEntries(checked) as Record<keyof ServerTimers, number>;
}
