import { TIMEOUTS } from '../constants.js';
import { checkOptions, KnownNames } from '../errors/index.js';
import { serverTimers } from '../session/server/server-timers.js';
import type { DrainOptions } from './drain-report.js';
import { drainTimes } from './drain.js';
import { SERVER_PARAMS, type HTTPServerParams } from './params.js';

/** The environment of a server. Durations are in milliseconds; what you leave out is not checked. */
export interface Surroundings {
  /** How long the load balancer or proxy in front keeps an idle connection to this server. */
  readonly peerIdle?: number | undefined;
  /** Whether it opens connections before it has a request for them, as some load balancers do. */
  readonly opensAhead?: boolean | undefined;
  /** The options of the drain, if they are not the defaults. */
  readonly drain?: DrainOptions | undefined;
  /** How long the process has from SIGTERM to SIGKILL: `terminationGracePeriodSeconds` less `preStop`. */
  readonly timeToKill?: number | undefined;
  /** How long the slowest handler may take. */
  readonly slowestHandler?: number | undefined;
}

/** A contradiction between two timeouts. */
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
  /** What happens, in words. */
  readonly text: string;
  /** A parameter to change, of the server, of the drain or of the environment, and a value in milliseconds that works. */
  readonly suggestion: { readonly parameter: string; readonly value: number };
}

const SURROUNDINGS = new KnownNames('option of checkTimeouts()', [
  'peerIdle',
  'opensAhead',
  'drain',
  'timeToKill',
  'slowestHandler',
] satisfies (keyof Surroundings)[]);

const MARGIN = TIMEOUTS.timeoutMargin.value;

/**
 * Finds timeouts that contradict each other or those of the environment. Each finding is a way to lose requests; in
 * production it shows as a small, steady rate of errors. A suggestion may lead to a further finding; once you have
 * followed all of them, none is left.
 *
 * @throws TypeError, RangeError for malformed parameters.
 *
 * @example
 * ```ts
 * const findings = checkTimeouts({ timers: { keepAlive: 5_000 } }, { peerIdle: 60_000 });
 * for (const { code, suggestion } of findings) console.warn(code, suggestion.parameter, suggestion.value);
 * ```
 */
export function checkTimeouts(params: HTTPServerParams, surroundings: Surroundings = {}): TimeoutFinding[] {
  checkOptions('checkTimeouts()', params, SERVER_PARAMS.names);
  checkOptions('checkTimeouts()', surroundings, SURROUNDINGS);
  return [...idleFindings(params, surroundings), ...messageFindings(params), ...drainFindings(surroundings)];
}

/** The side that sends requests should close an idle connection: only that side knows of them. */
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
      text: `the peer keeps idle connections for ${ms(peerIdle)}, but the server closes them after ${ms(keepAlive)}: a request on its way at that moment is lost`,
      suggestion,
    });
  }
  if (peerIdle !== undefined && opensAhead === true && firstByte > 0 && firstByte < peerIdle + MARGIN) {
    findings.push({
      code: 'PEER_OUTLIVES_FIRST_BYTE',
      text: `the peer opens connections ahead and keeps them for ${ms(peerIdle)}, but the server waits only ${ms(firstByte)} for the first request`,
      suggestion: { parameter: 'timers.firstByte', value: peerIdle + MARGIN },
    });
  }
  if (advertised > 0 && keeps && keepAlive < advertised + MARGIN) {
    findings.push({
      code: 'ADVERTISED_TOO_LONG',
      text: `clients are promised ${ms(advertised)}, but the server closes after ${ms(keepAlive)}: the client should close first`,
      suggestion,
    });
  }
  return findings;
}

/** A limit on the whole message below a limit on a pause cuts off what the latter allows. */
function messageFindings(params: HTTPServerParams): TimeoutFinding[] {
  const { message, head, bodyProgress, continue: body } = serverTimers(params.timers ?? {}, params);
  const longest = Math.max(head, bodyProgress, body);
  if (message === 0 || message >= longest) return [];
  return [
    {
      code: 'MESSAGE_BELOW_PROGRESS',
      text: `a request may pause for ${ms(longest)}, but is cut off after ${ms(message)} in total`,
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
      text: `the process is killed after ${ms(timeToKill)}, before its drain has ended`,
      suggestion:
        needed > room
          ? { parameter: 'timeToKill', value: Math.max(needed, deadline) + MARGIN }
          : { parameter: 'drain.deadline', value: room },
    });
  }
  if (deadline > 0 && grace >= deadline) {
    findings.push({
      code: 'GRACE_BEYOND_DEADLINE',
      text: `a drain reads connections for ${ms(grace)}, but aborts them after ${ms(deadline)}`,
      suggestion: { parameter: 'drain.deadline', value: needed },
    });
  }
  if (deadline > 0 && slowestHandler > deadline) {
    findings.push({
      code: 'HANDLER_BEYOND_DEADLINE',
      text: `a handler may take ${ms(slowestHandler)}, but a drain aborts it after ${ms(deadline)}`,
      suggestion: { parameter: 'drain.deadline', value: needed },
    });
  }
  return findings;
}

function ms(duration: number): string {
  return `${String(duration)} ms`;
}
