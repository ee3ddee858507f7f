import type { ServerTimers } from '../../../src/session/server/server-timers.js';

/** The timers of a drain. Their lengths are its options. */
export const DRAIN_TIMERS = { grace: 'grace', drain: 'deadline' } as const;

/** A timer of a server: one of its sessions, or one of its drain. */
export type ServerTimerName = keyof ServerTimers | keyof typeof DRAIN_TIMERS;

/** Whether a timer is one of the drain. */
export function isDrainTimer(name: ServerTimerName): name is keyof typeof DRAIN_TIMERS {
  return name in DRAIN_TIMERS;
}

/** What moves a running timer back to its full time. */
export const RESETS = {
  nothing: 'nothing',
  body: 'each piece of the body; framing is none',
  output: 'whatever the peer takes',
  response: 'each byte of the response',
} as const;

/** What happens when it expires. */
export const EXPIRIES = {
  close: 'the connection is closed',
  answer: '408, then the connection is closed',
  interrupt: 'the reader gets the error; 408 unless a response has begun; then the connection is closed',
  reset: 'the connection is reset',
  unavailable: '503, or a reset once the response has begun; `request.signal` aborts',
  lastRequest: 'the next response is the last one',
  abort: 'what is left is reset',
} as const;

/** What is to be said of a timer that neither the charts nor the constants say. */
export interface TimerFact {
  /** How long it runs. */
  readonly runs: string;
  readonly reset: keyof typeof RESETS;
  readonly expiry: keyof typeof EXPIRIES;
  /** Whether a `TimeoutError` results: for the pending operation, or as the exception of the session. */
  readonly throws: boolean;
  /** What 0 means. @defaultValue 'never' */
  readonly zero?: 'at once';
}

/** `docs/limits.md` says this, and `test/proofs/timers-mean-what-they-say.test.ts` holds each server to it. */
export const TIMER_FACTS: Readonly<Record<ServerTimerName, TimerFact>> = {
  firstByte: {
    runs: 'from the connection to the first byte of its first request',
    reset: 'nothing',
    expiry: 'close',
    throws: false,
  },
  head: {
    runs: 'from the first byte of a head to its last',
    reset: 'nothing',
    expiry: 'answer',
    throws: true,
  },
  bodyProgress: {
    runs: 'while the handler waits for a piece of the body; once the response is complete, for all that is left of it',
    reset: 'body',
    expiry: 'interrupt',
    throws: true,
  },
  continue: {
    runs: 'from 100 Continue to the first byte of the body',
    reset: 'nothing',
    expiry: 'interrupt',
    throws: true,
  },
  sendProgress: {
    runs: 'while output waits for the peer, also after the end of the response',
    reset: 'output',
    expiry: 'reset',
    throws: true,
  },
  keepAlive: {
    runs: 'from a response to the first byte of the next request, and while an exception is stored',
    reset: 'nothing',
    expiry: 'close',
    throws: false,
  },
  halfClosed: {
    runs: 'while a client that has finished sending waits for the response, where no probe can tell whether it is there',
    reset: 'response',
    expiry: 'unavailable',
    throws: true,
  },
  linger: {
    runs: 'while what still arrives after the last response is thrown away',
    reset: 'nothing',
    expiry: 'close',
    throws: false,
  },
  message: {
    runs: 'from the first byte of a request to its last; it starts again where the handler does not read',
    reset: 'nothing',
    expiry: 'interrupt',
    throws: true,
  },
  handler: {
    runs: 'from the head of a request to the end of its response',
    reset: 'nothing',
    expiry: 'unavailable',
    throws: true,
  },
  connectionAge: {
    runs: 'from the connection on',
    reset: 'nothing',
    expiry: 'lastRequest',
    throws: false,
  },
  grace: {
    runs: 'from the moment a drain asks connections to end, for those without a request',
    reset: 'nothing',
    expiry: 'close',
    throws: false,
    zero: 'at once',
  },
  drain: {
    runs: 'from the start of a drain to its end, for all connections together',
    reset: 'nothing',
    expiry: 'abort',
    throws: false,
  },
};

/** The timers that no state declares, because they run through several. */
export const CEILINGS: readonly ServerTimerName[] = ['message', 'handler', 'connectionAge'];
