import { TIMEOUTS } from '../constants.js';
import { serverTimers } from '../session/server/server-timers.js';
import type { DrainOptions } from './drain-report.js';
import { drainTimes } from './drain.js';
import type { HTTPServerParams } from './params.js';

/** What is known of the surroundings of a server. Durations are in milliseconds; what is left out is not judged. */
export interface Surroundings {
  /** How long the peer in front, a load balancer or proxy, keeps an idle connection to this server. */
  readonly peerIdle?: number | undefined;
  /** Whether that peer opens connections before it has a request for them, as some load balancers do. */
  readonly opensAhead?: boolean | undefined;
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
    | 'PEER_OUTLIVES_FIRST_BYTE'
    | 'ADVERTISED_TOO_LONG'
    | 'MESSAGE_BELOW_PROGRESS'
    | 'GRACE_BEYOND_DEADLINE'
    | 'KILLED_BEFORE_DEADLINE'
    | 'HANDLER_BEYOND_DEADLINE';
  /** What happens, for people. */
  readonly text: string;
  /** What to change, a parameter of the server, of the drain or of the surroundings; and a value that would do, in milliseconds. */
  readonly suggestion: { readonly parameter: string; readonly value: number };
}

const MARGIN = TIMEOUTS.timeoutMargin.value;

/**
 * Looks for timers that contradict each other or those of the surroundings: each finding is a way to lose requests that
 * shows in production as a steady, small number of errors. With all suggestions followed, some of which may bring up a
 * further one, nothing is found any more.
 *
 * @throws TypeError, RangeError for malformed parameters.
 */
export function checkTimeouts(params: HTTPServerParams, surroundings: Surroundings = {}): TimeoutFinding[] {
  return [...idleFindings(params, surroundings), ...messageFindings(params), ...drainFindings(surroundings)];
}

/** Who closes an idle connection: it has to be the side that sends requests, as only that one knows of them. */
function idleFindings(params: HTTPServerParams, { peerIdle, opensAhead }: Surroundings): TimeoutFinding[] {
  const { keepAlive, firstByte } = serverTimers(params.timers ?? {}, params);
  const advertised = params.advertisedKeepAlive ?? 0;
  // A server that says `Connection: close` with each response has no idle connections.
  const keeps = params.keepAlive !== false && params.maxKeepAliveRequests !== 1 && keepAlive > 0;
  const suggestion = { parameter: 'timers.keepAlive', value: Math.max(peerIdle ?? 0, advertised) + MARGIN };
  const findings: TimeoutFinding[] = [];
  if (peerIdle !== undefined && keeps && keepAlive < peerIdle + MARGIN) {
    findings.push({
      code: 'PEER_OUTLIVES_SERVER',
      text: `the peer keeps idle connections for ${ms(peerIdle)} and the server closes them after ${ms(keepAlive)}: a request that is on its way then is lost`,
      suggestion,
    });
  }
  if (peerIdle !== undefined && opensAhead === true && firstByte > 0 && firstByte < peerIdle + MARGIN) {
    findings.push({
      code: 'PEER_OUTLIVES_FIRST_BYTE',
      text: `the peer opens connections ahead and keeps them for ${ms(peerIdle)}; the server waits ${ms(firstByte)} for the first request on one`,
      suggestion: { parameter: 'timers.firstByte', value: peerIdle + MARGIN },
    });
  }
  if (advertised > 0 && keeps && keepAlive < advertised + MARGIN) {
    findings.push({
      code: 'ADVERTISED_TOO_LONG',
      text: `clients are told ${ms(advertised)} and the server closes after ${ms(keepAlive)}: the client should be the one who closes`,
      suggestion,
    });
  }
  return findings;
}

/** A ceiling below a timer of progress: what that timer allows is cut off all the same. */
function messageFindings(params: HTTPServerParams): TimeoutFinding[] {
  const { message, head, bodyProgress, continue: body } = serverTimers(params.timers ?? {}, params);
  const longest = Math.max(head, bodyProgress, body);
  if (message === 0 || message >= longest) return [];
  return [
    {
      code: 'MESSAGE_BELOW_PROGRESS',
      text: `a request may pause for ${ms(longest)}, and is cut off after ${ms(message)} as a whole`,
      suggestion: { parameter: 'timers.message', value: longest + MARGIN },
    },
  ];
}

/** How a server ends: grace < deadline < the end of the process, and handlers within the deadline. */
function drainFindings({ drain, timeToKill, slowestHandler = 0 }: Surroundings): TimeoutFinding[] {
  const { grace, deadline } = drainTimes(drain ?? {});
  const needed = Math.max(grace, slowestHandler) + MARGIN;
  const room = timeToKill === undefined ? Infinity : timeToKill - MARGIN;
  const findings: TimeoutFinding[] = [];
  if (timeToKill !== undefined && (deadline === 0 || deadline > room || needed > room)) {
    findings.push({
      code: 'KILLED_BEFORE_DEADLINE',
      text: `the process is killed after ${ms(timeToKill)}, before its drain has come to its end`,
      suggestion:
        needed > room
          ? { parameter: 'timeToKill', value: Math.max(needed, deadline) + MARGIN }
          : { parameter: 'drain.deadline', value: room },
    });
  }
  if (deadline > 0 && grace >= deadline) {
    findings.push({
      code: 'GRACE_BEYOND_DEADLINE',
      text: `a drain aborts after ${ms(deadline)} connections that it reads on for ${ms(grace)}`,
      suggestion: { parameter: 'drain.deadline', value: needed },
    });
  }
  if (deadline > 0 && slowestHandler > deadline) {
    findings.push({
      code: 'HANDLER_BEYOND_DEADLINE',
      text: `a drain aborts after ${ms(deadline)} what a handler may take ${ms(slowestHandler)} for`,
      suggestion: { parameter: 'drain.deadline', value: needed },
    });
  }
  return findings;
}

function ms(duration: number): string {
  return `${String(duration)} ms`;
}
