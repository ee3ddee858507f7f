import { TIMEOUTS } from '../constants.js';
import { serverTimers } from '../session/server-timers.js';
import type { DrainOptions } from './drain-report.js';
import type { HTTPServerParams } from './server-params.js';

/** What is known of the surroundings of a server. Durations are in milliseconds; what is left out is not judged. */
export interface Surroundings {
  /** How long the peer in front, a load balancer or proxy, keeps an idle connection to this server. */
  readonly peerIdle?: number | undefined;
  /** How the server drains, where that is not the default. */
  readonly drain?: DrainOptions | undefined;
  /** How long the process has from SIGTERM to SIGKILL: `terminationGracePeriodSeconds` less `preStop`. */
  readonly timeToKill?: number | undefined;
  /** How long the slowest handler may take. */
  readonly slowestHandler?: number | undefined;
}

/** Something that two timers contradict each other in. */
export interface TimeoutFinding {
  /** A stable name. */
  readonly code:
    | 'PEER_OUTLIVES_SERVER'
    | 'ADVERTISED_TOO_LONG'
    | 'GRACE_BEYOND_DEADLINE'
    | 'KILLED_BEFORE_DEADLINE'
    | 'HANDLER_BEYOND_DEADLINE'
    | 'AGE_BELOW_IDLE';
  /** What happens, for people. */
  readonly text: string;
  /** The parameter to change, and a value that would do, in milliseconds. */
  readonly suggestion: { readonly parameter: string; readonly value: number };
}

/** Milliseconds between the ends of an idle time here and there: more than a round trip and the lag of a busy process. */
const MARGIN = 5_000;

/**
 * Looks for timers that contradict each other or those of the surroundings: each finding is a way to lose requests that
 * shows in production as a steady, small number of errors.
 *
 * @throws TypeError, RangeError for malformed parameters.
 */
export function checkTimeouts(params: HTTPServerParams, surroundings: Surroundings = {}): TimeoutFinding[] {
  const { keepAlive, connectionAge } = serverTimers(params.timers ?? {}, params);
  const { peerIdle, timeToKill, slowestHandler } = surroundings;
  const grace = surroundings.drain?.grace ?? TIMEOUTS.drainGrace.value;
  const deadline = surroundings.drain?.deadline ?? TIMEOUTS.drainTimeout.value;
  const advertised = params.advertisedKeepAlive ?? 0;
  const findings: TimeoutFinding[] = [];
  const find = (code: TimeoutFinding['code'], text: string, parameter: string, value: number): void => {
    findings.push({ code, text, suggestion: { parameter, value } });
  };
  if (peerIdle !== undefined && keepAlive > 0 && keepAlive < peerIdle + MARGIN) {
    find(
      'PEER_OUTLIVES_SERVER',
      `the peer keeps idle connections for ${String(peerIdle)} ms and the server closes them after ${String(keepAlive)} ms: a request that is on its way then is lost`,
      'timers.keepAlive',
      peerIdle + MARGIN,
    );
  }
  if (advertised > 0 && keepAlive > 0 && advertised + MARGIN > keepAlive) {
    find(
      'ADVERTISED_TOO_LONG',
      `clients are told ${String(advertised)} ms and the server closes after ${String(keepAlive)} ms: the client should be the one who closes`,
      'timers.keepAlive',
      advertised + MARGIN,
    );
  }
  if (connectionAge > 0 && peerIdle !== undefined && connectionAge < peerIdle) {
    find(
      'AGE_BELOW_IDLE',
      `connections end after ${String(connectionAge)} ms, before the peer would use them again after ${String(peerIdle)} ms`,
      'timers.connectionAge',
      2 * peerIdle,
    );
  }
  if (deadline > 0 && grace >= deadline) {
    find(
      'GRACE_BEYOND_DEADLINE',
      'a drain aborts connections that are still within its grace',
      'drain.deadline',
      grace + MARGIN,
    );
  }
  if (timeToKill !== undefined && (deadline === 0 || deadline >= timeToKill)) {
    find(
      'KILLED_BEFORE_DEADLINE',
      `the process is killed after ${String(timeToKill)} ms, before its drain gives up`,
      'drain.deadline',
      Math.max(1, timeToKill - MARGIN),
    );
  }
  if (slowestHandler !== undefined && deadline > 0 && slowestHandler > deadline) {
    find(
      'HANDLER_BEYOND_DEADLINE',
      `a drain aborts after ${String(deadline)} ms what a handler may take ${String(slowestHandler)} ms for`,
      'drain.deadline',
      slowestHandler + MARGIN,
    );
  }
  return findings;
}
