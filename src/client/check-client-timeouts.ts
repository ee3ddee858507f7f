import { TIMEOUTS } from '../constants.js';
import { checkOptions, KnownNames } from '../errors/index.js';
import { checkTimeout } from '../session/index.js';
import { POOL_OPTIONS, poolSettings, type HTTPPoolOptions, type PoolSettings } from './client-options.js';
import type { HTTPClientOptions } from './http-client.js';
import type { CallTimeouts } from './request.js';

/** The environment of a client. Durations are in milliseconds; what you leave out is not checked. */
export interface ClientSurroundings {
  /** How long the server, or the load balancer in front of it, keeps an idle connection. */
  readonly serverIdle?: number | undefined;
  /** How long its slowest handler takes to begin its response. */
  readonly slowestHandler?: number | undefined;
  /** How long your own caller waits for what a call returns. */
  readonly deadline?: number | undefined;
  /** How long your code may take from a response to the first read of its body. */
  readonly slowestReader?: number | undefined;
  /** After how long the addresses behind the server's name are out of service: the time to live of its DNS records. */
  readonly addressLifetime?: number | undefined;
  /** The `timeouts` of the calls, where they are not those of the client. */
  readonly timeouts?: CallTimeouts | undefined;
}

/** A contradiction between two timeouts. */
export interface ClientTimeoutFinding {
  /** A stable name. */
  readonly code:
    | 'CLIENT_OUTLIVES_SERVER'
    | 'HANDLER_BEYOND_HEAD'
    | 'HANDLER_BEYOND_DEADLINE'
    | 'QUEUE_BEYOND_DEADLINE'
    | 'QUEUE_BELOW_CONNECT'
    | 'UNREAD_BELOW_READER'
    | 'ADDRESSES_OUTLIVED'
    | 'AGE_WITHOUT_SPREAD';
  /** What happens, in words. */
  readonly text: string;
  /** A parameter to change, of the client, of the call or of the environment, and a value that works. */
  readonly suggestion: { readonly parameter: string; readonly value: number };
}

const OPTIONS = new KnownNames('option of new HTTPClient()', [
  ...POOL_OPTIONS,
  ...['maxTotalConnections', 'proxy', 'socketPath'],
]);
const SURROUNDINGS = new KnownNames('option of checkClientTimeouts()', [
  'serverIdle',
  'slowestHandler',
  'deadline',
  'slowestReader',
  'addressLifetime',
  'timeouts',
] satisfies (keyof ClientSurroundings)[]);
const CALL_TIMEOUTS = new KnownNames('timeout of a call', [
  'queue',
  'connect',
  'send',
  'head',
  'receive',
] satisfies (keyof CallTimeouts)[]);

const MARGIN = TIMEOUTS.timeoutMargin.value;
/** Ages are spread by a tenth up and down: with this one no more than a third of the connections end within a second. */
const SHORTEST_AGE = 15_000;

interface Times {
  readonly settings: PoolSettings;
  readonly surroundings: ClientSurroundings;
}

/**
 * Finds timeouts of a client that contradict each other or those of the environment. Each finding is a way to lose requests,
 * or time, that only shows under load. A suggestion may lead to a further finding; once you have followed all of them, none
 * is left.
 *
 * @param options - those of an `HTTPClient` or an `HTTPPool`.
 * @throws TypeError, RangeError for malformed options.
 *
 * @example
 * ```ts
 * const findings = checkClientTimeouts({ keepAliveTimeout: 60_000 }, { serverIdle: 5_000, deadline: 10_000 });
 * for (const { code, suggestion } of findings) console.warn(code, suggestion.parameter, suggestion.value);
 * ```
 */
export function checkClientTimeouts(
  options: HTTPClientOptions,
  surroundings: ClientSurroundings = {},
): ClientTimeoutFinding[] {
  checkOptions('checkClientTimeouts()', options, OPTIONS);
  const settings = poolSettings(poolOptionsIn(options));
  checkSurroundings(surroundings);
  const times = { settings, surroundings };
  return [...idleFindings(times), ...waitFindings(times), ...readerFindings(times), ...ageFindings(times)];
}

/** What concerns each pool of the client. */
function poolOptionsIn(options: HTTPClientOptions): HTTPPoolOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => (POOL_OPTIONS as readonly string[]).includes(name)),
  );
}

function checkSurroundings(surroundings: ClientSurroundings): void {
  checkOptions('checkClientTimeouts()', surroundings, SURROUNDINGS);
  const { timeouts = {}, ...durations } = surroundings;
  checkOptions('checkClientTimeouts()', timeouts, CALL_TIMEOUTS);
  for (const [name, duration] of Object.entries({ ...durations, ...timeouts })) {
    if (duration !== undefined) checkTimeout(duration, name);
  }
}

