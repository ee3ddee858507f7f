import { TIMEOUTS } from '../../../src/constants.js';
import { drainTimes } from '../../../src/server/drain.js';
import { serverTimers, type TimerDefaults } from '../../../src/session/server/server-timers.js';
import { aligned, code, grouped } from './markdown-table.js';
import {
  CEILINGS,
  DRAIN_TIMERS,
  EXPIRIES,
  isDrainTimer,
  RESETS,
  TIMER_FACTS,
  type ServerTimerName,
} from './timer-facts.js';
import { declaredTimers } from './timer-states.js';

/** The timers that a server has, in the order in which a connection meets them. */
export const SERVER_TIMERS = Object.keys(TIMER_FACTS) as readonly ServerTimerName[];

interface ClientTimer {
  readonly option: string;
  readonly timeout: keyof typeof TIMEOUTS;
  readonly runs: string;
  /** Whether it runs in the states that declare the name, which for some timers are those of a server. */
  readonly isDeclared: boolean;
}

/** Timers of a client, by the names that its `TimeoutError`s have. */
export const CLIENT_TIMERS: Readonly<Record<string, ClientTimer>> = {
  connect: {
    option: 'connectTimeout',
    timeout: 'connectTimeout',
    runs: 'while a connection is opened, TLS handshake included',
    isDeclared: true,
  },
  continue: {
    option: 'continueTimeout',
    timeout: 'continueTimeout',
    runs: 'while the body waits for 100 Continue; then it is sent anyway',
    isDeclared: false,
  },
  send: {
    option: 'sendTimeout',
    timeout: 'sendTimeout',
    runs: 'while output waits for the server, without any progress',
    isDeclared: false,
  },
  receive: {
    option: 'receiveTimeout',
    timeout: 'receiveTimeout',
    runs: 'while a read waits for bytes of a response; each piece of content starts it again',
    isDeclared: false,
  },
  head: {
    option: 'headTimeout',
    timeout: 'headTimeout',
    runs: 'from the first byte of a response, interim responses included, to the end of its head; nothing starts it again',
    isDeclared: false,
  },
  bodyProgress: {
    option: 'sendTimeout',
    timeout: 'sendTimeout',
    runs: 'once the response is complete, between two pieces of a request that is not; then the connection is closed, which is no error. At most `answeredUploadTimeout` while another request waits',
    isDeclared: false,
  },
  keepAlive: {
    option: 'keepAliveTimeout',
    timeout: 'clientKeepAliveTimeout',
    runs: 'between two requests, and while an exception is stored; then the connection is closed, which is no error',
    isDeclared: true,
  },
};

const POCO_OPTIONS = [
  'timeout',
  'keepAliveTimeout',
  'sendTimeout',
  'receiveTimeout',
] as const satisfies readonly (keyof TimerDefaults)[];

/** The section about the timers of a server, and those of a client. */
export function timerSections(): string[] {
  return [
    '## Timers of a server',
    '',
    'One for each state in which one side waits for the other; the charts name it beside the state, in `meta.timer`. A',
    'timer runs in its states only. It fires at most 50 ms late, and never early. 0 means none; for `grace` it means at once.',
    '',
    ...aligned([
      ['Timer', 'State', 'Option', 'Default', 'Runs', 'Reset by', 'On expiry', '`TimeoutError`'],
      ...SERVER_TIMERS.filter((name) => !CEILINGS.includes(name)).map(timerRow),
    ]),
    '',
    'No state declares these ceilings, which run through several of them:',
    '',
    ...aligned([
      ['Timer', 'Option', 'Default', 'Runs', 'Reset by', 'On expiry', '`TimeoutError`'],
      ...CEILINGS.map(timerRow).map(([name, , ...rest]) => [name as string, ...rest]),
    ]),
    '',
    '`halfClosed` is also the name of a parameter: what a FIN means while a handler works (`probe`, `serve`, `gone`). See',
    '[Has the client gone?](guide.md#has-the-client-gone). `bodyProgress` and `message` bound a body together: content',
    'that trickles gains time from one, never from the other. A steady upload that takes longer than `message` needs',
    '`timers: { message: 0 }`, or a larger value.',
    '',
    '`slowHandler` (60 000 ms) is no limit: a handler that has not begun its response by then is reported as a fault, once.',
    'A stored exception (`setException`) stops none of the timers that wait for a client.',
    '',
    'A session without a server has no drain of its own: `session.drain()` closes an idle connection at once, and waits for',
    'a busy one. What the server tells a client about `keepAlive` is an option of its own, `advertisedKeepAlive` (none by default).',
    '',
    '## Timers of a client',
    '',
    'After `send`, `receive` and `head` of a request or its response the connection is closed, as a late answer would be taken',
    'for that of another request (RFC 9112 section 9.5); the next `request()` opens one. After `receive` of a raw `read()` it',
    'stays open, as in POCO, until `clearException()` or `keepAlive`. While no call waits, no timer runs: a body that you do not',
    'read, or a source that you do not feed before the server has answered, is bounded by nothing but your own signal. Nor has',
    'a body a time as a whole: a server that sends one byte of content each minute may take any time.',
    '',
    ...aligned([
      ['Timer', 'State', 'Option', 'Default', 'Runs'],
      ...Object.entries(CLIENT_TIMERS).map(([name, { option, timeout, runs, isDeclared }]) => [
        code(name),
        isDeclared ? statesOf(name) : 'none',
        code(option),
        milliseconds(TIMEOUTS[timeout].value),
        runs,
      ]),
    ]),
    '',
  ];
}

function timerRow(name: ServerTimerName): string[] {
  const { runs, reset, expiry, throws } = TIMER_FACTS[name];
  return [
    code(name),
    statesOf(name),
    optionOf(name),
    milliseconds(defaultOf(name)),
    runs,
    RESETS[reset],
    EXPIRIES[expiry],
    throws ? code(name) : 'none',
  ];
}

function statesOf(name: string): string {
  const states = declaredTimers().filter(({ timer }) => timer === name);
  return states.length === 0
    ? 'none'
    : states.map(({ chart, state }) => `${chart} ${code(state)}`).join(', ');
}

/** The option by its own name, and the timeout of POCO that it otherwise follows, found by setting each. */
function optionOf(name: ServerTimerName): string {
  if (isDrainTimer(name)) return code(`drain({ ${DRAIN_TIMERS[name]} })`);
  const mark = 123_456_789;
  const followed = POCO_OPTIONS.filter((option) => serverTimers({}, { [option]: mark })[name] === mark);
  return [`timers.${name}`, ...followed].map(code).join(', else ');
}

/** What a server has when nothing was set, asked of the code itself. */
function defaultOf(name: ServerTimerName): number {
  if (isDrainTimer(name)) return drainTimes({})[DRAIN_TIMERS[name]];
  return serverTimers({}, {})[name];
}

function milliseconds(value: number): string {
  return value === 0 ? 'none' : `${grouped(value)} ms`;
}
