import {
  AbortedError,
  checkOptions,
  describeValue,
  HTTPSessionError,
  InvalidStateError,
  KnownNames,
} from '../../errors/index.js';
import {
  checkClock,
  checkCount,
  checkTimeout,
  isIdempotent,
  type HTTPClientResponse,
} from '../../session/index.js';
import { systemClock, type Clock } from '../../transport/index.js';
import { callOf } from '../call/carried-request.js';
import { testifyToUnsent } from '../call/unsent-error.js';
import type { ClientRequest, Interceptor, RequestFunction } from '../request.js';
import { pause } from './pause.js';
import { fieldsOf, isRepeatable } from './repeatable.js';
import { retryAfterOf } from './retry-after.js';

/** When to send a request again. Durations are in milliseconds. */
export interface RetryOptions {
  /** Attempts after the first one. @defaultValue 2 */
  readonly limit?: number | undefined;
  /** Methods that may be repeated whatever has become of the request. @defaultValue the idempotent ones */
  readonly methods?: readonly string[] | undefined;
  /** Statuses after which such a request is repeated. @defaultValue 429, 502, 503, 504 */
  readonly statuses?: readonly number[] | undefined;
  /** The longest `Retry-After` that is waited for; after a longer one the response is returned. @defaultValue 60000 */
  readonly maximumRetryAfter?: number | undefined;
  /** How long to wait before the next attempt, the first one being 1. @defaultValue 100, 200, 400 ..., spread by a half */
  readonly delay?: ((attempt: number) => number) | undefined;
  /** The source of time; for tests. */
  readonly clock?: Clock | undefined;
}

const KNOWN_OPTIONS = new KnownNames('option of retry()', [
  'limit',
  'methods',
  'statuses',
  'maximumRetryAfter',
  'delay',
  'clock',
] satisfies (keyof RetryOptions)[]);

const STATUSES = [429, 502, 503, 504];
const FIRST_DELAY = 100;
const LONGEST_DELAY = 10_000;

/** Spread, so that clients that have failed together do not come again together. */
function defaultDelay(attempt: number): number {
  return Math.min(FIRST_DELAY * 2 ** (attempt - 1) * (0.5 + Math.random()), LONGEST_DELAY);
}

/**
 * An interceptor that sends a request again where that is safe: its method is idempotent, it has an `Idempotency-Key`, or it is
 * proved that nothing of it was sent (`error.replay === 'safe'`). It needs a body that can be sent again: text, bytes, or a
 * function that makes a stream.
 *
 * It never waits for less than `Retry-After` asks, and never repeats a request whose response your code has.
 *
 * @throws TypeError, RangeError for an unknown or malformed option.
 *
 * @example
 * ```ts
 * const patient = client.compose(retry({ limit: 4 }));
 * const response = await patient.request('https://example.org/orders');
 * ```
 */
export function retry(options: RetryOptions = {}): Interceptor {
  checkOptions('retry()', options, KNOWN_OPTIONS);
  const { statuses = STATUSES, methods, delay = defaultDelay, clock = systemClock } = options;
  const limit = checkCount(options.limit ?? 2, 'limit');
  const maximumRetryAfter = checkTimeout(options.maximumRetryAfter ?? 60_000, 'maximumRetryAfter');
  checkClock(clock);
  if (typeof delay !== 'function')
    throw new TypeError(`delay: must be a function (got ${describeValue(delay)})`);
  const allowed = methods === undefined ? null : new Set(methods.map((method) => method.toUpperCase()));
  const repeated = new Set(statuses);
  const isHarmless = (request: ClientRequest): boolean => {
    const method = request.method ?? 'GET';
    return (allowed?.has(method) ?? isIdempotent(method)) || fieldsOf(request).has('Idempotency-Key');
  };
  const waitFor = async (request: ClientRequest, time: number): Promise<void> => {
    const call = callOf(request);
    call?.send('call.pause');
    try {
      await pause(time, clock, request.signal);
    } catch (error) {
      if (call !== undefined) testifyToUnsent(error as HTTPSessionError, call, clock.wallTime(), 'local');
      throw error;
    }
  };

  return (next: RequestFunction) => async (request) => {
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt > limit || !isRepeatable(request);
      let response: HTTPClientResponse;
      try {
        response = await next(request);
      } catch (error) {
        if (isLast || !mayFollow(error, () => isHarmless(request))) throw error;
        await waitFor(request, delay(attempt));
        continue;
      }
      if (isLast || !repeated.has(response.status) || !isHarmless(request)) return response;
      const asked = retryAfterOf(response.get('Retry-After'), clock.wallTime());
      if (asked !== null && asked > maximumRetryAfter) return response;
      response.discard();
      await waitFor(request, Math.max(asked ?? 0, delay(attempt)));
    }
  };
}

/** Whether another attempt may follow an error. What this side has decided, or got wrong, is not repeated. */
function mayFollow(error: unknown, isHarmless: () => boolean): boolean {
  if (!(error instanceof HTTPSessionError)) return false;
  if (error instanceof AbortedError || error instanceof InvalidStateError) return false;
  // More calls are what a full queue needs least.
  if (error.code === 'ERR_HTTP_SESSION_QUEUE_FULL') return false;
  if (error.replay === 'safe') return !('status' in error) || error.status === 0;
  return REPEATED_CODES.has(error.code) && isHarmless();
}

/** The connection was lost, or the server took too long. A message that broke the rules will most likely do so again. */
const REPEATED_CODES: ReadonlySet<string> = new Set([
  'ERR_HTTP_SESSION_NETWORK',
  'ERR_HTTP_SESSION_CONNECT',
  'ERR_HTTP_SESSION_RESET',
  'ERR_HTTP_SESSION_TIMEOUT',
  'ERR_HTTP_SESSION_NO_MESSAGE',
  'ERR_HTTP_SESSION_INCOMPLETE_MESSAGE',
  'ERR_HTTP_SESSION_UNEXPECTED_DATA',
]);