/** The client should close an idle connection first: only it knows when it sends a request. */
function idleFindings({ settings, surroundings: { serverIdle } }: Times): ClientTimeoutFinding[] {
  const { keepAliveTimeout: own, keepAliveMargin, connectionRequests } = settings;
  // Who sends one request on each connection has no idle ones.
  if (serverIdle === undefined || connectionRequests === 1) return [];
  const longest = serverIdle - keepAliveMargin;
  if (own > 0 && own <= longest) return [];
  const held = own === 0 ? 'for any time' : `for ${ms(own)}`;
  return [
    {
      code: 'CLIENT_OUTLIVES_SERVER',
      text: `the client keeps idle connections ${held}, but the server closes them after ${ms(serverIdle)}: a request on its way at that moment is lost, or sent twice`,
      suggestion:
        longest > 0
          ? { parameter: 'keepAliveTimeout', value: longest }
          : { parameter: 'connectionRequests', value: 1 },
    },
  ];
}

/** A call waits for a connection, then for its response, and its caller waits for both. */
function waitFindings({ settings, surroundings }: Times): ClientTimeoutFinding[] {
  const { slowestHandler = 0, deadline = 0, timeouts = {} } = surroundings;
  const { queue = settings.queueTimeout, connect = settings.connectTimeout } = timeouts;
  const head = timeouts.head ?? settings.session.receiveTimeout ?? 0;
  const nameOf = (timeout: 'queue' | 'connect' | 'head', option: string): string =>
    timeouts[timeout] === undefined ? option : `timeouts.${timeout}`;
  const findings: ClientTimeoutFinding[] = [];
  if (head > 0 && slowestHandler > 0 && head < slowestHandler + MARGIN) {
    findings.push({
      code: 'HANDLER_BEYOND_HEAD',
      text: `the slowest handler takes ${ms(slowestHandler)} to begin its response, but the client waits ${ms(head)} for it`,
      suggestion: { parameter: nameOf('head', 'receiveTimeout'), value: slowestHandler + MARGIN },
    });
  }
  const room = deadline - slowestHandler;
  if (deadline > 0 && room < 2) {
    findings.push({
      code: 'HANDLER_BEYOND_DEADLINE',
      text: `the slowest handler takes ${ms(slowestHandler)}, but the caller waits only ${ms(deadline)}`,
      suggestion: { parameter: 'deadline', value: slowestHandler + 2 * MARGIN },
    });
  }
  const isBeyond = room >= 2 && (queue === 0 || queue >= room);
  if (isBeyond) {
    findings.push({
      code: 'QUEUE_BEYOND_DEADLINE',
      text: `a call may wait ${queue === 0 ? 'for any time' : ms(queue)} for a connection, but its caller has given up ${ms(room)} after it was made, handlers included: the server works for no one`,
      suggestion: { parameter: nameOf('queue', 'queueTimeout'), value: Math.floor(room / 2) },
    });
  }
  const waits = isBeyond ? Math.floor(room / 2) : queue;
  if (waits > 0 && (connect === 0 || connect > waits)) {
    findings.push({
      code: 'QUEUE_BELOW_CONNECT',
      text: `a connection may take ${connect === 0 ? 'any time' : ms(connect)} to open, but a call waits only ${ms(waits)} for it: the error says that the call has waited too long, not why`,
      suggestion: { parameter: nameOf('connect', 'connectTimeout'), value: waits },
    });
  }
  return findings;
}

/** A response that is not read in time loses its body. */
function readerFindings({ settings, surroundings: { slowestReader = 0 } }: Times): ClientTimeoutFinding[] {
  const { unreadTimeout = 0 } = settings.session;
  if (unreadTimeout === 0 || slowestReader < unreadTimeout) return [];
  return [
    {
      code: 'UNREAD_BELOW_READER',
      text: `your code may take ${ms(slowestReader)} to begin to read a body, but an unread one is given up after ${ms(unreadTimeout)}`,
      suggestion: { parameter: 'unreadTimeout', value: slowestReader + MARGIN },
    },
  ];
}

/** Connections end with the addresses that they lead to, but not all at once. */
function ageFindings({ settings, surroundings: { addressLifetime } }: Times): ClientTimeoutFinding[] {
  const { connectionAge: age } = settings;
  const parameter = 'connectionAge';
  if (addressLifetime !== undefined && addressLifetime > 0) {
    if (age > 0 && age * 11 <= addressLifetime * 10) return [];
    const lives = age === 0 ? 'for any time' : `up to ${ms(Math.ceil((age * 11) / 10))}`;
    return [
      {
        code: 'ADDRESSES_OUTLIVED',
        text: `connections are used ${lives}, but the addresses of the server change after ${ms(addressLifetime)}: traffic stays where it was`,
        suggestion: { parameter, value: Math.max(1, Math.floor((addressLifetime * 10) / 11)) },
      },
    ];
  }
  if (age === 0 || age >= SHORTEST_AGE) return [];
  return [
    {
      code: 'AGE_WITHOUT_SPREAD',
      text: `connections live for ${ms(age)}, give or take a tenth: those that were opened together are opened again within ${ms(Math.ceil(age / 5))}`,
      suggestion: { parameter, value: SHORTEST_AGE },
    },
  ];
}

function ms(duration: number): string {
  return `${String(duration)} ms`;
}
